// What every loop of this target is compiled for, and how the fitting version is found when it is called.
//
// x86-64-v3 (AVX2 and FMA) is the baseline, x86-64-v4 (AVX-512) the other one; which of them runs is decided by one
// switch for the whole process, see `rk_instruction_set`. Both come from the same source and neither may reorder a sum,
// so they give the same bits.
#pragma once
#include "include/kernels.h"

#if !defined(__x86_64__)
#error "Rhumb runs on x86-64 processors with AVX2 and FMA (x86-64-v3) only"
#endif

#define RK_V3 __attribute__((target("arch=x86-64-v3")))
#define RK_V4 __attribute__((target("arch=x86-64-v4")))
/// With registers of 512 bits, which the compiler otherwise avoids: for loops that do little but multiply.
#define RK_V4_WIDE __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))

/// Whether the versions for AVX-512 run.
static inline int rk_runs_v4(void) { return rk_instruction_set() >= RK_AVX512; }

/// A function compiled for both: result, name, parameters and arguments in parentheses, then its body.
/// `LINKAGE` is `static` or empty.
#define RK_FUNCTION(LINKAGE, RESULT, NAME, PARAMETERS, ARGUMENTS)                                                      \
    static inline __attribute__((always_inline)) RESULT NAME##_body PARAMETERS;                                        \
    RK_V3 static RESULT NAME##_v3 PARAMETERS { return NAME##_body ARGUMENTS; }                                         \
    RK_V4 static RESULT NAME##_v4 PARAMETERS { return NAME##_body ARGUMENTS; }                                         \
    LINKAGE RESULT NAME PARAMETERS { return rk_runs_v4() ? NAME##_v4 ARGUMENTS : NAME##_v3 ARGUMENTS; }                \
    static inline __attribute__((always_inline)) RESULT NAME##_body PARAMETERS

/// The body of a loop that `rk_parallel` shares: it has `context`, `begin` and `end`.
#define RK_RANGE(NAME)                                                                                                 \
    RK_FUNCTION(static, void, NAME, (const void *context, size_t begin, size_t end), (context, begin, end))
