// A block editor for a terminal, over libedit's native interface.
//
// el_set and history_w are variadic, so Swift cannot call them; this shim is the part that must be C. What the keys mean
// for the language (is the block complete? what completes here?) comes back through LineEditorDelegate.
// All text is UTF-8; every string that crosses the interface in either direction as `char *` (not const) was allocated
// with malloc and is freed by the side that receives it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct LineEditor LineEditor;

/// What Tab should do: remove `deleted` bytes before the cursor, put `inserted` in their place, show `listing` below.
typedef struct LineEditorCompletion {
    size_t deleted;
    char *inserted;  // or NULL
    char *listing;   // whole lines separated by \n, or NULL
} LineEditorCompletion;

/// The language's side of the editor. `context` is passed back untouched.
typedef struct LineEditorDelegate {
    void *context;
    /// Enter: a negative number accepts the block; otherwise a new line is opened with that many spaces.
    int (*enter)(void *context, const char *text, size_t cursor);
    /// Tab; `cursor` is a byte offset into `text`, `columns` the width of the terminal.
    LineEditorCompletion (*complete)(void *context, const char *text, size_t cursor, int columns);
    /// Alt-H, F1: lines about the word at the cursor, or NULL.
    char *(*inspect)(void *context, const char *text, size_t cursor);
    /// A bracketed paste: the text to insert in its place.
    char *(*paste)(void *context, const char *text);
    /// Ctrl-X Ctrl-E: the block after editing it elsewhere, or NULL to leave it as it is.
    char *(*edit)(void *context, const char *text);
    /// A block that is accepted: for each byte of its text the number of the colour or style that the terminal's escape
    /// sequence (SGR) has for it, 0 for none, as it stays on the screen; or NULL to leave it plain.
    unsigned char *(*paint)(void *context, const char *text);
} LineEditorDelegate;

/// Spaces of one step of indentation, which a closing brace at the start of its line takes back.
enum { LineEditorIndentation = 4 };

typedef enum LineEditorStatus {
    LineEditorAccepted,
    LineEditorInterrupted,  // Ctrl-C or SIGINT: the block was dropped
    LineEditorEnded,        // Ctrl-D on an empty line, or the terminal is gone
} LineEditorStatus;

/// Makes the character type of the locale UTF-8, which libedit needs to read anything but ASCII.
void lineeditor_set_locale(void);

/// An editor on standard input and output, keeping at most `history` blocks; NULL when they are not a terminal libedit can
/// use. `program` selects lines of the user's ~/.editrc.
LineEditor *lineeditor_open(const char *program, int history, LineEditorDelegate delegate);
void lineeditor_close(LineEditor *editor);

/// Reads one block. Parts of `prompt` between two \1 characters take no room (colours). The result is NULL unless
/// `*status` is LineEditorAccepted; it has no newline at its end.
char *lineeditor_read(LineEditor *editor, const char *prompt, LineEditorStatus *status);

/// Adds a block to the history that the arrows and Ctrl-R search. A repetition of the newest one is not added.
void lineeditor_remember(LineEditor *editor, const char *text);

/// Columns that `text` takes on a terminal.
int lineeditor_width(const char *text);

/// The keys of the editor and what they do, one at each index from 0 on; false behind the last.
bool lineeditor_key(size_t index, const char **keys, const char **help);
