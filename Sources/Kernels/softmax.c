// Softmax over rows and its gradient.
#include "dispatch.h"
#include "include/kernels.h"
#include "lanes.h"
#include "parallel.h"
#include "vectormath.h"

typedef struct {
    size_t columns;
    const float *x, *dy;
    float *out;
} rows_job;

RK_CLONES static void softmax_range(const void *context, size_t begin, size_t end) {
    const rows_job *job = context;
    const size_t n = job->columns;
    for (size_t row = begin; row < end; row++) {
        const float *x = job->x + row * n;
        float *y = job->out + row * n;
        float lanes[RK_LANES], top = -INFINITY, total;
        for (int l = 0; l < RK_LANES; l++) lanes[l] = -INFINITY;
        size_t i = 0;
        for (; i + RK_LANES <= n; i += RK_LANES)
            for (size_t l = 0; l < RK_LANES; l++) lanes[l] = x[i + l] > lanes[l] ? x[i + l] : lanes[l];
        for (; i < n; i++) top = x[i] > top ? x[i] : top;
        for (int l = 0; l < RK_LANES; l++) top = lanes[l] > top ? lanes[l] : top;
        for (size_t c = 0; c < n; c++) y[c] = rk_exp(x[c] - top);
        RK_LANE_SUM(n, c, total, y[c]);
        const float scale = 1.0f / total;
        for (size_t c = 0; c < n; c++) y[c] *= scale;
    }
}

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
