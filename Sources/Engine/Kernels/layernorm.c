// Layer norm over rows and its gradients.
#include "dispatch.h"
#include "include/kernels.h"
#include "lanes.h"
#include "parallel.h"
#include "vectormath.h"
#include <stdlib.h>

typedef struct {
    size_t rows, columns, chunk;
    const float *x, *weight, *bias, *mean, *rstd, *dy;
    float epsilon;
    float *y, *mean_out, *rstd_out, *sums;
} layer_norm_job;

RK_RANGE(layer_norm_range) {
    const layer_norm_job *job = context;
    const size_t n = job->columns;
    const float *weight = job->weight, *bias = job->bias;
    for (size_t row = begin; row < end; row++) {
        const float *x = job->x + row * n;
        float *y = job->y + row * n;
        float mean, variance;
        RK_LANE_SUM(n, c, mean, x[c]);
        mean /= (float)n;
        RK_LANE_SUM(n, c, variance, (x[c] - mean) * (x[c] - mean));
        const float rstd = 1.0f / sqrtf(variance / (float)n + job->epsilon);
        if (weight && bias)
            for (size_t c = 0; c < n; c++) y[c] = (x[c] - mean) * rstd * weight[c] + bias[c];
        else
            for (size_t c = 0; c < n; c++) {
                const float h = (x[c] - mean) * rstd;
                y[c] = (weight ? h * weight[c] : h) + (bias ? bias[c] : 0.0f);
            }
        if (job->mean_out) job->mean_out[row] = mean;
        if (job->rstd_out) job->rstd_out[row] = rstd;
    }
}

void rk_layer_norm_f32(size_t rows, size_t columns, const float *x, const float *weight, const float *bias,
                       float epsilon, float *y, float *mean, float *rstd) {
    const layer_norm_job job = {.rows = rows, .columns = columns, .x = x, .weight = weight, .bias = bias,
                                .epsilon = epsilon, .y = y, .mean_out = mean, .rstd_out = rstd};
    rk_parallel(rows, RK_CHEAP_GRAIN / (columns + 1) + 1, layer_norm_range, &job);
}

// With h the normalised row and g = dy · weight: dx = (g - mean(g) - h mean(g h)) / std. A range is of chunks of rows;
// each chunk has sums of its own for dweight and dbias, added up afterwards in order, so that the number of threads
// does not show.
RK_RANGE(layer_norm_gradient_range) {
    const layer_norm_job *job = context;
    const size_t n = job->columns;
    const float *weight = job->weight;
    for (size_t chunk = begin; chunk < end; chunk++) {
        float *dweight = job->sums + chunk * 2 * n, *dbias = dweight + n;
        memset(dweight, 0, 2 * n * sizeof(float));
        const size_t last = (chunk + 1) * job->chunk < job->rows ? (chunk + 1) * job->chunk : job->rows;
        for (size_t row = chunk * job->chunk; row < last; row++) {
            const float *x = job->x + row * n, *dy = job->dy + row * n;
            float *dx = job->y + row * n;
            const float mean = job->mean[row], rstd = job->rstd[row];
            float sum_g, sum_gh;
            if (weight)
                RK_LANE_SUMS_2(n, c, sum_g, dy[c] * weight[c], sum_gh, dy[c] * weight[c] * ((x[c] - mean) * rstd));
            else
                RK_LANE_SUMS_2(n, c, sum_g, dy[c], sum_gh, dy[c] * ((x[c] - mean) * rstd));
            sum_g /= (float)n;
            sum_gh /= (float)n;
            for (size_t c = 0; c < n; c++) {
                const float h = (x[c] - mean) * rstd, d = dy[c];
                dweight[c] += d * h;
                dbias[c] += d;
                dx[c] = ((weight ? d * weight[c] : d) - sum_g - h * sum_gh) * rstd;
            }
        }
    }
}

int rk_layer_norm_gradient_f32(size_t rows, size_t columns, const float *x, const float *weight, const float *mean,
                               const float *rstd, const float *dy, float *dx, float *dweight, float *dbias) {
    const size_t chunk = rows / 32 + 1, chunks = (rows + chunk - 1) / chunk;
    float *sums = aligned_alloc(64, ((chunks * 2 * columns + 1) * sizeof(float) + 63) / 64 * 64);
    if (!sums) return 0;
    const layer_norm_job job = {.rows = rows, .columns = columns, .chunk = chunk, .x = x, .weight = weight,
                                .mean = mean, .rstd = rstd, .dy = dy, .y = dx, .sums = sums};
    rk_parallel(chunks, RK_CHEAP_GRAIN / (chunk * columns + 1) + 1, layer_norm_gradient_range, &job);
    for (size_t i = 0; i < chunks; i++) {
        const float *own = sums + i * 2 * columns;
        if (dweight) for (size_t c = 0; c < columns; c++) dweight[c] += own[c];
        if (dbias) for (size_t c = 0; c < columns; c++) dbias[c] += own[columns + c];
    }
    free(sums);
    return 1;
}
