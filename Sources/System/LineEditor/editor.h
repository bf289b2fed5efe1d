// What the files of this target share.
#pragma once

#include <histedit.h>
#include <signal.h>
#include <stdio.h>

#include "lineeditor.h"

typedef struct Row {
    size_t start, end;  // in the text of the picture
    int columns;        // that it takes at most
    bool certain;       // whether every terminal gives it as many
    bool wraps;         // whether it is full and the next row goes on with its line
} Row;

// A block as rows of the screen.
typedef struct Picture {
    wchar_t *text;  // of all rows, as it is shown
    size_t length;
    Row *rows;
    size_t count;
    size_t top, bottom;  // the rows that are on the screen
    size_t cursor, cursor_row;  // its place in the text, and the row of it
    int cursor_column;
    bool has_cursor;
} Picture;

struct LineEditor {
    EditLine *el;
    FILE *silent;           // takes what libedit would draw
    Picture drawn;          // what is on the screen; no rows when nothing is
    HistoryW *history;
    LineEditorDelegate delegate;
    const char *prompt;     // of the block being read
    const unsigned char *paint;  // of each byte of the block, while it is left in colours
    LineEditorStatus status;

    int recalled;           // how many blocks back the shown one is; 0 is the block being written
    wchar_t *draft;         // the block being written, while a recalled one is shown
    wchar_t *shown;         // the recalled block as it was put on the screen
    wchar_t *killed;        // for Ctrl-Y

    int own_spaces;         // how many typed spaces the automatic indentation stands for already
    const wchar_t *own_place;  // where they would be typed

    struct Moment *moments; // what the block was, for undoing; the newest last
    size_t moment_count;
    struct Moment *last;    // what it was before the key that is waited for
    bool is_typing;         // whether the last change added a letter to a word
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

// Undoing.
void note_moment(LineEditor *editor);
void forget_moments(LineEditor *editor);
Action key_undo(EditLine *el, int key);

// Signals, while a block is read.
void signals_begin(void);
void signals_end(void);
bool input_is_waiting(void);
int read_character(EditLine *el, wchar_t *character);

// The block as text.
LineEditor *editor_of(EditLine *el);
void replace_block(LineEditor *editor, const wchar_t *text);
char *narrow(const wchar_t *text, size_t count);
wchar_t *widen(const char *text);
// The bracket that belongs to the one before the cursor; NULL where there is none.
const wchar_t *matching_bracket(const LineInfoW *block);
// The end of what a reader takes for one character.
const wchar_t *character_after(const wchar_t *c, const LineInfoW *block);

// The block on the screen.
// The block as rows, with the bracket that belongs to the one before the cursor marked; without rows when there is no
// memory for it.
Picture layout_of(LineEditor *editor, int columns, bool marks);
void release_picture(Picture *picture);
FILE *silent_stream(void);
void draw_block(LineEditor *editor);
// Draws all of the block, and a text behind it that ends its last line; NULL where that is ended. It is drawn anew below
// what is written then.
void leave_block(LineEditor *editor, const char *text);
// The screen has something else where the block was: it is drawn anew from the cursor on.
void forget_drawing(LineEditor *editor);
void clear_screen(LineEditor *editor);
void redraw_after_resize(LineEditor *editor);
int terminal_columns(void);
