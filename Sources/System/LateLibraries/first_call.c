// The way of a first call: save its arguments, load the library, look the function up, go on to it.
#include "trampoline.h"

#include <stdio.h>
#include <stdlib.h>

#include "libraries.h"

/// Fills a slot. Reached from the code below; two threads that come at once write the same address.
///
/// A library that can't be loaded ends the program with one clear message: the functions of a library have no common
/// way to fail.
__attribute__((used, visibility("hidden"))) void *late_bind(struct late_slot *slot) {
    const char *trouble = late_library_load(slot->library);
    void *target = trouble ? NULL : late_library_find(slot->library, slot->name, &trouble);
    if (!target) {
        fflush(stdout);
        fprintf(stderr, "error: %s\n  help: sudo apt-get install %s\n", trouble, late_library_package(slot->library));
        exit(1);
    }
    __atomic_store_n(&slot->target, target, __ATOMIC_RELEASE);
    return target;
}

// %r11: the slot. Integers come in six registers, floating point in eight, %al says how many of those a variadic call uses.
__asm__(".pushsection .text.late_first_call,\"ax\",@progbits\n"
        ".globl late_first_call\n"
        ".hidden late_first_call\n"
        ".type late_first_call, @function\n"
        "late_first_call:\n"
        ".cfi_startproc\n"
        "pushq %rax\n"
        "pushq %rdi\n"
        "pushq %rsi\n"
        "pushq %rdx\n"
        "pushq %rcx\n"
        "pushq %r8\n"
        "pushq %r9\n"
        "subq $128, %rsp\n"
        ".cfi_adjust_cfa_offset 184\n"
        "movups %xmm0, (%rsp)\n"
        "movups %xmm1, 16(%rsp)\n"
        "movups %xmm2, 32(%rsp)\n"
        "movups %xmm3, 48(%rsp)\n"
        "movups %xmm4, 64(%rsp)\n"
        "movups %xmm5, 80(%rsp)\n"
        "movups %xmm6, 96(%rsp)\n"
        "movups %xmm7, 112(%rsp)\n"
        "movq %r11, %rdi\n"
        "call late_bind\n"
        "movq %rax, %r11\n"
        "movups (%rsp), %xmm0\n"
        "movups 16(%rsp), %xmm1\n"
        "movups 32(%rsp), %xmm2\n"
        "movups 48(%rsp), %xmm3\n"
        "movups 64(%rsp), %xmm4\n"
        "movups 80(%rsp), %xmm5\n"
        "movups 96(%rsp), %xmm6\n"
        "movups 112(%rsp), %xmm7\n"
        "addq $128, %rsp\n"
        "popq %r9\n"
        "popq %r8\n"
        "popq %rcx\n"
        "popq %rdx\n"
        "popq %rsi\n"
        "popq %rdi\n"
        "popq %rax\n"
        ".cfi_adjust_cfa_offset -184\n"
        "jmp *%r11\n"
        ".cfi_endproc\n"
        ".size late_first_call, . - late_first_call\n"
        ".popsection\n");
