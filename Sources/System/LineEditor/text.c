// The block as text: UTF-8 to wide and back.
#define _XOPEN_SOURCE 700
#include <stdlib.h>
#include <string.h>
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

void replace_block(LineEditor *editor, const wchar_t *text) {
    const LineInfoW *line = el_wline(editor->el);
    el_cursor(editor->el, (int)(line->lastchar - line->cursor));
    el_wdeletestr(editor->el, (int)(line->lastchar - line->buffer));
    el_winsertstr(editor->el, text);
}
