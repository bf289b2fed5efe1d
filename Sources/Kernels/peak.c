// How fast this machine multiplies and adds when nothing else is in the way: what every other speed is measured by.
#include "dispatch.h"
#include "parallel.h"
#include "vector16.h"
#include <time.h>

enum { CHAINS = 16, STEPS = 1 << 14 };

typedef struct {
    float start, factor;
    float *sink;
} peak_job;

/// Independent chains of multiply-adds, enough of them to hide each one's latency.
RK_INLINE void multiply_add(const peak_job *job, size_t thread) {
    v16 sum[CHAINS];
    const v16 factor = splat16(job->factor), step = splat16(job->start);
    for (int c = 0; c < CHAINS; c++) sum[c] = splat16((float)c);
    for (int i = 0; i < STEPS; i++)
#pragma clang loop unroll(full)
        for (int c = 0; c < CHAINS; c++) sum[c] = sum[c] * factor + step;
    for (int c = 1; c < CHAINS; c++) sum[0] += sum[c];
    job->sink[thread * 16] = sum16(sum[0]);
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("arch=x86-64-v4"), min_vector_width(512))) static void range_v4(const void *job, size_t begin,
                                                                                      size_t end) {
    for (size_t thread = begin; thread < end; thread++) multiply_add(job, thread);
}
__attribute__((target("arch=x86-64-v3"))) static void range_v3(const void *job, size_t begin, size_t end) {
    for (size_t thread = begin; thread < end; thread++) multiply_add(job, thread);
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
#endif

static void range_baseline(const void *job, size_t begin, size_t end) {
    for (size_t thread = begin; thread < end; thread++) multiply_add(job, thread);
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
    return (double)threads * CHAINS * STEPS * operations_per_step / best;
}

double rk_peak_f32(void) {
#if defined(__x86_64__)
    return rate(rk_runs_v4() ? range_v4 : range_v3, 32);
#endif
    return rate(range_baseline, 32);
}

double rk_peak_bf16(void) {
#if defined(__x86_64__)
    if (rk_has_attention_bf16()) return rate(range_bf16, 64);
#endif
    return 0;
}
