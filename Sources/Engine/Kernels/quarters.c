// A convolution of a doubled picture, as four of the picture itself: their kernels, and their results put together.
#include "dispatch.h"
#include "include/kernels.h"
#include "narrow.h"
#include "parallel.h"

/// Which row (or column) of a 2×2 kernel the row of a 3×3 kernel falls on, for the upper (0) and the lower (1) pixel:
/// above it lie w0 and w1 + w2, below it w0 + w1 and w2.
RK_INLINE size_t place(size_t lower, size_t row) { return row > lower; }

typedef struct {
    size_t pairs;
    const void *w;
    void *quarters;
    const float *const *dquarters;
    float *dw;
    int narrow;
} kernels_job;

RK_INLINE void quarter_kernels(const kernels_job *job, size_t begin, size_t end, int narrow) {
    for (size_t p = begin; p < end; p++)
        for (size_t q = 0; q < 4; q++) {
            float sums[4] = {0};
            for (size_t r = 0; r < 3; r++)
                for (size_t c = 0; c < 3; c++)
                    sums[2 * place(q / 2, r) + place(q % 2, c)] += read1(job->w, 9 * p + 3 * r + c, narrow);
            for (size_t i = 0; i < 4; i++) write1(job->quarters, 4 * (q * job->pairs + p) + i, sums[i], narrow);
        }
}

RK_RANGE(kernels_range) {
    const kernels_job *job = context;
    if (job->narrow) quarter_kernels(job, begin, end, 1);
    else quarter_kernels(job, begin, end, 0);
}

RK_RANGE(kernels_gradient_range) {
    const kernels_job *job = context;
    for (size_t p = begin; p < end; p++)
        for (size_t r = 0; r < 3; r++)
            for (size_t c = 0; c < 3; c++) {
                float sum = 0;
                for (size_t q = 0; q < 4; q++) sum += job->dquarters[q][4 * p + 2 * place(q / 2, r) + place(q % 2, c)];
                job->dw[9 * p + 3 * r + c] = sum;
            }
}

enum { PAIR_GRAIN = RK_CHEAP_GRAIN / 16 };

void rk_quarter_kernels_f32(size_t pairs, const float *w, float *quarters) {
    const kernels_job job = {.pairs = pairs, .w = w, .quarters = quarters};
    rk_parallel(pairs, PAIR_GRAIN, kernels_range, &job);
}

void rk_quarter_kernels_bf16(size_t pairs, const uint16_t *w, uint16_t *quarters) {
    const kernels_job job = {.pairs = pairs, .w = w, .quarters = quarters, .narrow = 1};
    rk_parallel(pairs, PAIR_GRAIN, kernels_range, &job);
}

void rk_quarter_kernels_gradient_f32(size_t pairs, const float *const dquarters[4], float *dw) {
    const kernels_job job = {.pairs = pairs, .dquarters = dquarters, .dw = dw};
    rk_parallel(pairs, PAIR_GRAIN, kernels_gradient_range, &job);
}

typedef struct {
    size_t rows, width, pixel;  // rows: batch and height together
    const char *from;
    char *to;
} pixels_job;

static void join_range(const void *context, size_t begin, size_t end) {
    const pixels_job *job = context;
    const size_t pixel = job->pixel, row = job->width * pixel;
    for (size_t r = begin; r < end; r++)
        for (size_t q = 0; q < 4; q++) {
            const char *from = job->from + (q * job->rows + r) * row;
            char *to = job->to + (2 * r + q / 2) * 2 * row + q % 2 * pixel;
            for (size_t p = 0; p < job->width; p++) memcpy(to + 2 * p * pixel, from + p * pixel, pixel);
        }
}

static void split_range(const void *context, size_t begin, size_t end) {
    const pixels_job *job = context;
    const size_t pixel = job->pixel, row = job->width * pixel;
    for (size_t r = begin; r < end; r++)
        for (size_t q = 0; q < 4; q++) {
            const char *from = job->from + (2 * r + q / 2) * 2 * row + q % 2 * pixel;
            char *to = job->to + (q * job->rows + r) * row;
            for (size_t p = 0; p < job->width; p++) memcpy(to + p * pixel, from + 2 * p * pixel, pixel);
        }
}

static size_t rows_a_thread(size_t width, size_t pixel) {
    return RK_CHEAP_GRAIN * sizeof(float) / (4 * width * pixel + 1) + 1;
}

void rk_join_quarters(size_t batch, size_t height, size_t width, size_t pixel, const void *quarters, void *y) {
    const pixels_job job = {batch * height, width, pixel, quarters, y};
    rk_parallel(job.rows, rows_a_thread(width, pixel), join_range, &job);
}

void rk_split_quarters(size_t batch, size_t height, size_t width, size_t pixel, const void *y, void *quarters) {
    const pixels_job job = {batch * height, width, pixel, y, quarters};
    rk_parallel(job.rows, rows_a_thread(width, pixel), split_range, &job);
}
