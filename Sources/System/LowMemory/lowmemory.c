// malloc and its aligned kin as the C library's. A refusal ends the program with a sentence where the caller can't go on
// without.
#define _GNU_SOURCE
#include "lowmemory.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Under these names they are glibc's in any case.
void *__libc_malloc(size_t size);
void *__libc_memalign(size_t alignment, size_t size);

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

// Swift's own requests are aligned to 16 bytes; tensors and kernels, which can do without, ask for more.
enum { alignment_of_swift = 16 };

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *found = __libc_memalign(alignment, size);
    if (__builtin_expect(!found, 0)) {
        if (alignment <= alignment_of_swift) refused(size, __builtin_return_address(0));
        return ENOMEM;
    }
    *memory = found;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
    void *memory = __libc_memalign(alignment, size);
    if (__builtin_expect(!memory, 0) && alignment <= alignment_of_swift) refused(size, __builtin_return_address(0));
    return memory;
}
