#include "lineeditor.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "editor.h"

// Asks the terminal to mark what is pasted, and to stop doing so.
static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

void lineeditor_set_locale(void) {
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

LineEditor *lineeditor_open(const char *program, int history, LineEditorDelegate delegate) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return NULL;
    lineeditor_set_locale();
    LineEditor *editor = calloc(1, sizeof *editor);
    if (!editor) return NULL;
    editor->delegate = delegate;
    editor->silent = silent_stream();
    if (editor->silent)
        editor->el = el_init_fd(
            program, stdin, editor->silent, stderr, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
    editor->history = history_winit();
    if (!editor->el || !editor->history) {
        lineeditor_close(editor);
        return NULL;
    }
    HistEventW event;
    history_w(editor->history, &event, H_SETSIZE, history);
    history_w(editor->history, &event, H_SETUNIQUE, 1);

    EditLine *el = editor->el;
    el_set(el, EL_CLIENTDATA, editor);
    el_set(el, EL_SIGNAL, 0);  // libedit's own handler would signal the whole process group
    el_set(el, EL_EDITOR, "emacs");
    el_wset(el, EL_HIST, history_w, editor->history);
    el_wset(el, EL_GETCFN, read_character);
    // Ctrl-C, Ctrl-Z and Ctrl-\ are keys while a block is edited; elsewhere they are signals as usual.
    el_set(el, EL_SETTY, "-d", "-isig", NULL);
    el_source(el, NULL);
    bind_keys(editor);
    return editor;
}

void lineeditor_close(LineEditor *editor) {
    if (!editor) return;
    if (editor->el) el_end(editor->el);
    if (editor->history) history_wend(editor->history);
    if (editor->silent) fclose(editor->silent);
    forget_recalled(editor);
    forget_drawing(editor);
    forget_moments(editor);
    free(editor->killed);
    free(editor);
}

char *lineeditor_read(LineEditor *editor, const char *prompt, LineEditorStatus *status) {
    editor->prompt = prompt;
    editor->status = LineEditorAccepted;
    forget_recalled(editor);
    forget_drawing(editor);
    forget_moments(editor);
    editor->own_spaces = 0;

    fputs(paste_on, stdout);
    fflush(stdout);
    signals_begin();
    int count = 0;
    const wchar_t *line = el_wgets(editor->el, &count);
    signals_end();
    // Accepted by a key of the user's own ~/.editrc; the newline is part of the block then.
    if (line && editor->drawn.count > 0) leave_block(editor, NULL);
    fputs(paste_off, stdout);
    fflush(stdout);

    if (!line && editor->status == LineEditorAccepted) editor->status = LineEditorEnded;
    *status = editor->status;
    if (editor->status != LineEditorAccepted) return NULL;
    while (count > 0 && line[count - 1] == L'\n') count--;
    return narrow(line, (size_t)count);
}

void lineeditor_remember(LineEditor *editor, const char *text) {
    wchar_t *wide = widen(text);
    HistEventW event;
    if (wide) history_w(editor->history, &event, H_ENTER, wide);
    free(wide);
}
