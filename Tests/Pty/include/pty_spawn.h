// Starting a program at a terminal of its own. Swift can't fork, so the tests need these few lines of C.
#pragma once
#include <sys/types.h>

// The terminal's other end, or -1; `*child` is the program's process.
int pty_spawn(const char *path, char *const arguments[], char *const environment[], const char *folder, int rows,
              int columns, pid_t *child);

// Changes the size of the terminal, which the program is told by SIGWINCH.
void pty_resize(int terminal, int rows, int columns);
