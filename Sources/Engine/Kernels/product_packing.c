// Panels of columns that are copied once for many products: weights.
#include "parallel.h"
#include "product.h"

size_t rk_packed_count(size_t k, size_t n) { return k * rounded(n, 16); }

typedef struct {
    size_t k, n;
    const float *b;
    ptrdiff_t step, column;
    float *packed;
} pack_job;

RK_INLINE void pack(const pack_job *job, size_t begin, size_t end) {
    for (size_t panel = begin; panel < end; panel++)
        for (size_t p = 0; p < job->k; p += DEPTH) {
            const size_t depth = smaller(DEPTH, job->k - p);
            const size_t first = panel * PANEL, last = smaller(first + PANEL, job->n);
            pack_columns(depth, first, last, job->b + (ptrdiff_t)p * job->step, job->step, job->column,
                         job->packed + p * rounded(job->n, 16) + first * depth);
        }
}

RK_V3 static void pack_v3(const void *job, size_t begin, size_t end) { pack(job, begin, end); }
RK_V4_WIDE static void pack_v4(const void *job, size_t begin, size_t end) { pack(job, begin, end); }

static void share_panels(const pack_job *job, void (*range)(const void *, size_t, size_t)) {
    rk_parallel((job->n + PANEL - 1) / PANEL, RK_CHEAP_GRAIN / (job->k * PANEL + 1) + 1, range, job);
}

void rk_pack_f32(size_t k, size_t n, const float *b, ptrdiff_t b_step, ptrdiff_t b_column, float *packed) {
    const pack_job job = {k, n, b, b_step, b_column, packed};
    share_panels(&job, rk_runs_v4() ? pack_v4 : pack_v3);
}

static void unpack_range(const void *context, size_t begin, size_t end) {
    const pack_job *job = context;
    const size_t all = rounded(job->n, 16);
    for (size_t first = begin * PANEL; first < end * PANEL && first < job->n; first += PANEL) {
        const size_t width = smaller(PANEL, job->n - first), padded = rounded(width, 16);
        for (size_t p = 0; p < job->k; p++) {
            const size_t block = p / DEPTH * DEPTH, depth = smaller(DEPTH, job->k - block);
            const float *from = job->packed + block * all + first * depth + (p - block) * padded;
            for (size_t j = 0; j < width; j++)
                ((float *)job->b)[(ptrdiff_t)p * job->step + (ptrdiff_t)(first + j) * job->column] = from[j];
        }
    }
}

void rk_unpack_f32(size_t k, size_t n, const float *packed, float *b, ptrdiff_t b_step, ptrdiff_t b_column) {
    const pack_job job = {k, n, b, b_step, b_column, (float *)packed};
    share_panels(&job, unpack_range);
}
