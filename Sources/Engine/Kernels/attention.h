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
    uint16_t *bf16_scores;
    float top[QUERY_BLOCK], total[QUERY_BLOCK];
} attention_scratch;

RK_INLINE size_t rounded_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

/// Vectors of a panel that hold anything; 0 for half a vector.
RK_INLINE size_t vectors_in(size_t first, size_t count, size_t panel) {
    const size_t rest = count - first;
    return rest <= 8 ? 0 : rest <= 16 ? 1 : panel / 16;
}

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
    if (new_top == -INFINITY) {  // nothing to see yet
        memset(scores, 0, padded * sizeof(float));
        return 0.0f;
    }
    // A part of 2⁻¹²⁶ is as good as none beside that of the largest score, which is 1.
    const float to_powers = scale * 1.44269504f, top_power = new_top * 1.44269504f;
    v16 sum = {0};
    for (size_t j = 0; j < padded; j += 16) {
        const v16 p = exp2_16_of_negative(load16(scores + j) * to_powers - top_power);
        store16(scores + j, p);
        sum += p;
    }
    const float shrink = *top == -INFINITY ? 0.0f : rk_exp(*top - new_top);
    *total = *total * shrink + sum16(sum);
    *top = new_top;
    return shrink;
}

/// Multiplies a row of results whose length is a multiple of 16.
RK_INLINE void scale_row(float *row, size_t n, float factor) {
    for (size_t d = 0; d < n; d += 16) store16(row + d, load16(row + d) * factor);
}

/// The scratch memory of this thread for one head, or NULL when there is none to be had.
attention_scratch *rk_attention_scratch(const attention_job *job);

/// One body for each kind of processor and element, chosen when called.
void rk_attention_range_f32(const void *job, size_t begin, size_t end);
void rk_attention_range_bf16(const void *job, size_t begin, size_t end);
