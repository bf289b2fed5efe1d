// Group norm over [batch, positions, channels], channels innermost (Wu and He 2018), and its gradients.
//
// The positions are cut into chunks that stay in the second cache. A chunk's sums for each channel come out of one walk
// through memory; they are combined in chunk order, in double precision, so that the result does not depend on the
// number of threads.
#include "dispatch.h"
#include "include/kernels.h"
#include "parallel.h"
#include "vectormath.h"
#include <stdlib.h>

typedef struct {
    size_t batch, positions, channels, groups, chunk, chunks;
    const float *x, *weight, *bias, *mean, *rstd, *dy;
    const float *gain, *shift, *slope;  // [batch, channels]: what each channel is multiplied by and moved by
    float *y, *sums;                    // sums: [batch, chunks, 2, channels]
    int narrow;                         // x, y, dy and dx hold bfloat16
} group_norm_job;

enum { CHUNK_ELEMENTS = 16384 };

static size_t last_of(const group_norm_job *job, size_t chunk) {
    const size_t last = (chunk % job->chunks + 1) * job->chunk;
    return last < job->positions ? last : job->positions;
}

static size_t first_of(const group_norm_job *job, size_t chunk) { return chunk % job->chunks * job->chunk; }

/// bfloat16 is widened a run at a time; float32 is read as it lies, a whole position at once.
enum { RUN = 512 };
static size_t run_length(const group_norm_job *job) { return job->narrow ? RUN : job->channels; }
static const float *wide(const group_norm_job *job, size_t at, size_t n, float *run) {
    if (!job->narrow) return job->x + at;
    rk_bf16_to_f32(n, (const uint16_t *)job->x + at, run);
    return run;
}

// The mean of each channel over the chunk, then the sum of squares around it: no cancellation, and the second walk
// finds the chunk in the cache.
RK_CLONES static void moments_range(const void *context, size_t begin, size_t end) {
    const group_norm_job *job = context;
    const size_t n = job->channels, step = run_length(job);
    float run[RUN];
    for (size_t chunk = begin; chunk < end; chunk++) {
        const size_t first = first_of(job, chunk), last = last_of(job, chunk);
        const size_t base = chunk / job->chunks * job->positions;
        const float scale = 1.0f / (float)(last - first);
        memset(job->sums + chunk * 2 * n, 0, 2 * n * sizeof(float));
        for (size_t start = 0; start < n; start += step) {
            const size_t width = n - start < step ? n - start : step;
            float *mean = job->sums + chunk * 2 * n + start, *squares = mean + n;
            for (size_t p = first; p < last; p++) {
                const float *x = wide(job, (base + p) * n + start, width, run);
                for (size_t c = 0; c < width; c++) mean[c] += x[c];
            }
            for (size_t c = 0; c < width; c++) mean[c] *= scale;
            for (size_t p = first; p < last; p++) {
                const float *x = wide(job, (base + p) * n + start, width, run);
                for (size_t c = 0; c < width; c++) squares[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
            }
        }
    }
}

/// Mean and 1 / standard deviation of each group from the moments of its channels in every chunk.
static void combine(const group_norm_job *job, float epsilon, float *mean_out, float *rstd_out) {
    const size_t n = job->channels, width = n / job->groups;
    const double count = (double)job->positions * (double)width;
    for (size_t b = 0; b < job->batch; b++)
        for (size_t g = 0; g < job->groups; g++) {
            double mean = 0, squares = 0;
            for (size_t k = 0; k < job->chunks; k++) {
                const size_t chunk = b * job->chunks + k;
                const double size = (double)(last_of(job, chunk) - first_of(job, chunk));
                const float *means = job->sums + chunk * 2 * n;
                for (size_t c = g * width; c < (g + 1) * width; c++) mean += size * means[c];
            }
            mean /= count;
            for (size_t k = 0; k < job->chunks; k++) {
                const size_t chunk = b * job->chunks + k;
                const double size = (double)(last_of(job, chunk) - first_of(job, chunk));
                const float *means = job->sums + chunk * 2 * n;
                for (size_t c = g * width; c < (g + 1) * width; c++)
                    squares += means[n + c] + size * (means[c] - mean) * (means[c] - mean);
            }
            mean_out[b * job->groups + g] = (float)mean;
            rstd_out[b * job->groups + g] = (float)(1.0 / sqrt(squares / count + (double)epsilon));
        }
}

RK_CLONES static void normalise_range(const void *context, size_t begin, size_t end) {
    const group_norm_job *job = context;
    const size_t n = job->channels, step = run_length(job);
    float run[RUN];
    for (size_t chunk = begin; chunk < end; chunk++) {
        const size_t b = chunk / job->chunks, last = last_of(job, chunk);
        for (size_t p = first_of(job, chunk); p < last; p++)
            for (size_t start = 0; start < n; start += step) {
                const size_t width = n - start < step ? n - start : step, at = (b * job->positions + p) * n + start;
                const float *gain = job->gain + b * n + start, *shift = job->shift + b * n + start;
                const float *x = wide(job, at, width, run);
                float *y = job->narrow ? run : job->y + at;
                for (size_t c = 0; c < width; c++) y[c] = x[c] * gain[c] + shift[c];
                if (job->narrow) rk_f32_to_bf16(width, run, (uint16_t *)job->y + at);
            }
    }
}

static void plan(group_norm_job *job) {
    job->chunk = CHUNK_ELEMENTS / job->channels + 1;
    job->chunks = (job->positions + job->chunk - 1) / job->chunk;
}

static int group_norm(group_norm_job job, float epsilon, float *mean, float *rstd) {
    if (job.batch == 0 || job.positions == 0) return 1;
    plan(&job);
    const size_t n = job.channels, chunks = job.batch * job.chunks;
    float *memory = malloc((chunks * 2 + job.batch * 2) * n * sizeof(float));
    if (!memory) return 0;
    job.sums = memory;
    float *gain = memory + chunks * 2 * n, *shift = gain + job.batch * n;
    rk_parallel(chunks, 2, moments_range, &job);
    combine(&job, epsilon, mean, rstd);
    for (size_t b = 0; b < job.batch; b++)
        for (size_t c = 0; c < n; c++) {
            const size_t g = b * job.groups + c / (n / job.groups);
            gain[b * n + c] = rstd[g] * (job.weight ? job.weight[c] : 1.0f);
            shift[b * n + c] = (job.bias ? job.bias[c] : 0.0f) - mean[g] * gain[b * n + c];
        }
    job.gain = gain;
    job.shift = shift;
    rk_parallel(chunks, 2, normalise_range, &job);
    free(memory);
    return 1;
}

int rk_group_norm_f32(size_t batch, size_t positions, size_t channels, size_t groups, const float *x,
                      const float *weight, const float *bias, float epsilon, float *y, float *mean, float *rstd) {
    const group_norm_job job = {.batch = batch, .positions = positions, .channels = channels, .groups = groups, .x = x,
                                .weight = weight, .bias = bias, .y = y};
    return group_norm(job, epsilon, mean, rstd);
}

int rk_group_norm_bf16(size_t batch, size_t positions, size_t channels, size_t groups, const uint16_t *x,
                       const float *weight, const float *bias, float epsilon, uint16_t *y, float *mean, float *rstd) {
    const group_norm_job job = {.batch = batch, .positions = positions, .channels = channels, .groups = groups,
                                .x = (const float *)x, .weight = weight, .bias = bias, .y = (float *)y, .narrow = 1};
    return group_norm(job, epsilon, mean, rstd);
}

// MARK: Gradients. With h the normalised element and g = dy · weight: dx = (g - mean(g) - h mean(g h)) / std.

/// Σ dy and Σ dy (x - mean) of each channel over a chunk.
RK_CLONES static void gradient_sums_range(const void *context, size_t begin, size_t end) {
    const group_norm_job *job = context;
    const size_t n = job->channels;
    for (size_t chunk = begin; chunk < end; chunk++) {
        const size_t b = chunk / job->chunks, last = last_of(job, chunk);
        const float *mean = job->shift + b * n;
        float *sum = job->sums + chunk * 2 * n, *product = sum + n;
        memset(sum, 0, 2 * n * sizeof(float));
        for (size_t p = first_of(job, chunk); p < last; p++) {
            const size_t at = (b * job->positions + p) * n;
            const float *x = job->x + at, *dy = job->dy + at;
            for (size_t c = 0; c < n; c++) {
                sum[c] += dy[c];
                product[c] += dy[c] * (x[c] - mean[c]);
            }
        }
    }
}

/// dx = dy · gain + x · slope + shift, all three known for each channel by now.
RK_CLONES static void gradient_range(const void *context, size_t begin, size_t end) {
    const group_norm_job *job = context;
    const size_t n = job->channels;
    for (size_t chunk = begin; chunk < end; chunk++) {
        const size_t b = chunk / job->chunks, last = last_of(job, chunk);
        const float *gain = job->gain + b * n, *shift = job->shift + b * n, *slope = job->slope + b * n;
        for (size_t p = first_of(job, chunk); p < last; p++) {
            const size_t at = (b * job->positions + p) * n;
            const float *x = job->x + at, *dy = job->dy + at;
            float *dx = job->y + at;
            for (size_t c = 0; c < n; c++) dx[c] = dy[c] * gain[c] + (x[c] * slope[c] + shift[c]);
        }
    }
}

int rk_group_norm_gradient_f32(size_t batch, size_t positions, size_t channels, size_t groups, const float *x,
                               const float *weight, const float *mean, const float *rstd, const float *dy, float *dx,
                               float *dweight, float *dbias) {
    if (batch == 0 || positions == 0) return 1;
    group_norm_job job = {.batch = batch, .positions = positions, .channels = channels, .groups = groups, .x = x,
                          .weight = weight, .mean = mean, .rstd = rstd, .dy = dy, .y = dx};
    plan(&job);
    const size_t n = channels, width = n / groups, chunks = batch * job.chunks;
    float *memory = malloc((chunks * 2 + batch * 3) * n * sizeof(float));
    if (!memory) return 0;
    job.sums = memory;
    float *gain = memory + chunks * 2 * n, *shift = gain + batch * n, *slope = shift + batch * n;
    for (size_t i = 0; i < batch * n; i++) shift[i] = mean[i / n * groups + i % n / width];
    job.shift = shift;
    rk_parallel(chunks, 2, gradient_sums_range, &job);
    for (size_t b = 0; b < batch; b++)
        for (size_t g = 0; g < groups; g++) {
            const double s = rstd[b * groups + g], m = mean[b * groups + g];
            const double count = (double)positions * (double)width;
            double sum_g = 0, sum_gh = 0;
            for (size_t c = g * width; c < (g + 1) * width; c++) {
                double sum = 0, product = 0;
                for (size_t k = 0; k < job.chunks; k++) {
                    const float *own = memory + (b * job.chunks + k) * 2 * n;
                    sum += own[c];
                    product += own[n + c];
                }
                product *= s;
                if (dweight) dweight[c] += (float)product;
                if (dbias) dbias[c] += (float)sum;
                sum_g += sum * (weight ? weight[c] : 1.0f);
                sum_gh += product * (weight ? weight[c] : 1.0f);
            }
            for (size_t c = g * width; c < (g + 1) * width; c++) {
                const size_t i = b * n + c;
                gain[i] = (float)(s * (weight ? weight[c] : 1.0f));
                slope[i] = (float)(-s * s * sum_gh / count);
                shift[i] = (float)(-s * sum_g / count - m * (double)slope[i]);
            }
        }
    job.gain = gain;
    job.slope = slope;
    rk_parallel(chunks, 2, gradient_range, &job);
    free(memory);
    return 1;
}
