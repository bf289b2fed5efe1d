// Softmax over rows and its gradient.
#include "dispatch.h"
#include "include/kernels.h"
#include "lanes.h"
#include "parallel.h"
#include "vector16.h"

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
RK_CLONES static void softmax_range(const void *job, size_t begin, size_t end) { softmax_rows(job, begin, end); }

void rk_softmax_rows_f32(size_t rows, size_t columns, const float *x, float *y) {
    const rows_job job = {columns, x, NULL, y};
    rk_parallel(rows, RK_COSTLY_GRAIN / (columns + 1) + 1, softmax_range, &job);
}

// dx = y (dy - Σ dy y)
RK_CLONES static void softmax_gradient_range(const void *context, size_t begin, size_t end) {
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
