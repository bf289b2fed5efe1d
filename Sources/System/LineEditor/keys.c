// The keys that differ from libedit's emacs mode: those that ask the language, and those that must know that a block
// has several lines.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "editor.h"

// The block as UTF-8 with the cursor as a byte offset.
typedef struct Block {
    char *text;
    size_t cursor;
} Block;

static Block block_of(EditLine *el) {
    const LineInfoW *line = el_wline(el);
    char *before = narrow(line->buffer, (size_t)(line->cursor - line->buffer));
    Block block = {narrow(line->buffer, (size_t)(line->lastchar - line->buffer)), before ? strlen(before) : 0};
    free(before);
    return block;
}

static void insert(EditLine *el, const char *text) {
    wchar_t *wide = widen(text);
    if (wide) el_winsertstr(el, wide);
    free(wide);
}

// Enter, paste, Tab, editor.

static Action key_newline(EditLine *el, int key) {
    (void)key;
    el_winsertstr(el, L"\n");
    return CC_REFRESH;
}

static Action key_enter(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    Block block = block_of(el);
    int indentation = block.text ? editor->delegate.enter(editor->delegate.context, block.text, block.cursor) : -1;
    if (indentation < 0) {
        unsigned char *paint = editor->delegate.paint(editor->delegate.context, block.text ? block.text : "");
        editor->paint = paint;
        leave_block(editor, "");
        editor->paint = NULL;
        free(paint);
        free(block.text);
        el_push(el, KEY_ACCEPT);
        return CC_NORM;
    }
    free(block.text);
    el_winsertstr(el, L"\n");
    // A terminal without bracketed paste sends a pasted block as if it were typed, indentation included.
    editor->own_spaces = 0;
    if (!input_is_waiting()) {
        for (int i = 0; i < indentation; i++) el_winsertstr(el, L" ");
        editor->own_spaces = indentation;
        editor->own_place = el_wline(el)->cursor;
    }
    return CC_REFRESH;
}

// Whoever types the indentation that is there already does not get it twice.
static Action key_space(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    const LineInfoW *line = el_wline(el);
    if (editor->own_spaces > 0 && line->cursor == editor->own_place && line->cursor == line->lastchar) {
        editor->own_spaces--;
        return CC_NORM;
    }
    editor->own_spaces = 0;
    el_winsertstr(el, L" ");
    return CC_REFRESH;
}

// A closing brace or bracket that starts its line goes back by one step of indentation.
static Action key_close(EditLine *el, int key) {
    const LineInfoW *line = el_wline(el);
    const wchar_t *start = line->cursor;
    while (start > line->buffer && start[-1] == L' ') start--;
    bool is_first = start > line->buffer && start[-1] == L'\n';
    if (is_first && line->cursor - start >= LineEditorIndentation) el_wdeletestr(el, LineEditorIndentation);
    el_winsertstr(el, (wchar_t[]){(wchar_t)key, L'\0'});
    return CC_REFRESH;
}

static Action key_paste(EditLine *el, int key) {
    (void)key;
    static const wchar_t end[] = L"\033[201~";
    size_t count = 0, room = 1024, tail = wcslen(end);
    wchar_t *text = malloc(room * sizeof *text);
    while (text && el_wgetc(el, &text[count]) == 1) {
        if (text[count] == L'\r') text[count] = L'\n';
        count++;
        if (count >= tail && wmemcmp(text + count - tail, end, tail) == 0) {
            count -= tail;
            break;
        }
        if (count == room) {
            wchar_t *larger = realloc(text, (room *= 2) * sizeof *text);
            if (!larger) break;
            text = larger;
        }
    }
    if (!text) return CC_ERROR;
    LineEditor *editor = editor_of(el);
    char *pasted = narrow(text, count);
    free(text);
    char *cleaned = pasted ? editor->delegate.paste(editor->delegate.context, pasted) : NULL;
    if (cleaned) insert(el, cleaned);
    free(pasted);
    free(cleaned);
    return CC_REFRESH;
}

// Lines below the block, which is drawn anew under them.
static void show_below(LineEditor *editor, const char *lines) {
    leave_block(editor, "");
    fprintf(stdout, "%s\n", lines);
}

static Action key_inspect(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    Block block = block_of(el);
    char *lines = block.text ? editor->delegate.inspect(editor->delegate.context, block.text, block.cursor) : NULL;
    if (lines) show_below(editor, lines);
    free(block.text);
    free(lines);
    return lines ? CC_NORM : CC_ERROR;
}

static Action key_complete(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    Block block = block_of(el);
    if (!block.text) return CC_ERROR;
    LineEditorCompletion found = editor->delegate.complete(
        editor->delegate.context, block.text, block.cursor, terminal_columns());
    if (found.deleted > 0 && found.deleted <= block.cursor) {
        wchar_t *removed = widen(block.text + block.cursor - found.deleted);
        wchar_t *kept = widen(block.text + block.cursor);
        if (removed && kept) el_wdeletestr(el, (int)(wcslen(removed) - wcslen(kept)));
        free(removed);
        free(kept);
    }
    if (found.inserted) insert(el, found.inserted);
    if (found.listing) show_below(editor, found.listing);
    bool changed = found.inserted || found.deleted || found.listing;
    free(found.inserted);
    free(found.listing);
    free(block.text);
    return changed ? CC_REFRESH : CC_ERROR;
}

static Action key_edit(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    Block block = block_of(el);
    if (!block.text) return CC_ERROR;
    leave_block(editor, "");
    el_set(el, EL_PREP_TERM, 0);
    char *edited = editor->delegate.edit(editor->delegate.context, block.text);
    el_set(el, EL_PREP_TERM, 1);
    wchar_t *wide = edited ? widen(edited) : NULL;
    if (wide) replace_block(editor, wide);
    free(wide);
    free(edited);
    free(block.text);
    return CC_NORM;
}

// Ctrl-C, Ctrl-D, Ctrl-Z.

static Action key_interrupt(EditLine *el, int key) {
    (void)key;
    LineEditor *editor = editor_of(el);
    leave_block(editor, "^C");
    replace_block(editor, L"");
    editor->status = LineEditorInterrupted;
    return CC_NEWLINE;
}

static Action key_end(EditLine *el, int key) {
    const LineInfoW *line = el_wline(el);
    if (line->lastchar == line->buffer) return CC_EOF;
    return key_delete_after(el, key);
}

static Action key_clear(EditLine *el, int key) {
    (void)key;
    clear_screen(editor_of(el));
    return CC_NORM;
}

static Action key_suspend(EditLine *el, int key) {
    (void)key;
    el_set(el, EL_PREP_TERM, 0);
    kill(0, SIGTSTP);  // the whole foreground job, as the terminal itself would do
    return CC_NORM;
}

// Tables of what is bound to what.

typedef struct Function {
    const char *shown;  // its keys as a keyboard has them; NULL where there is nothing to say of them
    const char *name, *help;
    Action (*call)(EditLine *, int);
    const char *keys[6];
} Function;

static const Function functions[] = {
    {"Enter", "rhumb-enter", "run the block, or open a line while it is incomplete", key_enter, {"\\r", "\\n"}},
    {"Alt-Enter", "rhumb-newline", "open a line", key_newline, {"\\e\\r", "\\e\\n"}},
    {NULL, "rhumb-space", "insert a space, but for those of the automatic indentation", key_space, {" "}},
    {"Ctrl-_, Ctrl-X Ctrl-U", "rhumb-undo", "undo the last change", key_undo, {"^_", "^X^U"}},
    {NULL, "rhumb-close", "insert a closing brace, one step further left", key_close, {"}", "]", ")"}},
    {NULL, "rhumb-paste", "insert what is pasted as one block", key_paste, {"\\e[200~"}},
    {"Tab", "rhumb-complete", "complete the word before the cursor", key_complete, {"\\t"}},
    {"Alt-H, F1", "rhumb-inspect", "explain the word at the cursor", key_inspect, {"\\eh", "\\eOP", "\\e[11~"}},
    {"Ctrl-X Ctrl-E", "rhumb-edit", "edit the block in $EDITOR", key_edit, {"^X^E"}},
    {"Ctrl-C", "rhumb-interrupt", "drop the block", key_interrupt, {"^C"}},
    {"Ctrl-D", "rhumb-end", "delete the character under the cursor, or leave", key_end, {"^D"}},
    {"Ctrl-L", "rhumb-clear", "clear the screen above the block", key_clear, {"^L"}},
    {"Ctrl-Z", "rhumb-suspend", "stop the process", key_suspend, {"^Z"}},
    {"Up, Ctrl-P", "rhumb-up", "line above, or older block", key_up, {"\\e[A", "\\eOA", "^P"}},
    {"Down, Ctrl-N", "rhumb-down", "line below, or newer block", key_down, {"\\e[B", "\\eOB", "^N"}},
    {"Left, Ctrl-B", "rhumb-left", "back by one character, with its accents", key_left, {"\\e[D", "\\eOD", "^B"}},
    {"Right, Ctrl-F", "rhumb-right", "on by one character, with its accents", key_right, {"\\e[C", "\\eOC", "^F"}},
    {"Backspace, Ctrl-H", "rhumb-delete-before", "delete the character before the cursor", key_delete_before, {"^?", "^H"}},
    {"Delete", "rhumb-delete-after", "delete the character under the cursor", key_delete_after, {"\\e[3~"}},
    {"Home, Ctrl-A", "rhumb-line-start", "start of the line", key_line_start, {"\\e[H", "\\eOH", "\\e[1~", "^A"}},
    {"End, Ctrl-E", "rhumb-line-end", "end of the line", key_line_end, {"\\e[F", "\\eOF", "\\e[4~", "^E"}},
    {"Ctrl-K", "rhumb-kill-to-end", "cut to the end of the line", key_kill_to_end, {"^K"}},
    {"Ctrl-U", "rhumb-kill-to-start", "cut to the start of the line", key_kill_to_start, {"^U"}},
    {"Ctrl-W", "rhumb-kill-word", "cut the word before the cursor", key_kill_word, {"^W"}},
    {"Ctrl-Y", "rhumb-yank", "insert what was cut last", key_yank, {"^Y"}},
};

// Keys that libedit has functions for.
static const struct {
    const char *shown, *help;
} others[] = {
    {"Alt-F, Ctrl-Right", "on by a word"},
    {"Alt-B, Ctrl-Left", "back by a word"},
    {"Alt-D", "cut the word after the cursor"},
    {"Ctrl-T", "swap the character with the one before it"},
    {"Ctrl-R", "search the blocks typed before"},
};

static const struct {
    const char *key, *function;
} libedit_keys[] = {
    {KEY_ACCEPT, "ed-newline"},          {"^R", "em-inc-search-prev"},
    {"\\e[1;5C", "em-next-word"},        {"\\e[1;5D", "ed-prev-word"}, {"\\e[1;3C", "em-next-word"},
    {"\\e[1;3D", "ed-prev-word"},
};

// A function must be registered before a key is bound to it.
void bind_keys(LineEditor *editor) {
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const Function *function = &functions[i];
        el_set(editor->el, EL_ADDFN, function->name, function->help, function->call);
        for (const char *const *key = function->keys; *key; key++)
            el_set(editor->el, EL_BIND, *key, function->name, NULL);
    }
    for (size_t i = 0; i < sizeof libedit_keys / sizeof libedit_keys[0]; i++)
        el_set(editor->el, EL_BIND, libedit_keys[i].key, libedit_keys[i].function, NULL);
}

bool lineeditor_key(size_t index, const char **keys, const char **help) {
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (!functions[i].shown) continue;
        *keys = functions[i].shown;
        *help = functions[i].help;
        if (index-- == 0) return true;
    }
    if (index >= sizeof others / sizeof others[0]) return false;
    *keys = others[index].shown;
    *help = others[index].help;
    return true;
}
