// What the files of this target share.
#pragma once

#include <histedit.h>
#include <signal.h>
#include <stdio.h>

#include "lineeditor.h"

struct LineEditor {
    EditLine *el;
    HistoryW *history;
    LineEditorDelegate delegate;
    const char *prompt;     // of the block being read
    LineEditorStatus status;

    int recalled;           // how many blocks back the shown one is; 0 is the block being written
    wchar_t *draft;         // the block being written, while a recalled one is shown
    wchar_t *shown;         // the recalled block as it was put on the screen
    wchar_t *killed;        // for Ctrl-Y
};

// Keys of our own that no keyboard sends: they let a function of ours call one of libedit's through el_push.
#define KEY_ACCEPT "\033[9001~"

typedef unsigned char Action;
void bind_keys(LineEditor *editor);

// Moving within a block and, past its edge, through the history.
Action key_up(EditLine *el, int key);
Action key_down(EditLine *el, int key);
Action key_left(EditLine *el, int key);
Action key_right(EditLine *el, int key);
Action key_delete_before(EditLine *el, int key);
Action key_delete_after(EditLine *el, int key);
Action key_line_start(EditLine *el, int key);
Action key_line_end(EditLine *el, int key);
Action key_kill_to_end(EditLine *el, int key);
Action key_kill_to_start(EditLine *el, int key);
Action key_kill_word(EditLine *el, int key);
Action key_yank(EditLine *el, int key);
void forget_recalled(LineEditor *editor);

// Signals, while a block is read.
void signals_begin(void);
void signals_end(void);
int read_character(EditLine *el, wchar_t *character);

// The block on the screen.
LineEditor *editor_of(EditLine *el);
void replace_block(LineEditor *editor, const wchar_t *text);
// Takes the screen's cursor below the block and writes a line there. EL_REFRESH then draws the block anew further down:
// it takes the screen for empty and draws where the cursor is, which is all that libedit offers.
void leave_block(LineEditor *editor, const char *text);
void redraw_after_resize(LineEditor *editor);
int terminal_columns(void);
char *narrow(const wchar_t *text, size_t count);
wchar_t *widen(const char *text);
