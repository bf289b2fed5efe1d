// Separable resampling of an image by a table of taps: PIL's and torchvision's antialiased filters, and interpolation.
#include "dispatch.h"
#include "include/kernels.h"
#include "parallel.h"
#include <string.h>

typedef struct {
    size_t outer, in_size, out_size, inner, taps;
    const int32_t *starts;
    const float *weights, *x;
    float *y;
} resample_job;

// A range is of rows of the result: (outer, output position).
RK_CLONES static void resample_range(const void *context, size_t begin, size_t end) {
    const resample_job *job = context;
    const size_t inner = job->inner;
    for (size_t row = begin; row < end; row++) {
        const size_t block = row / job->out_size, position = row % job->out_size;
        const float *weights = job->weights + position * job->taps;
        const float *x = job->x + (block * job->in_size + (size_t)job->starts[position]) * inner;
        float *y = job->y + row * inner;
        if (inner == 1) {
            float sum = 0;
            for (size_t tap = 0; tap < job->taps; tap++) sum += weights[tap] == 0.0f ? 0.0f : weights[tap] * x[tap];
            y[0] = sum;
            continue;
        }
        memset(y, 0, inner * sizeof(float));
        for (size_t tap = 0; tap < job->taps; tap++) {
            const float weight = weights[tap];
            // Unused taps may point past the end of the input.
            if (weight == 0.0f) continue;
            const float *source = x + tap * inner;
            for (size_t i = 0; i < inner; i++) y[i] += weight * source[i];
        }
    }
}

void rk_resample_f32(size_t outer, size_t in_size, size_t out_size, size_t inner, size_t taps, const int32_t *starts,
                     const float *weights, const float *x, float *y) {
    const resample_job job = {outer, in_size, out_size, inner, taps, starts, weights, x, y};
    rk_parallel(outer * out_size, RK_CHEAP_GRAIN / (inner * taps + 1) + 1, resample_range, &job);
}

// The transpose of the above: each output's gradient goes back to its taps. Blocks are shared out, so that no two
// threads add to one place.
RK_CLONES static void resample_gradient_range(const void *context, size_t begin, size_t end) {
    const resample_job *job = context;
    const size_t inner = job->inner;
    for (size_t block = begin; block < end; block++)
        for (size_t position = 0; position < job->out_size; position++) {
            const float *dy = job->x + (block * job->out_size + position) * inner;
            float *dx = job->y + (block * job->in_size + (size_t)job->starts[position]) * inner;
            for (size_t tap = 0; tap < job->taps; tap++) {
                const float weight = job->weights[position * job->taps + tap];
                if (weight == 0.0f) continue;
                for (size_t i = 0; i < inner; i++) dx[tap * inner + i] += weight * dy[i];
            }
        }
}

void rk_resample_gradient_f32(size_t outer, size_t in_size, size_t out_size, size_t inner, size_t taps,
                              const int32_t *starts, const float *weights, const float *dy, float *dx) {
    const resample_job job = {outer, in_size, out_size, inner, taps, starts, weights, dy, dx};
    rk_parallel(outer, 1, resample_gradient_range, &job);
}
