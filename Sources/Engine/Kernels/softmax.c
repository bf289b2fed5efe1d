// Softmax over rows and its gradient.
#include "dispatch.h"
#include "include/kernels.h"
#include "lanes.h"
#include "element.h"
#include "parallel.h"

typedef struct {
    size_t columns;
    const float *x, *dy;
    float *out;
} rows_job;

// The last few columns go through a vector of their own, filled up with -∞.
RK_INLINE void softmax_rows(const rows_job *job, size_t begin, size_t end) {
    const size_t n = job->columns, whole = n / 16 * 16, rest = n - whole;
    for (size_t row = begin; row < end; row++) {
        const float *x = job->x + row * n;
        float *y = job->out + row * n, tail[16];
        for (size_t l = 0; l < 16; l++) tail[l] = l < rest ? x[whole + l] : -INFINITY;
        const v16 last = load16(tail);
        v16 best = last;
        for (size_t c = 0; c < whole; c += 16) best = max16(load16(x + c), best);
        const float top = largest16(best);
        const v16 last_exp = exp16_of_negative(last - top);
        v16 sum = last_exp;
        for (size_t c = 0; c < whole; c += 16) {
            const v16 e = exp16_of_negative(load16(x + c) - top);
            store16(y + c, e);
            sum += e;
        }
        const float scale = 1.0f / sum16(sum);
        for (size_t c = 0; c < whole; c += 16) store16(y + c, load16(y + c) * scale);
        store16(tail, last_exp * scale);
        memcpy(y + whole, tail, rest * sizeof(float));
    }
}

// Vector types may not cross from a function with clones to one without, hence the step between.
RK_RANGE(softmax_range) { softmax_rows(context, begin, end); }

void rk_softmax_rows_f32(size_t rows, size_t columns, const float *x, float *y) {
    const rows_job job = {columns, x, NULL, y};
    rk_parallel(rows, RK_COSTLY_GRAIN / (columns + 1) + 1, softmax_range, &job);
}

// dx = y (dy - Σ dy y)
RK_RANGE(softmax_gradient_range) {
    const rows_job *job = context;
    const size_t n = job->columns;
    for (size_t row = begin; row < end; row++) {
        const float *y = job->x + row * n, *dy = job->dy + row * n;
        float *dx = job->out + row * n, dot;
        RK_LANE_SUM(n, c, dot, y[c] * dy[c]);
        for (size_t c = 0; c < n; c++) dx[c] = y[c] * (dy[c] - dot);
    }
}

void rk_softmax_rows_gradient_f32(size_t rows, size_t columns, const float *y, const float *dy, float *dx) {
    const rows_job job = {columns, y, dy, dx};
    rk_parallel(rows, RK_CHEAP_GRAIN / (columns + 1) + 1, softmax_gradient_range, &job);
}

// MARK: The derivative of attention's probabilities, from the scores on

typedef struct {
    size_t columns;
    float scale;
    float *s;
    const float *dp;
    void *p, *ds;
    int is_bf16;
} attention_gradient_job;

RK_INLINE void attention_gradient_rows(const attention_gradient_job *job, size_t begin, size_t end, int is_bf16) {
    const size_t n = job->columns;
    const rows_job softmax = {n, job->s, NULL, job->s};
    for (size_t row = begin; row < end; row++) {
        // While the row is in the first cache.
        softmax_rows(&softmax, row, row + 1);
        const float *p = job->s + row * n, *dp = job->dp + row * n;
        const size_t whole = n / 16 * 16;
        v16 sum = {0};
        for (size_t c = 0; c < n; c += 16) {
            const size_t lanes = c < whole ? 16 : n - whole;
            sum += read16(p, c, lanes, 0) * read16(dp, c, lanes, 0);
        }
        const v16 dot = splat16(sum16(sum));
        for (size_t c = 0; c < n; c += 16) {
            const size_t lanes = c < whole ? 16 : n - whole;
            const v16 value = read16(p, c, lanes, 0);
            write16(job->ds, row * n + c, lanes, job->scale * value * (read16(dp, c, lanes, 0) - dot), is_bf16);
            if (is_bf16) write16(job->p, row * n + c, lanes, value, 1);
        }
    }
}

RK_RANGE(attention_gradient_range) {
    const attention_gradient_job *job = context;
    if (job->is_bf16) attention_gradient_rows(job, begin, end, 1);
    else attention_gradient_rows(job, begin, end, 0);
}

static void share_attention_gradient(size_t rows, attention_gradient_job job) {
    rk_parallel(rows, RK_COSTLY_GRAIN / (job.columns + 1) + 1, attention_gradient_range, &job);
}

void rk_attention_gradient_rows_f32(size_t rows, size_t columns, float scale, float *s, const float *dp, float *ds) {
    share_attention_gradient(rows, (attention_gradient_job){columns, scale, s, dp, s, ds, 0});
}

void rk_attention_gradient_rows_bf16(size_t rows, size_t columns, float scale, float *s, const float *dp, uint16_t *p,
                                     uint16_t *ds) {
    share_attention_gradient(rows, (attention_gradient_job){columns, scale, s, dp, p, ds, 1});
}
