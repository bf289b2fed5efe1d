// The convolution of a feature map upsampled ×2, as four of the feature map itself, one for each phase of the result:
// their kernels, and the phases interleaved.
#include "dispatch.h"
#include "include/kernels.h"
#include "element.h"
#include "parallel.h"

/// Which row (or column) of a 2×2 kernel the row of a 3×3 kernel falls on, for the upper (0) and the lower (1) pixel:
/// above it lie w0 and w1 + w2, below it w0 + w1 and w2.
RK_INLINE size_t place(size_t lower, size_t row) { return row > lower; }

typedef struct {
    size_t pairs;
    const void *w;
    void *phases;
    const float *const *dphases;
    float *dw;
    int is_bf16;
} kernels_job;

RK_INLINE void phase_kernels(const kernels_job *job, size_t begin, size_t end, int is_bf16) {
    for (size_t p = begin; p < end; p++)
        for (size_t q = 0; q < 4; q++) {
            float sums[4] = {0};
            for (size_t r = 0; r < 3; r++)
                for (size_t c = 0; c < 3; c++)
                    sums[2 * place(q / 2, r) + place(q % 2, c)] += read1(job->w, 9 * p + 3 * r + c, is_bf16);
            for (size_t i = 0; i < 4; i++) write1(job->phases, 4 * (q * job->pairs + p) + i, sums[i], is_bf16);
        }
}

RK_RANGE(kernels_range) {
    const kernels_job *job = context;
    if (job->is_bf16) phase_kernels(job, begin, end, 1);
    else phase_kernels(job, begin, end, 0);
}

RK_RANGE(kernels_gradient_range) {
    const kernels_job *job = context;
    for (size_t p = begin; p < end; p++)
        for (size_t r = 0; r < 3; r++)
            for (size_t c = 0; c < 3; c++) {
                float sum = 0;
                for (size_t q = 0; q < 4; q++) sum += job->dphases[q][4 * p + 2 * place(q / 2, r) + place(q % 2, c)];
                job->dw[9 * p + 3 * r + c] = sum;
            }
}

enum { PAIR_GRAIN = RK_CHEAP_GRAIN / 16 };

void rk_phase_kernels_f32(size_t pairs, const float *w, float *phases) {
    const kernels_job job = {.pairs = pairs, .w = w, .phases = phases};
    rk_parallel(pairs, PAIR_GRAIN, kernels_range, &job);
}

void rk_phase_kernels_bf16(size_t pairs, const uint16_t *w, uint16_t *phases) {
    const kernels_job job = {.pairs = pairs, .w = w, .phases = phases, .is_bf16 = 1};
    rk_parallel(pairs, PAIR_GRAIN, kernels_range, &job);
}

void rk_phase_kernels_gradient_f32(size_t pairs, const float *const dphases[4], float *dw) {
    const kernels_job job = {.pairs = pairs, .dphases = dphases, .dw = dw};
    rk_parallel(pairs, PAIR_GRAIN, kernels_gradient_range, &job);
}

typedef struct {
    size_t rows, width, pixel;  // rows: batch and height together
    const char *from;
    char *to;
} pixels_job;

static void interleave_range(const void *context, size_t begin, size_t end) {
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

void rk_interleave_phases(size_t batch, size_t height, size_t width, size_t pixel, const void *phases, void *y) {
    const pixels_job job = {batch * height, width, pixel, phases, y};
    rk_parallel(job.rows, rows_a_thread(width, pixel), interleave_range, &job);
}

void rk_split_phases(size_t batch, size_t height, size_t width, size_t pixel, const void *y, void *phases) {
    const pixels_job job = {batch * height, width, pixel, y, phases};
    rk_parallel(job.rows, rows_a_thread(width, pixel), split_range, &job);
}
