// Functions that stand for those of a library until it is loaded.
//
// For each function of a library there is one of the same name in the program, hidden, so that the library itself never
// meets it. It jumps to where its slot points: at first to code that loads the library and fills the slot, from then on to
// the function. Arguments stay where the caller has put them, whatever their number and type.
#pragma once

#include "latelibraries.h"

/// The target of one function; read and written by the code below, `target` first.
struct late_slot {
    void *target;
    const char *name;
    late_library library;
};

#if !defined(__x86_64__)
#error "functions that load their library when they are first called are written for x86-64 only"
#endif

/// Declares `name` as a function of a library.
#define LATE(of, name)                                                                                                 \
    __asm__(".pushsection .text.late." #name ",\"ax\",@progbits\n"                                                     \
            ".globl " #name "\n"                                                                                       \
            ".hidden " #name "\n"                                                                                      \
            ".type " #name ", @function\n"                                                                             \
            ".p2align 4\n" #name ":\n"                                                                                 \
            "jmp *late_slot_" #name "(%rip)\n"                                                                        \
            ".hidden late_first_" #name "\n"                                                                           \
            ".globl late_first_" #name "\n"                                                                            \
            "late_first_" #name ":\n"                                                                                  \
            "leaq late_slot_" #name "(%rip), %r11\n"                                                                  \
            "jmp late_first_call\n"                                                                                   \
            ".size " #name ", . - " #name "\n"                                                                         \
            ".popsection\n");                                                                                          \
    extern char late_first_##name[] __attribute__((visibility("hidden")));                                             \
    extern struct late_slot late_slot_##name __attribute__((visibility("hidden")));                                    \
    struct late_slot late_slot_##name = {late_first_##name, #name, of};
