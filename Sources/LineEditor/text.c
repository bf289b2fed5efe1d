// The block as text and as rows of the screen.
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "editor.h"

LineEditor *editor_of(EditLine *el) {
    LineEditor *editor = NULL;
    el_get(el, EL_CLIENTDATA, &editor);
    return editor;
}

char *narrow(const wchar_t *text, size_t count) {
    char *result = malloc(count * MB_CUR_MAX + 1);
    if (!result) return NULL;
    mbstate_t state = {0};
    char *end = result;
    for (size_t i = 0; i < count; i++) {
        size_t bytes = wcrtomb(end, text[i], &state);
        if (bytes != (size_t)-1) end += bytes;
    }
    *end = '\0';
    return result;
}

wchar_t *widen(const char *text) {
    wchar_t *result = malloc((strlen(text) + 1) * sizeof *result);
    if (!result) return NULL;
    mbstate_t state = {0};
    wchar_t *end = result;
    while (*text) {
        size_t bytes = mbrtowc(end, text, MB_CUR_MAX, &state);
        if (bytes == (size_t)-1 || bytes == (size_t)-2) {  // not UTF-8: leave the byte out
            memset(&state, 0, sizeof state);
            text++;
        } else {
            text += bytes;
            end++;
        }
    }
    *end = L'\0';
    return result;
}

int lineeditor_width(const char *text) {
    wchar_t *wide = widen(text);
    int columns = 0;
    for (wchar_t *c = wide; c && *c; c++) columns += wcwidth(*c) > 0 ? wcwidth(*c) : 0;
    free(wide);
    return columns;
}

int terminal_columns(void) {
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

void replace_block(LineEditor *editor, const wchar_t *text) {
    const LineInfoW *line = el_wline(editor->el);
    el_cursor(editor->el, (int)(line->lastchar - line->cursor));
    el_wdeletestr(editor->el, (int)(line->lastchar - line->buffer));
    el_winsertstr(editor->el, text);
}

typedef struct Place {
    int row, column;
} Place;

// One character further, in the same way as libedit lays out a block: tabs to multiples of eight, control characters as
// two or more visible ones, wide characters never across the edge.
static Place advanced(Place place, wchar_t character, int columns) {
    if (character == L'\n') return (Place){place.row + 1, 0};
    int width = character == L'\t' ? 8 - place.column % 8 : wcwidth(character);
    if (width < 0) width = character < 0x80 ? 2 : 8;
    if (character != L'\t' && place.column + width > columns) place = (Place){place.row + 1, 0};
    place.column += width;
    return place.column >= columns ? (Place){place.row + 1, 0} : place;
}

static Place place_of_cursor(LineEditor *editor) {
    int columns = terminal_columns();
    Place place = {0, 0};
    wchar_t *prompt = widen(editor->prompt);
    bool visible = true;
    for (wchar_t *c = prompt; c && *c; c++) {
        if (*c == L'\1') visible = !visible;
        else if (visible) place = advanced(place, *c, columns);
    }
    free(prompt);
    const LineInfoW *line = el_wline(editor->el);
    for (const wchar_t *c = line->buffer; c < line->cursor; c++) place = advanced(place, *c, columns);
    return place;
}

void leave_block(LineEditor *editor, const char *text) {
    const LineInfoW *line = el_wline(editor->el);
    int back = (int)(line->lastchar - line->cursor);
    int row = place_of_cursor(editor).row;
    el_cursor(editor->el, back);
    int down = place_of_cursor(editor).row - row;
    el_cursor(editor->el, -back);
    if (down > 0) fprintf(stdout, "\033[%dB", down);
    fprintf(stdout, "%s\n", text);
    fflush(stdout);
}

void redraw_after_resize(LineEditor *editor) {
    // Terminals wrap the rows again at the new width, so the block starts as many rows above the cursor as it takes now.
    int up = place_of_cursor(editor).row;
    if (up > 0) fprintf(stdout, "\033[%dA", up);
    fputs("\r\033[J", stdout);
    el_resize(editor->el);
    el_set(editor->el, EL_REFRESH);
    fflush(stdout);
}
