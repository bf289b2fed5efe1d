// Which instruction set the process computes with: the best that the processor has, or what RHUMB_ISA or a call asks for.
#include "include/kernels.h"
#include <stdlib.h>
#include <string.h>

static rk_isa chosen;

rk_isa rk_processor(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("x86-64-v3")) return RK_UNSUPPORTED;
    if (!__builtin_cpu_supports("x86-64-v4")) return RK_AVX2;
    return __builtin_cpu_supports("avx512bf16") ? RK_AVX512_BF16 : RK_AVX512;
}

int rk_set_instruction_set(const char *name) {
    const rk_isa most = rk_processor();
    rk_isa wanted = most;
    if (strcmp(name, "avx2") == 0) wanted = RK_AVX2;
    else if (strcmp(name, "avx512") == 0) wanted = RK_AVX512;
    else if (strcmp(name, "native") != 0) return RK_ISA_UNKNOWN;
    if (wanted > most) return RK_ISA_MISSING;
    chosen = wanted;
    return RK_ISA_CHOSEN;
}

rk_isa rk_instruction_set(void) { return chosen; }

// Before anything computes. What RHUMB_ISA says wrongly is reported by who starts the program, not from here.
__attribute__((constructor(101))) static void choose(void) {
    const char *wish = getenv("RHUMB_ISA");
    if (!wish || rk_set_instruction_set(wish) != RK_ISA_CHOSEN) rk_set_instruction_set("native");
}
