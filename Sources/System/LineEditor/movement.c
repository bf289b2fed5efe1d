// Moving and cutting by the lines of a block, and recalling older blocks past its first and last line.
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "editor.h"

static const wchar_t *line_start(const LineInfoW *block) {
    const wchar_t *c = block->cursor;
    while (c > block->buffer && c[-1] != L'\n') c--;
    return c;
}

static const wchar_t *line_end(const LineInfoW *block) {
    const wchar_t *c = block->cursor;
    while (c < block->lastchar && *c != L'\n') c++;
    return c;
}

static Action move_to(EditLine *el, const wchar_t *target) {
    el_cursor(el, (int)(target - el_wline(el)->cursor));
    return CC_CURSOR;
}

Action key_line_start(EditLine *el, int key) {
    (void)key;
    return move_to(el, line_start(el_wline(el)));
}

Action key_line_end(EditLine *el, int key) {
    (void)key;
    return move_to(el, line_end(el_wline(el)));
}

// What a reader takes for one character: a letter with its accents, a flag of two letters, emoji that a joiner ties.

enum { joiner = 0x200D };

static bool is_flag_letter(wchar_t c) {
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

// Whether a character belongs to the one before it: accents, variation selectors, tags, skin tones.
static bool extends(wchar_t c) {
    return c != L'\n' && c != L'\t' && (wcwidth(c) == 0 || (c >= 0x1F3FB && c <= 0x1F3FF));
}

// Whether a flag letter is the second of its flag.
static bool ends_flag(const LineInfoW *block, const wchar_t *c) {
    bool odd = false;
    while (c > block->buffer && is_flag_letter(c[-1])) {
        odd = !odd;
        c--;
    }
    return odd;
}

static const wchar_t *character_before(const LineInfoW *block) {
    const wchar_t *c = block->cursor;
    if (c > block->buffer) c--;
    while (c > block->buffer && c[-1] != L'\n' && (extends(*c) || c[-1] == joiner)) c--;
    return is_flag_letter(*c) && ends_flag(block, c) ? c - 1 : c;
}

const wchar_t *character_after(const wchar_t *c, const LineInfoW *block) {
    const wchar_t *end = block->lastchar;
    if (c == end) return c;
    bool flag = is_flag_letter(*c) && !ends_flag(block, c) && c + 1 < end && is_flag_letter(c[1]);
    c += flag ? 2 : 1;
    if (c[-1] == L'\n') return c;
    while (c < end && (extends(*c) || (c[-1] == joiner && *c != L'\n'))) c++;
    return c;
}

Action key_left(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    return block->cursor == block->buffer ? CC_ERROR : move_to(el, character_before(block));
}

Action key_right(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    return block->cursor == block->lastchar ? CC_ERROR : move_to(el, character_after(block->cursor, block));
}

Action key_delete_before(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    if (block->cursor == block->buffer) return CC_ERROR;
    el_wdeletestr(el, (int)(block->cursor - character_before(block)));
    return CC_REFRESH;
}

Action key_delete_after(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    if (block->cursor == block->lastchar) return CC_ERROR;
    int count = (int)(character_after(block->cursor, block) - block->cursor);
    el_cursor(el, count);
    el_wdeletestr(el, count);
    return CC_REFRESH;
}

// Recalling blocks.

static wchar_t *copy_of(const LineInfoW *block) {
    size_t count = (size_t)(block->lastchar - block->buffer);
    wchar_t *copy = malloc((count + 1) * sizeof *copy);
    if (!copy) return NULL;
    wmemcpy(copy, block->buffer, count);
    copy[count] = L'\0';
    return copy;
}

void forget_recalled(LineEditor *editor) {
    free(editor->draft);
    free(editor->shown);
    editor->draft = editor->shown = NULL;
    editor->recalled = 0;
}

// Whether the block is one that was recalled, unchanged.
static bool shows_recalled(LineEditor *editor, const LineInfoW *block) {
    size_t count = (size_t)(block->lastchar - block->buffer);
    return editor->shown && wcslen(editor->shown) == count
        && wmemcmp(editor->shown, block->buffer, count) == 0;
}

// The block `back` places ago in the history; 1 is the newest.
static const wchar_t *older_block(LineEditor *editor, int back) {
    HistEventW event;
    if (history_w(editor->history, &event, H_FIRST) != 0) return NULL;
    while (--back > 0)
        if (history_w(editor->history, &event, H_NEXT) != 0) return NULL;
    return event.str;
}

static Action show_recalled(LineEditor *editor, int back, const wchar_t *text) {
    wchar_t *copy = wcsdup(text);
    if (!copy) return CC_ERROR;
    free(editor->shown);
    editor->shown = copy;
    editor->recalled = back;
    replace_block(editor, copy);
    return CC_REFRESH;
}

// Goes through the history in one direction to the next block that starts as the one being written does.
static Action recall(LineEditor *editor, int direction) {
    const LineInfoW *block = el_wline(editor->el);
    if (!shows_recalled(editor, block)) {
        forget_recalled(editor);
        editor->draft = copy_of(block);
    }
    if (!editor->draft) return CC_ERROR;
    size_t written = wcslen(editor->draft);
    for (int back = editor->recalled + direction; back > 0; back += direction) {
        const wchar_t *text = older_block(editor, back);
        if (!text) return CC_ERROR;
        bool starts_alike = wcsncmp(text, editor->draft, written) == 0;
        bool differs = wcscmp(text, editor->shown ? editor->shown : editor->draft) != 0;
        if (starts_alike && differs) return show_recalled(editor, back, text);
    }
    if (editor->recalled == 0) return CC_ERROR;
    replace_block(editor, editor->draft);
    forget_recalled(editor);
    return CC_REFRESH;
}

Action key_up(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    const LineInfoW *block = el_wline(el);
    const wchar_t *start = line_start(block);
    if (start == block->buffer) return recall(editor, 1);
    const wchar_t *above = start - 1;
    while (above > block->buffer && above[-1] != L'\n') above--;
    ptrdiff_t column = block->cursor - start, length = start - 1 - above;
    return move_to(el, above + (column < length ? column : length));
}

Action key_down(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    const LineInfoW *block = el_wline(el);
    const wchar_t *end = line_end(block);
    if (end == block->lastchar) return recall(editor, -1);
    const wchar_t *below = end + 1, *below_end = below;
    while (below_end < block->lastchar && *below_end != L'\n') below_end++;
    ptrdiff_t column = block->cursor - line_start(block), length = below_end - below;
    return move_to(el, below + (column < length ? column : length));
}

// Cutting.

// Removes the characters between two places around the cursor and keeps them for Ctrl-Y.
static Action cut(EditLine *el, const wchar_t *from, const wchar_t *to) {
    LineEditor *editor = editor_of(el);
    if (from == to) return CC_ERROR;
    size_t count = (size_t)(to - from);
    wchar_t *copy = malloc((count + 1) * sizeof *copy);
    if (!copy) return CC_ERROR;
    wmemcpy(copy, from, count);
    copy[count] = L'\0';
    free(editor->killed);
    editor->killed = copy;
    move_to(el, to);
    el_wdeletestr(el, (int)count);
    return CC_REFRESH;
}

Action key_kill_to_end(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    const wchar_t *end = line_end(block);
    if (end == block->cursor && end < block->lastchar) end++;  // the newline, at the end of a line
    return cut(el, block->cursor, end);
}

Action key_kill_to_start(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    const wchar_t *start = line_start(block);
    if (start == block->cursor && start > block->buffer) start--;
    return cut(el, start, block->cursor);
}

Action key_kill_word(EditLine *el, int key) {
    (void)key;
    const LineInfoW *block = el_wline(el);
    const wchar_t *c = block->cursor;
    while (c > block->buffer && iswspace((wint_t)c[-1])) c--;
    while (c > block->buffer && !iswspace((wint_t)c[-1])) c--;
    return cut(el, c, block->cursor);
}

Action key_yank(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    return editor->killed && el_winsertstr(el, editor->killed) == 0 ? CC_REFRESH : CC_ERROR;
}
