// value · GELU(gate), the gated unit of transformers' feed-forward layers (Shazeer 2020), and its gradient. The two
// halves are read where they lie, side by side in each row.
#include "dispatch.h"
#include "include/kernels.h"
#include "element.h"
#include "parallel.h"

typedef struct {
    size_t width;
    const void *x, *dy;
    void *out;
    int is_bf16;
} geglu_job;

RK_INLINE void geglu_row(const geglu_job *job, size_t row, int is_bf16) {
    const size_t n = job->width, value = row * 2 * n, gate = value + n;
    const void *restrict x = job->x;
    void *restrict y = job->out;
    for (size_t i = 0; i < n; i++) {
        const float a = read1(x, value + i, is_bf16), b = read1(x, gate + i, is_bf16);
        write1(y, row * n + i, a * (b * rk_normal(b)), is_bf16);
    }
}

RK_RANGE(geglu_range) {
    const geglu_job *job = context;
    for (size_t row = begin; row < end; row++) {
        if (job->is_bf16) geglu_row(job, row, 1);
        else geglu_row(job, row, 0);
    }
}

// GELU(b) = b Φ(b), and its slope is Φ(b) + b φ(b).
RK_INLINE void geglu_gradient_row(const geglu_job *job, size_t row, int is_bf16) {
    const size_t n = job->width, value = row * 2 * n, gate = value + n;
    const void *restrict x = job->x, *restrict dy = job->dy;
    void *restrict dx = job->out;
    for (size_t i = 0; i < n; i++) {
        const float a = read1(x, value + i, is_bf16), b = read1(x, gate + i, is_bf16), d = read1(dy, row * n + i, is_bf16);
        const float below = rk_normal(b), density = 0.39894228040143268f * rk_exp(-0.5f * b * b);
        write1(dx, value + i, d * (b * below), is_bf16);
        write1(dx, gate + i, d * a * (below + b * density), is_bf16);
    }
}

RK_RANGE(geglu_gradient_range) {
    const geglu_job *job = context;
    for (size_t row = begin; row < end; row++) {
        if (job->is_bf16) geglu_gradient_row(job, row, 1);
        else geglu_gradient_row(job, row, 0);
    }
}

static void share(size_t rows, geglu_job job) {
    rk_parallel(rows, RK_COSTLY_GRAIN / (job.width + 1) + 1, job.dy ? geglu_gradient_range : geglu_range, &job);
}

void rk_geglu_f32(size_t rows, size_t width, const float *x, float *y) { share(rows, (geglu_job){width, x, NULL, y, 0}); }

void rk_geglu_bf16(size_t rows, size_t width, const uint16_t *x, uint16_t *y) {
    share(rows, (geglu_job){width, x, NULL, y, 1});
}

void rk_geglu_gradient_f32(size_t rows, size_t width, const float *x, const float *dy, float *dx) {
    share(rows, (geglu_job){width, x, dy, dx, 0});
}

void rk_geglu_gradient_bf16(size_t rows, size_t width, const uint16_t *x, const uint16_t *dy, uint16_t *dx) {
    share(rows, (geglu_job){width, x, dy, dx, 1});
}
