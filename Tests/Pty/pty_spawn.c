#define _GNU_SOURCE
#include "pty_spawn.h"

#include <pty.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

int pty_spawn(const char *path, char *const arguments[], char *const environment[], const char *folder, int rows,
              int columns, pid_t *child) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    int terminal = -1;
    *child = forkpty(&terminal, NULL, NULL, &size);
    if (*child == 0) {
        if (chdir(folder) == 0) execve(path, arguments, environment);
        _exit(127);
    }
    return *child < 0 ? -1 : terminal;
}

void pty_resize(int terminal, int rows, int columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    ioctl(terminal, TIOCSWINSZ, &size);
}
