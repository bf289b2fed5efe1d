// The parts of fused attention that do not depend on the element type.
#pragma once
#include "include/kernels.h"
#include "vector16.h"

enum {
    KEY_BLOCK = 512,   // keys whose scores are held at once
    QUERY_BLOCK = 24,  // queries at most that share a walk over the packed keys
    SCORE_STRIDE = KEY_BLOCK + 16,  // not a power of two, so that rows do not fight for the same cache sets
};

typedef struct {
    rk_attention a;
    size_t parts;          // pieces that the queries of a head are cut into
    size_t panel;          // columns of a packed panel
    const float *q, *k, *v;
    float *out;
    int *failed;
} attention_job;

/// Memory of one thread, kept for its next call: packed keys and values, scores, results.
typedef struct {
    float *keys, *values, *scores, *results;
    uint16_t *narrow_scores;
    float top[QUERY_BLOCK], total[QUERY_BLOCK];
} attention_scratch;

RK_INLINE size_t rounded_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

/// Turns a row of products into unnormalised probabilities against the largest score so far, and returns the factor
/// by which what was summed before must shrink (Milakov and Gimelshein 2018; Dao et al. 2022).
///
/// `seen` of the `padded` scores count, a multiple of 16; the rest become 0.
RK_INLINE float softmax_step(float *scores, size_t seen, size_t padded, float scale, const float *mask, float *top,
                             float *total) {
    v16 best = splat16(*top);
    if (mask)
        for (size_t j = 0; j < seen; j++) scores[j] = scores[j] + mask[j] / scale;
    for (size_t j = seen; j < padded; j++) scores[j] = -INFINITY;
    for (size_t j = 0; j < padded; j += 16) best = max16(load16(scores + j) * scale, best);
    const float new_top = largest16(best);
    // Nothing seen yet: any finite number will do in place of -∞ - -∞.
    const float shift = new_top == -INFINITY ? 0.0f : new_top;
    v16 sum = {0};
    for (size_t j = 0; j < padded; j += 16) {
        const v16 p = exp16_of_negative(load16(scores + j) * scale - shift);
        store16(scores + j, p);
        sum += p;
    }
    const float shrink = *top == -INFINITY ? 0.0f : rk_exp(*top - shift);
    *total = *total * shrink + sum16(sum);
    *top = new_top;
    return shrink;
}

/// Multiplies a row of results whose length is a multiple of 16.
RK_INLINE void scale_row(float *row, size_t n, float factor) {
    for (size_t d = 0; d < n; d += 16) store16(row + d, load16(row + d) * factor);
}

/// 16 × 16 numbers of 32 bits, transposed in registers.
RK_INLINE void transpose16(v16 r[16]) {
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW64(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH64(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN128(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD128(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
    v16 t[16];
    for (int i = 0; i < 16; i += 2) { t[i] = LOW32(r[i], r[i + 1]); t[i + 1] = HIGH32(r[i], r[i + 1]); }
    for (int i = 0; i < 16; i += 4) {
        r[i] = LOW64(t[i], t[i + 2]);
        r[i + 1] = HIGH64(t[i], t[i + 2]);
        r[i + 2] = LOW64(t[i + 1], t[i + 3]);
        r[i + 3] = HIGH64(t[i + 1], t[i + 3]);
    }
    for (int j = 0; j < 4; j++) {
        t[j] = EVEN128(r[j], r[4 + j]);
        t[4 + j] = ODD128(r[j], r[4 + j]);
        t[8 + j] = EVEN128(r[8 + j], r[12 + j]);
        t[12 + j] = ODD128(r[8 + j], r[12 + j]);
    }
    for (int j = 0; j < 4; j++) {
        r[j] = EVEN128(t[j], t[8 + j]);
        r[4 + j] = EVEN128(t[4 + j], t[12 + j]);
        r[8 + j] = ODD128(t[j], t[8 + j]);
        r[12 + j] = ODD128(t[4 + j], t[12 + j]);
    }
#undef LOW32
#undef HIGH32
#undef LOW64
#undef HIGH64
#undef EVEN128
#undef ODD128
}

/// The scratch memory of this thread for one head, or NULL when there is none to be had.
attention_scratch *rk_attention_scratch(const attention_job *job);

/// One body for each kind of processor and element, chosen when called.
void rk_attention_range_f32(const void *job, size_t begin, size_t end);
void rk_attention_range_bf16(const void *job, size_t begin, size_t end);
