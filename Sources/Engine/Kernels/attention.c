// Fused attention: softmax(q kᵀ · scale + mask) v for each head, with the scores of a few queries at a time in the
// cache and never in memory. Keys and values are packed once a head into panels that the inner loops walk straight.
#include "attention.h"
#include "parallel.h"
#include <stdlib.h>

/// Multiplications of each of its two products that a thread should have.
static const double SMALL_WORK = 1 << 18;

// Kept by each thread of the pool, which lives as long as the process.
static _Thread_local struct {
    attention_scratch parts;
    void *memory;
    size_t bytes;
} kept;

attention_scratch *rk_attention_scratch(const attention_job *job) {
    const size_t keys = rounded_up(job->a.keys, 64), width = rounded_up(job->a.width, 32);
    const size_t packed = keys * width, scores = QUERY_BLOCK * SCORE_STRIDE, results = QUERY_BLOCK * width;
    const size_t bytes = rounded_up((2 * packed + scores + results) * sizeof(float) + scores * sizeof(uint16_t), 64);
    if (bytes > kept.bytes) {
        free(kept.memory);
        kept.memory = aligned_alloc(64, bytes);
        kept.bytes = kept.memory ? bytes : 0;
        if (!kept.memory) return NULL;
    }
    kept.parts.keys = kept.memory;
    kept.parts.values = kept.parts.keys + packed;
    kept.parts.scores = kept.parts.values + packed;
    kept.parts.results = kept.parts.scores + scores;
    kept.parts.bf16_scores = (uint16_t *)(kept.parts.results + results);
    return &kept.parts;
}

static int attend(attention_job job, void (*range)(const void *, size_t, size_t)) {
    const size_t heads = job.a.batch * job.a.heads;
    if (heads == 0 || job.a.queries == 0) return 1;
    // A few heads of many queries are cut further, so that every thread has work.
    job.parts = heads >= 8 ? 1 : (job.a.queries + 255) / 256;
    int failed = 0;
    job.failed = &failed;
    const double products = (double)job.a.queries * (double)job.a.keys * (double)job.a.width / (double)job.parts;
    rk_parallel(heads * job.parts, (size_t)(SMALL_WORK / products) + 1, range, &job);
    return !failed;
}

int rk_attention_f32(rk_attention a, const float *q, const float *k, const float *v, float *out) {
    const attention_job job = {.a = a, .q = q, .k = k, .v = v, .out = out};
    return attend(job, rk_attention_range_f32);
}

int rk_attention_bf16(rk_attention a, const uint16_t *q, const uint16_t *k, const uint16_t *v, uint16_t *out) {
    const attention_job job = {.a = a, .q = (const float *)q, .k = (const float *)k, .v = (const float *)v,
                               .out = (float *)out};
    return attend(job, rk_attention_range_bf16);
}
