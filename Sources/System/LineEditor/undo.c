// Undoing: what the block was before each change, letters of one word being one change.
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "editor.h"

typedef struct Moment {
    wchar_t *text;
    size_t length, cursor;
} Moment;

// Older ones are forgotten.
enum { most_moments = 500 };

static Moment moment_of(const LineInfoW *block) {
    Moment moment = {NULL, (size_t)(block->lastchar - block->buffer), (size_t)(block->cursor - block->buffer)};
    moment.text = malloc((moment.length + 1) * sizeof *moment.text);
    if (!moment.text) return (Moment){0};
    wmemcpy(moment.text, block->buffer, moment.length);
    moment.text[moment.length] = L'\0';
    return moment;
}

static bool is_same(const Moment *a, const Moment *b) {
    return a->length == b->length && wmemcmp(a->text, b->text, a->length) == 0;
}

// Whether a letter was added where the cursor is.
static bool adds_letter(const Moment *before, const Moment *after) {
    if (after->length != before->length + 1 || after->cursor != before->cursor + 1) return false;
    if (!iswalnum((wint_t)after->text[before->cursor])) return false;
    return wmemcmp(before->text, after->text, before->cursor) == 0
        && wmemcmp(before->text + before->cursor, after->text + after->cursor, before->length - before->cursor) == 0;
}

static void keep(LineEditor *editor, Moment moment) {
    if (editor->moment_count == most_moments) {
        free(editor->moments[0].text);
        memmove(editor->moments, editor->moments + 1, (most_moments - 1) * sizeof *editor->moments);
        editor->moment_count--;
    }
    Moment *larger = realloc(editor->moments, (editor->moment_count + 1) * sizeof *larger);
    if (!larger) {
        free(moment.text);
        return;
    }
    editor->moments = larger;
    editor->moments[editor->moment_count++] = moment;
}

// Whether libedit shows behind the block what it searches the history for.
static bool is_searching(const LineInfoW *block) {
    const wchar_t *line = block->lastchar;
    while (line > block->buffer && line[-1] != L'\n') line--;
    if (line == block->buffer || block->lastchar - line < 4) return false;
    return (wmemcmp(line, L"bck", 3) == 0 || wmemcmp(line, L"fwd", 3) == 0) && (line[3] == L':' || line[3] == L'?');
}

void note_moment(LineEditor *editor) {
    if (is_searching(el_wline(editor->el))) return;
    Moment now = moment_of(el_wline(editor->el));
    if (!now.text) return;
    if (!editor->last) {
        editor->last = malloc(sizeof now);
        if (editor->last) *editor->last = now;
        else free(now.text);
        return;
    }
    if (is_same(editor->last, &now)) {
        free(now.text);
        // A cursor that was moved ends a word.
        if (editor->last->cursor != now.cursor) editor->is_typing = false;
        editor->last->cursor = now.cursor;
        return;
    }
    const bool typing = adds_letter(editor->last, &now);
    if (typing && editor->is_typing) free(editor->last->text);
    else keep(editor, *editor->last);
    editor->is_typing = typing;
    *editor->last = now;
}

void forget_moments(LineEditor *editor) {
    for (size_t i = 0; i < editor->moment_count; i++) free(editor->moments[i].text);
    free(editor->moments);
    if (editor->last) free(editor->last->text);
    free(editor->last);
    editor->moments = editor->last = NULL;
    editor->moment_count = 0;
    editor->is_typing = false;
}

Action key_undo(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    // Keys that came in one go were not waited for between.
    note_moment(editor);
    if (editor->moment_count == 0 || !editor->last) return CC_ERROR;
    const Moment then = editor->moments[--editor->moment_count];
    replace_block(editor, then.text);
    const LineInfoW *block = el_wline(el);
    el_cursor(el, (int)then.cursor - (int)(block->cursor - block->buffer));
    free(editor->last->text);
    *editor->last = then;
    editor->is_typing = false;
    return CC_REFRESH;
}
