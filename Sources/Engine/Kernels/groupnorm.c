// Group norm over [batch, positions, channels], channels innermost (Wu and He 2018), with what is added before it and
// the activation after it, and its gradients.
//
// The positions are cut into chunks that stay in the second cache, and a chunk is walked a few vectors of channels at a
// time, whose sums stay in registers. The sums of chunks are combined in their order, in double precision, so that the
// result does not depend on the number of threads.
#include "dispatch.h"
#include "include/kernels.h"
#include "element.h"
#include "parallel.h"
#include <stdlib.h>

/// What a chunk leaves for each channel, and what each channel of a sample needs; [batch, …, padded channels].
enum { SUMS = 3, FACTORS = 4 };

typedef struct {
    rk_group_norm g;
    size_t padded, chunk, chunks;       // channels rounded up to whole vectors; positions of a chunk; chunks of a sample
    const void *x, *dy;
    void *out;
    float *mean_out, *rstd_out;
    const float *mean, *rstd;           // [batch, groups], of x with what is added
    float *sums;                        // [batch, chunks, SUMS, padded]
    float *factors;                     // [batch, FACTORS, padded]
    double *products;                   // [batch, 2, channels]: a sample's share of dweight and dbias
    float *dadded;
    int is_bf16;                         // x, y, dy and dx hold bfloat16
} group_norm_job;

enum { CHUNK_ELEMENTS = 16384, SAMPLE_ELEMENTS = 1 << 18 };

static size_t positions_before(const group_norm_job *job, size_t chunk) { return chunk % job->chunks * job->chunk; }

static size_t positions_of(const group_norm_job *job, size_t chunk) {
    const size_t first = positions_before(job, chunk), left = job->g.positions - first;
    return left < job->chunk ? left : job->chunk;
}

/// The element where a chunk begins.
static size_t start_of(const group_norm_job *job, size_t chunk) {
    return (chunk / job->chunks * job->g.positions + positions_before(job, chunk)) * job->g.channels;
}

/// Calls `TILE` on the channels of a chunk, up to four vectors at once; the last vector may be a part of one. What
/// follows the tile's name are constants, for which the compiler makes loops of their own.
#define OVER_CHANNELS(TILE, ...)                                                                                       \
    for (size_t c = 0, left; c < job->g.channels; c += left < 64 ? left : 64) {                                        \
        left = job->g.channels - c;                                                                                    \
        if (left >= 64) TILE(job, chunk, c, 4, 16, __VA_ARGS__);                                                       \
        else if (left >= 48) { left = 48; TILE(job, chunk, c, 3, 16, __VA_ARGS__); }                                   \
        else if (left >= 32) { left = 32; TILE(job, chunk, c, 2, 16, __VA_ARGS__); }                                   \
        else if (left >= 16) { left = 16; TILE(job, chunk, c, 1, 16, __VA_ARGS__); }                                   \
        else TILE(job, chunk, c, 1, left, __VA_ARGS__);                                                                \
    }

/// The same for chunks `begin`..<`end`, with constants for the element type and the activation.
#define OVER_CHUNKS(TILE)                                                                                              \
    for (size_t chunk = begin; chunk < end; chunk++)                                                                   \
        switch (job->is_bf16 * 2 + (job->g.silu != 0)) {                                                                \
        case 0: OVER_CHANNELS(TILE, 0, 0) break;                                                                       \
        case 1: OVER_CHANNELS(TILE, 0, 1) break;                                                                       \
        case 2: OVER_CHANNELS(TILE, 1, 0) break;                                                                       \
        default: OVER_CHANNELS(TILE, 1, 1) break;                                                                      \
        }

// MARK: Moments

// The mean of each channel over the chunk, then the sum of squares around it: no cancellation, and the second walk
// finds the chunk in the cache.
RK_INLINE void moments_tile(const group_norm_job *job, size_t chunk, size_t c, int vectors, size_t lanes, int is_bf16) {
    const size_t n = job->g.channels, at = start_of(job, chunk) + c, count = positions_of(job, chunk);
    float *out = job->sums + chunk * SUMS * job->padded + c;
    v16 mean[4] = {0}, squares[4] = {0};
    for (size_t p = 0; p < count; p++)
        for (int v = 0; v < vectors; v++) mean[v] += read16(job->x, at + p * n + 16 * (size_t)v, lanes, is_bf16);
    for (int v = 0; v < vectors; v++) mean[v] *= 1.0f / (float)count;
    for (size_t p = 0; p < count; p++)
        for (int v = 0; v < vectors; v++) {
            const v16 d = read16(job->x, at + p * n + 16 * (size_t)v, lanes, is_bf16) - mean[v];
            squares[v] += d * d;
        }
    for (int v = 0; v < vectors; v++) {
        store16(out + 16 * v, mean[v]);
        store16(out + job->padded + 16 * v, squares[v]);
    }
}

RK_RANGE(moments_range) {
    const group_norm_job *job = context;
    for (size_t chunk = begin; chunk < end; chunk++)
        if (job->is_bf16) OVER_CHANNELS(moments_tile, 1)
        else OVER_CHANNELS(moments_tile, 0)
}

static float weight_of(const group_norm_job *job, size_t c) { return job->g.weight ? job->g.weight[c] : 1.0f; }
static float added_to(const group_norm_job *job, size_t b, size_t c) {
    return job->g.added ? job->g.added[b * job->g.channels + c] : 0.0f;
}

/// What a sample's channels are multiplied by and moved by, in the first two rows of its factors.
static void set_gain_and_shift(const group_norm_job *job, size_t b) {
    float *gain = job->factors + b * FACTORS * job->padded, *shift = gain + job->padded;
    for (size_t c = 0; c < job->g.channels; c++) {
        const size_t group = b * job->g.groups + c / (job->g.channels / job->g.groups);
        gain[c] = job->rstd[group] * weight_of(job, c);
        shift[c] = (job->g.bias ? job->g.bias[c] : 0.0f) - (job->mean[group] - added_to(job, b, c)) * gain[c];
    }
}

/// Mean and 1 / standard deviation of a sample's groups, from the moments of their channels in every chunk. What is
/// added to a channel moves its mean and leaves its squares.
static void combine(const group_norm_job *job, size_t b) {
    const size_t width = job->g.channels / job->g.groups, n = job->padded;
    const double count = (double)job->g.positions * (double)width;
    for (size_t g = 0; g < job->g.groups; g++) {
        double mean = 0, squares = 0;
        for (size_t chunk = b * job->chunks; chunk < (b + 1) * job->chunks; chunk++) {
            const double size = (double)positions_of(job, chunk);
            const float *means = job->sums + chunk * SUMS * n;
            for (size_t c = g * width; c < (g + 1) * width; c++) mean += size * ((double)means[c] + added_to(job, b, c));
        }
        mean /= count;
        for (size_t chunk = b * job->chunks; chunk < (b + 1) * job->chunks; chunk++) {
            const double size = (double)positions_of(job, chunk);
            const float *means = job->sums + chunk * SUMS * n;
            for (size_t c = g * width; c < (g + 1) * width; c++) {
                const double off = (double)means[c] + added_to(job, b, c) - mean;
                squares += means[n + c] + size * off * off;
            }
        }
        job->mean_out[b * job->g.groups + g] = (float)mean;
        job->rstd_out[b * job->g.groups + g] = (float)(1.0 / sqrt(squares / count + (double)job->g.epsilon));
    }
    set_gain_and_shift(job, b);
}

// MARK: Results

// y = z, or z σ(z), with z = x · gain + shift.
RK_INLINE void normalise_tile(const group_norm_job *job, size_t chunk, size_t c, int vectors, size_t lanes, int is_bf16,
                              int silu) {
    const size_t n = job->g.channels, at = start_of(job, chunk) + c, count = positions_of(job, chunk);
    const float *factors = job->factors + chunk / job->chunks * FACTORS * job->padded + c;
    v16 gain[4], shift[4];
    for (int v = 0; v < vectors; v++) {
        gain[v] = load16(factors + 16 * v);
        shift[v] = load16(factors + job->padded + 16 * v);
    }
    for (size_t p = 0; p < count; p++)
        for (int v = 0; v < vectors; v++) {
            const size_t i = at + p * n + 16 * (size_t)v;
            const v16 z = read16(job->x, i, lanes, is_bf16) * gain[v] + shift[v];
            write16(job->out, i, lanes, silu ? z * sigmoid16(z) : z, is_bf16);
        }
}

RK_RANGE(normalise_range) {
    const group_norm_job *job = context;
    OVER_CHUNKS(normalise_tile)
}

// MARK: Gradients. With h the normalised element, z = h · weight + bias and g = dz · weight:
// dx = (g - mean(g) - h mean(g h)) / deviation.

/// dy times the slope of the activation at z.
RK_INLINE v16 through_activation(v16 dy, v16 z, int silu) {
    if (!silu) return dy;
    const v16 s = sigmoid16(z);
    return dy * (s * (1.0f + z * (1.0f - s)));
}

// Σ dz, Σ dz d and Σ d of each channel over a chunk, with d = x - centre.
RK_INLINE void gradient_sums_tile(const group_norm_job *job, size_t chunk, size_t c, int vectors, size_t lanes,
                                  int is_bf16, int silu) {
    const size_t n = job->g.channels, at = start_of(job, chunk) + c, count = positions_of(job, chunk);
    const float *factors = job->factors + chunk / job->chunks * FACTORS * job->padded + c;
    float *out = job->sums + chunk * SUMS * job->padded + c;
    v16 gain[4], shift[4], centre[4], sum[4] = {0}, product[4] = {0}, offset[4] = {0};
    for (int v = 0; v < vectors; v++) {
        gain[v] = load16(factors + 16 * v);
        shift[v] = load16(factors + job->padded + 16 * v);
        centre[v] = load16(factors + 2 * job->padded + 16 * v);
    }
    for (size_t p = 0; p < count; p++)
        for (int v = 0; v < vectors; v++) {
            const size_t i = at + p * n + 16 * (size_t)v;
            const v16 x = read16(job->x, i, lanes, is_bf16), d = x - centre[v];
            const v16 dz = through_activation(read16(job->dy, i, lanes, is_bf16), x * gain[v] + shift[v], silu);
            sum[v] += dz;
            product[v] += dz * d;
            offset[v] += d;
        }
    for (int v = 0; v < vectors; v++) {
        store16(out + 16 * v, sum[v]);
        store16(out + job->padded + 16 * v, product[v]);
        store16(out + 2 * job->padded + 16 * v, offset[v]);
    }
}

RK_RANGE(gradient_sums_range) {
    const group_norm_job *job = context;
    OVER_CHUNKS(gradient_sums_tile)
}

/// Before the sums: the activation's argument again, and the mean that each channel has in x itself.
static void prepare_gradient(const group_norm_job *job, size_t b) {
    set_gain_and_shift(job, b);
    float *centre = job->factors + (b * FACTORS + 2) * job->padded;
    for (size_t c = 0; c < job->g.channels; c++)
        centre[c] = job->mean[b * job->g.groups + c / (job->g.channels / job->g.groups)] - added_to(job, b, c);
}

/// From the sums of a sample to its share of dweight, dbias and dadded, and to dx = dz · gain + x · slope + move.
static void combine_gradient(const group_norm_job *job, size_t b) {
    const size_t channels = job->g.channels, width = channels / job->g.groups, n = job->padded;
    const double positions = (double)job->g.positions, count = positions * (double)width;
    float *gain = job->factors + b * FACTORS * n, *slope = gain + 2 * n, *move = gain + 3 * n;
    double *dweight = job->products + b * 2 * channels, *dbias = dweight + channels;
    for (size_t g = 0; g < job->g.groups; g++) {
        const double s = job->rstd[b * job->g.groups + g];
        double sum_g = 0, sum_gh = 0;
        for (size_t c = g * width; c < (g + 1) * width; c++) {
            double sum = 0, product = 0;
            for (size_t chunk = b * job->chunks; chunk < (b + 1) * job->chunks; chunk++) {
                const float *own = job->sums + chunk * SUMS * n;
                sum += own[c];
                product += own[n + c];
            }
            dweight[c] = product * s;
            dbias[c] = sum;
            sum_g += sum * weight_of(job, c);
            sum_gh += product * s * weight_of(job, c);
        }
        const double tilt = -s * s * sum_gh / count, level = -s * sum_g / count;
        for (size_t c = g * width; c < (g + 1) * width; c++) {
            const double centre = slope[c];
            if (job->dadded) {
                double offset = 0;
                for (size_t chunk = b * job->chunks; chunk < (b + 1) * job->chunks; chunk++)
                    offset += job->sums[(chunk * SUMS + 2) * n + c];
                job->dadded[b * channels + c] = (float)(gain[c] * dbias[c] + tilt * offset + level * positions);
            }
            slope[c] = (float)tilt;
            move[c] = (float)(level - tilt * centre);
        }
    }
}

RK_INLINE void gradient_tile(const group_norm_job *job, size_t chunk, size_t c, int vectors, size_t lanes, int is_bf16,
                             int silu) {
    const size_t n = job->g.channels, at = start_of(job, chunk) + c, count = positions_of(job, chunk);
    const float *factors = job->factors + chunk / job->chunks * FACTORS * job->padded + c;
    v16 gain[4], shift[4], slope[4], move[4];
    for (int v = 0; v < vectors; v++) {
        gain[v] = load16(factors + 16 * v);
        shift[v] = load16(factors + job->padded + 16 * v);
        slope[v] = load16(factors + 2 * job->padded + 16 * v);
        move[v] = load16(factors + 3 * job->padded + 16 * v);
    }
    for (size_t p = 0; p < count; p++)
        for (int v = 0; v < vectors; v++) {
            const size_t i = at + p * n + 16 * (size_t)v;
            const v16 x = read16(job->x, i, lanes, is_bf16);
            const v16 dz = through_activation(read16(job->dy, i, lanes, is_bf16), x * gain[v] + shift[v], silu);
            write16(job->out, i, lanes, dz * gain[v] + (x * slope[v] + move[v]), is_bf16);
        }
}

RK_RANGE(gradient_range) {
    const group_norm_job *job = context;
    OVER_CHUNKS(gradient_tile)
}

// MARK: Whole calls

// A sample at a time, from its first walk to its last, while it is in the cache.
static void samples_range(const void *context, size_t begin, size_t end) {
    const group_norm_job *job = context;
    for (size_t b = begin; b < end; b++) {
        const size_t first = b * job->chunks, last = first + job->chunks;
        if (job->dy) {
            prepare_gradient(job, b);
            gradient_sums_range(job, first, last);
            combine_gradient(job, b);
            gradient_range(job, first, last);
        } else {
            moments_range(job, first, last);
            combine(job, b);
            normalise_range(job, first, last);
        }
    }
}

/// Samples that fit the cache are shared out whole, where there is one for each thread; else their chunks are.
static void run(const group_norm_job *job) {
    const size_t batch = job->g.batch, size = job->g.positions * job->g.channels;
    if (size <= SAMPLE_ELEMENTS && batch >= (size_t)rk_threads()) {
        rk_parallel(batch, RK_CHEAP_GRAIN / (size + 1) + 1, samples_range, job);
        return;
    }
    if (job->dy) for (size_t b = 0; b < batch; b++) prepare_gradient(job, b);
    rk_parallel(batch * job->chunks, 2, job->dy ? gradient_sums_range : moments_range, job);
    for (size_t b = 0; b < batch; b++) {
        if (job->dy) combine_gradient(job, b);
        else combine(job, b);
    }
    rk_parallel(batch * job->chunks, 2, job->dy ? gradient_range : normalise_range, job);
}

/// Cuts the work into chunks and finds the memory that they need; 0 where there is none.
static int plan(group_norm_job *job) {
    const size_t batch = job->g.batch, channels = job->g.channels;
    job->padded = (channels + 15) / 16 * 16;
    job->chunk = CHUNK_ELEMENTS / channels + 1;
    job->chunks = (job->g.positions + job->chunk - 1) / job->chunk;
    const size_t floats = batch * (job->chunks * SUMS + FACTORS) * job->padded;
    job->products = calloc(1, batch * 2 * channels * sizeof(double) + floats * sizeof(float));
    if (!job->products) return 0;
    job->factors = (float *)(job->products + batch * 2 * channels);
    job->sums = job->factors + batch * FACTORS * job->padded;
    return 1;
}

static int group_norm(group_norm_job job) {
    if (job.g.batch == 0 || job.g.positions == 0) return 1;
    if (!plan(&job)) return 0;
    run(&job);
    free(job.products);
    return 1;
}

static int group_norm_gradient(group_norm_job job, float *dweight, float *dbias) {
    const size_t n = job.g.channels;
    if (dweight) memset(dweight, 0, n * sizeof(float));
    if (dbias) memset(dbias, 0, n * sizeof(float));
    if (job.dadded) memset(job.dadded, 0, job.g.batch * n * sizeof(float));
    if (job.g.batch == 0 || job.g.positions == 0) return 1;
    if (!plan(&job)) return 0;
    run(&job);
    for (size_t b = 0; b < job.g.batch; b++)
        for (size_t c = 0; c < n; c++) {
            if (dweight) dweight[c] += (float)job.products[b * 2 * n + c];
            if (dbias) dbias[c] += (float)job.products[(b * 2 + 1) * n + c];
        }
    free(job.products);
    return 1;
}

int rk_group_norm_f32(rk_group_norm g, const float *x, float *y, float *mean, float *rstd) {
    return group_norm((group_norm_job){.g = g, .x = x, .out = y, .mean_out = mean, .rstd_out = rstd, .mean = mean,
                                         .rstd = rstd});
}

int rk_group_norm_bf16(rk_group_norm g, const uint16_t *x, uint16_t *y, float *mean, float *rstd) {
    return group_norm((group_norm_job){.g = g, .x = x, .out = y, .mean_out = mean, .rstd_out = rstd, .mean = mean,
                                         .rstd = rstd, .is_bf16 = 1});
}

int rk_group_norm_gradient_f32(rk_group_norm g, const float *x, const float *mean, const float *rstd, const float *dy,
                               float *dx, float *dweight, float *dbias, float *dadded) {
    const group_norm_job job = {.g = g, .x = x, .dy = dy, .out = dx, .mean = mean, .rstd = rstd, .dadded = dadded};
    return group_norm_gradient(job, dweight, dbias);
}

int rk_group_norm_gradient_bf16(rk_group_norm g, const uint16_t *x, const float *mean, const float *rstd,
                                const uint16_t *dy, uint16_t *dx, float *dweight, float *dbias, float *dadded) {
    const group_norm_job job = {.g = g, .x = x, .dy = dy, .out = dx, .mean = mean, .rstd = rstd, .dadded = dadded,
                                .is_bf16 = 1};
    return group_norm_gradient(job, dweight, dbias);
}
