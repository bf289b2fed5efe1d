// A block as rows of the screen. Terminals differ about how wide joined emoji, flags and some symbols are: rows are
// broken as if such a character were as wide as any of them makes it.
#define _XOPEN_SOURCE 700
#include <stdlib.h>
#include <wchar.h>

#include "editor.h"

// A layout in the making. `place` is the column after what is there of the last row.
typedef struct Layout {
    Picture picture;
    size_t room, rows_room;
    int place, columns;
    bool failed;
} Layout;

static void open_row(Layout *layout) {
    Picture *picture = &layout->picture;
    if (picture->count == layout->rows_room) {
        size_t room = layout->rows_room ? layout->rows_room * 2 : 16;
        Row *rows = realloc(picture->rows, room * sizeof *rows);
        if (!rows) {
            layout->failed = true;
            return;
        }
        picture->rows = rows;
        layout->rows_room = room;
    }
    picture->rows[picture->count++] = (Row){picture->length, picture->length, 0, true, false};
    layout->place = 0;
}

static void append(Layout *layout, wchar_t character) {
    Picture *picture = &layout->picture;
    if (picture->length == layout->room) {
        size_t room = layout->room ? layout->room * 2 : 256;
        wchar_t *text = realloc(picture->text, room * sizeof *text);
        if (!text) {
            layout->failed = true;
            return;
        }
        picture->text = text;
        layout->room = room;
    }
    picture->text[picture->length++] = character;
    picture->rows[picture->count - 1].end = picture->length;
}

// Puts what stays together on one row: an open one that has the columns for it, or the next.
static void put(Layout *layout, const wchar_t *text, size_t count, int columns, bool certain) {
    if (layout->failed) return;
    if (layout->place > 0 && layout->place + columns > layout->columns) open_row(layout);
    for (size_t i = 0; i < count && !layout->failed; i++) append(layout, text[i]);
    if (layout->failed) return;
    Row *row = &layout->picture.rows[layout->picture.count - 1];
    row->certain = row->certain && certain;
    row->columns = layout->place += columns;
    if (layout->place < layout->columns) return;
    row->wraps = row->certain && layout->place == layout->columns;
    open_row(layout);
}

// One character as a reader counts them, from the `count` that it is written with.
static void put_character(Layout *layout, const wchar_t *text, size_t count) {
    static const wchar_t spaces[] = L"        ";
    wchar_t shown[16];
    if (text[0] == L'\t') {
        int columns = 8 - layout->place % 8;
        if (columns > layout->columns - layout->place) columns = layout->columns - layout->place;
        return put(layout, spaces, (size_t)columns, columns, true);
    }
    if (count == 1 && wcwidth(text[0]) < 0) {
        unsigned code = (unsigned)text[0];
        int length = code < 0x20 || code == 0x7F ? swprintf(shown, 16, L"^%lc", (wint_t)(code ^ 0x40))
                                                 : swprintf(shown, 16, L"\\u{%X}", code);
        return put(layout, shown, (size_t)length, length, true);
    }
    // A mark without a letter of its own stands on a dotted circle, or it would go onto what is before it.
    int columns = 0, marks = 0;
    for (size_t i = 0; i < count; i++) {
        int width = wcwidth(text[i]);
        columns += width > 0 ? width : 0;
        marks += width > 0 ? 0 : 1;
    }
    if (columns == 0) {
        shown[0] = L'\u25CC';
        if (count > 10) count = 10;
        wmemcpy(shown + 1, text, count);
        return put(layout, shown, count + 1, 1, true);
    }
    // A letter and its accents; anything else made of several is joined by some terminals, and not by others.
    bool is_emoji = text[count - 1] == 0xFE0F, is_flag = text[0] >= 0x1F1E6 && text[0] <= 0x1F1FF;
    bool certain = (size_t)marks == count - 1 && !is_emoji && !is_flag;
    if (is_emoji && columns == 1) columns = 2;
    put(layout, text, count, columns, certain);
}

void release_picture(Picture *picture) {
    free(picture->text);
    free(picture->rows);
    *picture = (Picture){0};
}

// What changes how the text looks, and takes no room.
static void append_code(Layout *layout, const wchar_t *code) {
    while (*code && !layout->failed) append(layout, *code++);
}

// From one style to another; 0 is none.
static void change_style(Layout *layout, unsigned from, unsigned to) {
    wchar_t code[16];
    if (from != 0) append_code(layout, L"\033[0m");
    if (to == 0) return;
    swprintf(code, 16, L"\033[%um", to);
    append_code(layout, code);
}

static size_t bytes_of(wchar_t character) {
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

// The block as it stands on a screen of so many columns.
Picture layout_of(LineEditor *editor, int columns, bool marks) {
    Layout layout = {.columns = columns};
    open_row(&layout);
    wchar_t *prompt = widen(editor->prompt);
    bool visible = true;
    for (wchar_t *c = prompt; c && *c && !layout.failed; c++) {
        if (*c == L'\1') visible = !visible;
        else if (visible) put(&layout, c, 1, wcwidth(*c) > 0 ? wcwidth(*c) : 0, true);
        else append(&layout, *c);
    }
    free(prompt);
    const LineInfoW *line = el_wline(editor->el);
    const unsigned char *paint = editor->paint;
    unsigned style = 0;
    const wchar_t *match = marks ? matching_bracket(line) : NULL;
    for (const wchar_t *c = line->buffer; !layout.failed;) {
        if (c >= line->cursor && !layout.picture.has_cursor) {
            layout.picture.has_cursor = true;
            layout.picture.cursor = layout.picture.length;
            layout.picture.cursor_row = layout.picture.count - 1;
            layout.picture.cursor_column = layout.place;
        }
        if (c >= line->lastchar) break;
        if (*c == L'\n') {
            if (style != 0) change_style(&layout, style, 0);
            style = 0;
            open_row(&layout);
            c++;
            if (paint) paint++;
            continue;
        }
        if (paint && *paint != style) {
            change_style(&layout, style, *paint);
            style = *paint;
        }
        const wchar_t *next = character_after(c, line);
        if (c < line->cursor && next > line->cursor) next = line->cursor;
        if (c == match) append_code(&layout, L"\033[1;4m");
        put_character(&layout, c, (size_t)(next - c));
        if (c == match) append_code(&layout, L"\033[0m");
        for (; c < next; c++) {
            if (paint) paint += bytes_of(*c);
        }
    }
    if (style != 0 && !layout.failed) change_style(&layout, style, 0);
    if (layout.failed) release_picture(&layout.picture);
    return layout.picture;
}
