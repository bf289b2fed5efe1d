// malloc as the C library's. A refusal ends the program with a sentence where the caller can't go on without.
#define _GNU_SOURCE
#include "lowmemory.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);  // under this name it is glibc's in any case

// Swift's arrays, strings and objects: their allocation traps when it is refused. Its libraries are part of the program, or
// beside it. OpenBLAS asks again and again, for ever.
static int needs_it(const void *caller) {
    Dl_info info, program;
    if (!dladdr(caller, &info) || !info.dli_fname) return 0;
    if (dladdr((const void *)needs_it, &program) && program.dli_fbase == info.dli_fbase) return 1;
    const char *slash = strrchr(info.dli_fname, '/'), *name = slash ? slash + 1 : info.dli_fname;
    return strncmp(name, "libswift", 8) == 0 || strstr(name, "Foundation") || strncmp(name, "libopenblas", 11) == 0;
}

__attribute__((noinline, cold)) static void refused(size_t size, const void *caller) {
    if (!needs_it(caller)) return;
    char text[160];
    const double mebibytes = (double)size / (1 << 20);
    int count = snprintf(
        text, sizeof text, "error: the memory is used up: there are no %.*f MiB more\n"
        "  help: use fewer or smaller values, or raise the limit (ulimit -v)\n", mebibytes < 10 ? 1 : 0, mebibytes);
    if (count > 0) (void)!write(STDERR_FILENO, text, (size_t)count);
    _exit(1);
}

void *malloc(size_t size) {
    void *memory = __libc_malloc(size);
    if (__builtin_expect(!memory, 0)) refused(size, __builtin_return_address(0));
    return memory;
}
