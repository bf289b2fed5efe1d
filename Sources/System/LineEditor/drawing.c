// The block on the screen.
//
// libedit's own picture of the screen has one character a cell: an accent that takes no cell is overwritten, and the
// cursor stands where such a picture says. So it draws into nothing (`silent_stream`), and the block is drawn here, before
// each key is waited for. No width is taken on trust where terminals differ about it (joined emoji, flags, some symbols):
// rows are broken as if such a character were as wide as any terminal makes it, and the cursor is placed by writing the
// row anew up to it, which is where the terminal itself then has it.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "editor.h"

// Output of libedit's own drawing: all but the bell is dropped.
static ssize_t take_only_bell(void *context, const char *bytes, size_t count) {
    (void)context;
    if (memchr(bytes, '\a', count)) (void)!write(STDOUT_FILENO, "\a", 1);
    return (ssize_t)count;
}

FILE *silent_stream(void) {
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = take_only_bell});
    if (stream) setvbuf(stream, NULL, _IOFBF, 4096);
    return stream;
}

static struct winsize terminal_size(void) {
    struct winsize size = {.ws_row = 24, .ws_col = 80}, found;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0) return size;
    if (found.ws_col > 1) size.ws_col = found.ws_col;
    if (found.ws_row > 1) size.ws_row = found.ws_row;
    return size;
}

int terminal_columns(void) {
    return terminal_size().ws_col;
}

static void write_text(const Picture *picture, size_t from, size_t to) {
    char *text = narrow(picture->text + from, to - from);
    if (text) fputs(text, stdout);
    free(text);
}

static void move_rows(size_t from, size_t to) {
    if (to > from) fprintf(stdout, "\033[%zuB", to - from);
    if (to < from) fprintf(stdout, "\033[%zuA", from - to);
}

static bool are_equal(const Picture *a, const Picture *b, size_t index) {
    const Row *x = &a->rows[index], *y = &b->rows[index];
    size_t count = x->end - x->start;
    return count == y->end - y->start && x->wraps == y->wraps
        && wmemcmp(a->text + x->start, b->text + y->start, count) == 0;
}

// Chooses the rows to show: all, or those that the screen has room for, with the cursor among them.
static void choose_rows(Picture *next, const Picture *now, size_t height) {
    size_t top = now->count > 0 ? now->top : 0;
    if (top + height > next->count) top = next->count > height ? next->count - height : 0;
    if (next->cursor_row < top) top = next->cursor_row;
    if (next->cursor_row >= top + height) top = next->cursor_row - height + 1;
    next->top = top;
    next->bottom = next->count < top + height ? next->count : top + height;
}

// Whether a row can be completed from where the cursor is, since what stands before it stays.
static bool goes_on(const Picture *now, const Picture *next, size_t index) {
    const Row *old = &now->rows[index], *row = &next->rows[index];
    if (now->cursor_row != index || !old->certain || !row->certain) return false;
    size_t shared = now->cursor - old->start;
    if (row->start + shared > row->end) return false;
    // An accent must be written with its letter.
    if (row->start + shared < row->end && wcwidth(next->text[row->start + shared]) == 0) return false;
    return wmemcmp(now->text + old->start, next->text + row->start, shared) == 0;
}

// Writes the rows from one on, the first of them from a place on, over whatever is there.
static void write_rows(const Picture *next, size_t first, size_t from) {
    fputs("\033[J", stdout);
    for (size_t i = first; i < next->bottom; i++) {
        write_text(next, i == first ? from : next->rows[i].start, next->rows[i].end);
        // The space makes the terminal go on with the same line, which it then also copies as one.
        if (i + 1 < next->bottom) fputs(next->rows[i].wraps ? " \r" : "\r\n", stdout);
    }
}

// Brings the screen from one picture to the next. Afterwards the screen's cursor is at the end of the last row, or, when
// nothing differed, where it was: `row` and `place` say where.
static void write_changes(const Picture *now, const Picture *next, size_t *row, size_t *place) {
    size_t first = next->top;
    if (now->count == 0) {
        write_rows(next, first, next->rows[first].start);
    } else if (now->top != next->top) {
        move_rows(now->cursor_row, now->top);
        fputc('\r', stdout);
        write_rows(next, first, next->rows[first].start);
    } else {
        while (first < next->bottom && first < now->bottom && are_equal(now, next, first)) first++;
        if (first == next->bottom && first == now->bottom) {
            *row = now->cursor_row;
            *place = next->rows[*row].start + (now->cursor - now->rows[*row].start);
            return;
        }
        if (first == next->bottom || first == now->bottom) first--;
        size_t from = next->rows[first].start;
        if (goes_on(now, next, first)) {
            from += now->cursor - now->rows[first].start;
        } else {
            move_rows(now->cursor_row, first);
            fputc('\r', stdout);
        }
        write_rows(next, first, from);
    }
    *row = next->bottom - 1;
    *place = next->rows[*row].end;
}

// Draws the block with its cursor or, to leave it, all of it with the cursor at its end.
static void draw(LineEditor *editor, bool leaves) {
    struct winsize size = terminal_size();
    Picture next = layout_of(editor, size.ws_col, !leaves);
    if (editor->paint && next.count > size.ws_row) {
        // What has left the screen can't be coloured any more, and half a block in colours looks like a mistake.
        release_picture(&next);
        editor->paint = NULL;
        next = layout_of(editor, size.ws_col, !leaves);
    }
    if (next.count == 0) return;
    if (leaves) {
        next.bottom = next.count;
        next.cursor_row = next.count - 1;
        next.cursor = next.rows[next.cursor_row].end;
    } else {
        choose_rows(&next, &editor->drawn, size.ws_row);
    }
    size_t row, place;
    write_changes(&editor->drawn, &next, &row, &place);
    if (row != next.cursor_row || place != next.cursor) {
        move_rows(row, next.cursor_row);
        fputc('\r', stdout);
        write_text(&next, next.rows[next.cursor_row].start, next.cursor);
    }
    fflush(stdout);
    release_picture(&editor->drawn);
    editor->drawn = next;
}

void draw_block(LineEditor *editor) {
    draw(editor, false);
}

void forget_drawing(LineEditor *editor) {
    release_picture(&editor->drawn);
}

void leave_block(LineEditor *editor, const char *text) {
    draw(editor, true);
    if (text) fprintf(stdout, "%s\n", text);
    fflush(stdout);
    forget_drawing(editor);
}

void clear_screen(LineEditor *editor) {
    fputs("\033[H\033[2J", stdout);
    forget_drawing(editor);
}

void redraw_after_resize(LineEditor *editor) {
    // Terminals break the rows of a line again at the new width, so the block may start further up or down than before.
    const Picture *drawn = &editor->drawn;
    int columns = terminal_columns(), up = 0, line = 0;
    for (size_t i = drawn->top; i < drawn->bottom && i < drawn->cursor_row; i++) {
        line += drawn->rows[i].columns;
        if (drawn->rows[i].wraps) continue;
        up += line > columns ? (line - 1) / columns + 1 : 1;
        line = 0;
    }
    up += (line + drawn->cursor_column) / columns;
    if (up > 0) fprintf(stdout, "\033[%dA", up);
    fputc('\r', stdout);
    forget_drawing(editor);
    el_resize(editor->el);
    draw_block(editor);
}
