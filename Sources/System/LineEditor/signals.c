// Signals while a block is read, and the reading of one character. Handlers only set a flag; without SA_RESTART the
// read returns, and what the signal means is done there, outside the handler.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "editor.h"

static const int handled[] = {SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP};
enum { handled_count = sizeof handled / sizeof handled[0] };
static struct sigaction before[handled_count];
static volatile sig_atomic_t arrived[handled_count];

static void note_signal(int number) {
    for (int i = 0; i < handled_count; i++)
        if (handled[i] == number) arrived[i] = 1;
}

void signals_begin(void) {
    struct sigaction action = {.sa_handler = note_signal};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < handled_count; i++) {
        arrived[i] = 0;
        sigaction(handled[i], &action, &before[i]);
    }
}

void signals_end(void) {
    for (int i = 0; i < handled_count; i++) sigaction(handled[i], &before[i], NULL);
}

// Handles what arrived; true when that yields a character.
static bool take_signals(EditLine *el, wchar_t *character) {
    for (int i = 0; i < handled_count; i++) {
        if (!arrived[i]) continue;
        arrived[i] = 0;
        switch (handled[i]) {
        case SIGINT:
            *character = L'\3';
            return true;
        case SIGWINCH:
            redraw_after_resize(editor_of(el));
            break;
        case SIGCONT:
            el_set(el, EL_PREP_TERM, 1);
            forget_drawing(editor_of(el));
            draw_block(editor_of(el));
            break;
        default:  // the end: leave the terminal as it was, then let the signal do what it does
            el_set(el, EL_PREP_TERM, 0);
            fputs("\033[?2004l\n", stdout);
            fflush(stdout);
            signals_end();
            raise(handled[i]);
        }
    }
    return false;
}

bool input_is_waiting(void) {
    int count = 0;
    return ioctl(STDIN_FILENO, FIONREAD, &count) == 0 && count > 0;
}

int read_character(EditLine *el, wchar_t *character) {
    mbstate_t state = {0};
    if (!input_is_waiting()) {
        note_moment(editor_of(el));
        draw_block(editor_of(el));
    }
    for (;;) {
        if (take_signals(el, character)) return 1;
        char byte;
        ssize_t count = read(STDIN_FILENO, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            *character = L'\0';
            return (int)count;
        }
        switch (mbrtowc(character, &byte, 1, &state)) {
        case (size_t)-2:  // more bytes of this character to come
            break;
        case (size_t)-1:  // not UTF-8: leave it out
            memset(&state, 0, sizeof state);
            break;
        default:
            return 1;
        }
    }
}
