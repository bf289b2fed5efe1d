// How fast this machine multiplies and adds when nothing else is in the way: what every other speed is measured by.
#include "dispatch.h"
#include "parallel.h"
#include "vector16.h"
#include <time.h>

enum { STEPS = 1 << 14 };

typedef struct {
    float start, factor;
    float *sink;
} peak_job;

// Independent chains of multiply-adds, one register each: enough of them to hide each one's latency, and with the two
// operands no more than there are registers, 32 of AVX-512 and 16 of AVX2.
enum { CHAINS = 16, CHAINS_OF_16 = 12 };
#define MULTIPLY_ADD(name, vector, chains)                                                                             \
    RK_INLINE void name(const peak_job *job, size_t thread) {                                                          \
        vector sum[chains];                                                                                            \
        const vector factor = job->factor - (vector){0}, step = job->start - (vector){0};                              \
        for (int c = 0; c < chains; c++) sum[c] = (float)c - (vector){0};                                              \
        for (int i = 0; i < STEPS; i++)                                                                                \
            _Pragma("clang loop unroll(full)") for (int c = 0; c < chains; c++) sum[c] = sum[c] * factor + step;       \
        for (int c = 1; c < chains; c++) sum[0] += sum[c];                                                             \
        job->sink[thread * 16] = sum[0][0] + sum[0][1] + sum[0][2] + sum[0][3];                                        \
    }
MULTIPLY_ADD(multiply_add16, v16, CHAINS)
MULTIPLY_ADD(multiply_add8, v8, CHAINS_OF_16)

#include <immintrin.h>

RK_V4_WIDE static void peak_range_v4(const void *job, size_t begin, size_t end) {
    for (size_t thread = begin; thread < end; thread++) multiply_add16(job, thread);
}
RK_V3 static void peak_range_v3(const void *job, size_t begin, size_t end) {
    for (size_t thread = begin; thread < end; thread++) multiply_add8(job, thread);
}

__attribute__((target("arch=x86-64-v4,avx512bf16"), min_vector_width(512))) static void range_bf16(const void *context,
                                                                                                   size_t begin,
                                                                                                   size_t end) {
    const peak_job *job = context;
    for (size_t thread = begin; thread < end; thread++) {
        __m512 sum[CHAINS];
        const __m512bh factor = (__m512bh)_mm512_set1_ps(job->factor);
        for (int c = 0; c < CHAINS; c++) sum[c] = _mm512_set1_ps((float)c);
        for (int i = 0; i < STEPS; i++) {
#pragma clang loop unroll(full)
            for (int c = 0; c < CHAINS; c++) sum[c] = _mm512_dpbf16_ps(sum[c], factor, factor);
        }
        for (int c = 1; c < CHAINS; c++) sum[0] = _mm512_add_ps(sum[0], sum[c]);
        job->sink[thread * 16] = _mm512_reduce_add_ps(sum[0]);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/// Operations a second of all threads together: the best of a few dozen short runs.
static double rate(void (*range)(const void *, size_t, size_t), double operations_per_step) {
    enum { RUNS = 60, MOST_THREADS = 256 };
    static float sink[16 * MOST_THREADS];
    const size_t threads = rk_threads() < MOST_THREADS ? (size_t)rk_threads() : MOST_THREADS;
    const peak_job job = {1e-3f, 0.999f, sink};
    double best = 1e9;
    for (int run = 0; run < RUNS; run++) {
        const double start = now();
        rk_parallel(threads, 1, range, &job);
        const double seconds = now() - start;
        if (seconds < best) best = seconds;
    }
    return (double)threads * STEPS * operations_per_step / best;
}

double rk_peak_f32(void) {
    return rk_runs_v4() ? rate(peak_range_v4, CHAINS * 2 * 16) : rate(peak_range_v3, CHAINS_OF_16 * 2 * 8);
}

double rk_peak_bf16(void) {
    if (rk_has_attention_bf16()) return rate(range_bf16, CHAINS * 2 * 32);
    return 0;
}
