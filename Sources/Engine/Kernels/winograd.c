// The 3×3 convolution of step 1 by Winograd's way, F(4×4, 3×3): a tile of 4×4 results takes 36 products a channel
// instead of 144. Pictures, kernels and results are brought to 36 components each; in between are 36 products of
// matrices, which are oneDNN's. What is stored as bfloat16 is widened on the way in: all of it runs in float32.
//
// Cook-Toom at 0, ±3/4, ±3/2 and ∞: every constant is exact in binary but for those of the kernels, and the rounding
// errors are 2 to 3 times those of a direct sum, where the usual points 0, ±1, ±2, ∞ have 4 to 7 times (B. Barabasz et al.,
// Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks, 2020).
#include "dispatch.h"
#include "include/kernels.h"
#include "parallel.h"
#include "narrow.h"

enum { TILE = RK_WINOGRAD_TILE, SIDE = TILE + 2, PARTS = RK_WINOGRAD_PARTS, LANES = 16 };

// The points are ±P and ±Q besides 0 and ∞.
#define P 0.75f
#define Q 1.5f
#define P2 (P * P)
#define Q2 (Q * Q)

/// Bᵀ d: components of six neighbours.
RK_INLINE void of_picture(const v16 d[SIDE], v16 v[SIDE]) {
    const v16 ap = d[4] - Q2 * d[2], bp = P * (d[3] - Q2 * d[1]), aq = d[4] - P2 * d[2], bq = Q * (d[3] - P2 * d[1]);
    v[0] = d[4] - (P2 + Q2) * d[2] + P2 * Q2 * d[0];
    v[1] = ap + bp;
    v[2] = ap - bp;
    v[3] = aq + bq;
    v[4] = aq - bq;
    v[5] = d[5] - (P2 + Q2) * d[3] + P2 * Q2 * d[1];
}

/// Aᵀ m: four results of components.
RK_INLINE void to_results(const v16 m[SIDE], v16 y[TILE]) {
    const v16 p = m[1] + m[2], dp = m[1] - m[2], q = m[3] + m[4], dq = m[3] - m[4];
    y[0] = m[0] + p + q;
    y[1] = P * dp + Q * dq;
    y[2] = P2 * p + Q2 * q;
    y[3] = P * P2 * dp + Q * Q2 * dq + m[5];
}

/// A y: the transpose of `to_results`, for derivatives.
RK_INLINE void of_results(const v16 y[TILE], v16 m[SIDE]) {
    const v16 p = y[0] + P2 * y[2], dp = P * y[1] + P * P2 * y[3], q = y[0] + Q2 * y[2], dq = Q * y[1] + Q * Q2 * y[3];
    m[0] = y[0];
    m[1] = p + dp;
    m[2] = p - dp;
    m[3] = q + dq;
    m[4] = q - dq;
    m[5] = y[3];
}

/// G g: components of three weights.
RK_INLINE void of_kernel(const v16 g[3], v16 u[SIDE]) {
    const float n0 = 1 / (P2 * Q2), np = 1 / (2 * P2 * (P2 - Q2)), nq = 1 / (2 * Q2 * (Q2 - P2));
    const v16 p = np * (g[0] + P2 * g[2]), dp = np * P * g[1], q = nq * (g[0] + Q2 * g[2]), dq = nq * Q * g[1];
    u[0] = n0 * g[0];
    u[1] = p + dp;
    u[2] = p - dp;
    u[3] = q + dq;
    u[4] = q - dq;
    u[5] = g[2];
}

/// Gᵀ u: the transpose of `of_kernel`, for derivatives.
RK_INLINE void to_kernel(const v16 u[SIDE], v16 g[3]) {
    const float n0 = 1 / (P2 * Q2), np = 1 / (2 * P2 * (P2 - Q2)), nq = 1 / (2 * Q2 * (Q2 - P2));
    const v16 p = np * (u[1] + u[2]), dp = np * (u[1] - u[2]), q = nq * (u[3] + u[4]), dq = nq * (u[3] - u[4]);
    g[0] = n0 * u[0] + p + q;
    g[1] = P * dp + Q * dq;
    g[2] = P2 * p + Q2 * q + u[5];
}

typedef struct {
    rk_winograd_grid grid;
    rk_winograd_part part;
    const void *x, *residual;
    void *y;
    const float *bias;
    float *components;
} job_type;

typedef struct {
    size_t picture, top, left;
} tile_place;

RK_INLINE tile_place place_of(const rk_winograd_grid *g, size_t tile) {
    const size_t across = (g->width + TILE - 1) / TILE, down = (g->height + TILE - 1) / TILE, row = tile / across;
    return (tile_place){row / down, row % down * TILE, tile % across * TILE};
}

/// Tiles of a picture with a border of zeros, as components.
RK_INLINE void picture(const job_type *job, size_t begin, size_t end, const int narrow) {
    const rk_winograd_grid *g = &job->grid;
    const size_t channels = job->part.channels, all = job->part.all, step = job->part.rows * channels;
    const size_t half = g->doubled ? 1 : 0;
    for (size_t t = begin; t < end; t++) {
        const tile_place place = place_of(g, job->part.first + t);
        const size_t start = place.picture * (g->height >> half) * (g->width >> half) * all;
        float *to = job->components + t * channels;
        for (size_t c = 0; c < channels; c += LANES) {
            v16 d[SIDE], rows[SIDE][SIDE], v[SIDE];
            for (size_t i = 0; i < SIDE; i++) {
                const size_t y = place.top + i - 1;
                for (size_t j = 0; j < SIDE; j++) {
                    const size_t x = place.left + j - 1;
                    const size_t at = start + ((y >> half) * (g->width >> half) + (x >> half)) * all + c;
                    d[j] = y < g->height && x < g->width ? read16(job->x, at, LANES, narrow) : (v16){0};
                }
                of_picture(d, rows[i]);
            }
            for (size_t j = 0; j < SIDE; j++) {
                for (size_t i = 0; i < SIDE; i++) d[i] = rows[i][j];
                of_picture(d, v);
                for (size_t i = 0; i < SIDE; i++) store16(to + (i * SIDE + j) * step + c, v[i]);
            }
        }
    }
}

/// Components to results, with what comes after them.
RK_INLINE void results(const job_type *job, size_t begin, size_t end, const int narrow) {
    const rk_winograd_grid *g = &job->grid;
    const size_t channels = job->part.channels, all = job->part.all, step = job->part.rows * channels;
    for (size_t t = begin; t < end; t++) {
        const tile_place place = place_of(g, job->part.first + t);
        const size_t start = place.picture * g->height * g->width * all;
        const size_t height = g->height - place.top < TILE ? g->height - place.top : TILE;
        const size_t width = g->width - place.left < TILE ? g->width - place.left : TILE;
        const float *from = job->components + t * channels;
        for (size_t c = 0; c < channels; c += LANES) {
            const v16 bias = job->bias ? load16(job->bias + c) : (v16){0};
            v16 m[SIDE], columns[SIDE][TILE], y[TILE];
            for (size_t j = 0; j < SIDE; j++) {
                for (size_t i = 0; i < SIDE; i++) m[i] = load16(from + (i * SIDE + j) * step + c);
                to_results(m, columns[j]);
            }
            for (size_t i = 0; i < height; i++) {
                for (size_t j = 0; j < SIDE; j++) m[j] = columns[j][i];
                to_results(m, y);
                const size_t row = start + ((place.top + i) * g->width + place.left) * all + c;
                for (size_t j = 0; j < width; j++) {
                    v16 sum = y[j] + bias;
                    if (job->residual) sum += read16(job->residual, row + j * all, LANES, narrow);
                    write16(job->y, row + j * all, LANES, sum, narrow);
                }
            }
        }
    }
}

/// Derivatives of results, as components of the derivative of their components.
RK_INLINE void derivatives(const job_type *job, size_t begin, size_t end) {
    const rk_winograd_grid *g = &job->grid;
    const size_t channels = job->part.channels, all = job->part.all, step = job->part.rows * channels;
    for (size_t t = begin; t < end; t++) {
        const tile_place place = place_of(g, job->part.first + t);
        const float *picture = (const float *)job->x + place.picture * g->height * g->width * all;
        float *to = job->components + t * channels;
        for (size_t c = 0; c < channels; c += LANES) {
            v16 y[TILE], rows[TILE][SIDE], m[SIDE];
            for (size_t i = 0; i < TILE; i++) {
                for (size_t j = 0; j < TILE; j++) {
                    const size_t down = place.top + i, across = place.left + j;
                    y[j] = down < g->height && across < g->width
                        ? load16(picture + (down * g->width + across) * all + c) : (v16){0};
                }
                of_results(y, rows[i]);
            }
            for (size_t j = 0; j < SIDE; j++) {
                for (size_t i = 0; i < TILE; i++) y[i] = rows[i][j];
                of_results(y, m);
                for (size_t i = 0; i < SIDE; i++) store16(to + (i * SIDE + j) * step + c, m[i]);
            }
        }
    }
}

typedef struct {
    size_t inputs, rows, columns;
    int is_flipped;
    const void *weights;
    size_t start;  // of the block in the weights
    float *components, *gradient;
} weights_job;

/// Where the weight of a row and a column of the products lies: rows are inputs and columns outputs, or, flipped for
/// the derivative of the picture, the other way round.
RK_INLINE size_t row_step(const weights_job *job) { return job->is_flipped ? job->inputs * 9 : 9; }
RK_INLINE size_t column_step(const weights_job *job) { return job->is_flipped ? 9 : job->inputs * 9; }

/// The weights of 16 rows and 16 columns: of each row nine vectors along the columns.
RK_INLINE void weights_of(const weights_job *job, size_t at, v16 w[LANES * 9], const int narrow) {
    const size_t apart = column_step(job);
    if (job->is_flipped) {
        for (size_t r = 0; r < LANES; r++)
            for (size_t lane = 0; lane < LANES; lane++)
                for (size_t i = 0; i < 9; i++)
                    w[r * 9 + i][lane] = read1(job->weights, at + r * row_step(job) + lane * apart + 8 - i, narrow);
        return;
    }
    // The rows of a column lie one behind the other, and those of the next block behind these: they are fetched now, to be
    // there when the product with this block is done.
    const char *next = (const char *)job->weights + (at + job->rows * 9) * (narrow ? 2 : 4);
    for (size_t i = 0; i < LANES * 9; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            w[i + lane] = read16(job->weights, at + lane * apart + i, LANES, narrow);
            __builtin_prefetch(next + (lane * apart + i) * (narrow ? 2 : 4), 0, 2);
        }
        transpose16(w + i);
    }
}

/// `begin` and `end` count sixteens of rows.
RK_INLINE void kernels(const weights_job *job, size_t begin, size_t end, const int narrow) {
    const size_t columns = job->columns, step = job->rows * columns;
    for (size_t first = begin * LANES; first < end * LANES; first += LANES)
        for (size_t c = 0; c < columns; c += LANES) {
            v16 w[LANES * 9];
            weights_of(job, job->start + first * row_step(job) + c * column_step(job), w, narrow);
            for (size_t r = 0; r < LANES; r++) {
                v16 g[3], rows[3][SIDE], u[SIDE];
                float *to = job->components + (first + r) * columns + c;
                for (size_t i = 0; i < 3; i++) of_kernel(w + 9 * r + 3 * i, rows[i]);
                for (size_t j = 0; j < SIDE; j++) {
                    for (size_t i = 0; i < 3; i++) g[i] = rows[i][j];
                    of_kernel(g, u);
                    for (size_t i = 0; i < SIDE; i++) store16(to + (i * SIDE + j) * step, u[i]);
                }
            }
        }
}

/// `begin` and `end` count sixteens of rows.
RK_INLINE void kernels_gradient(const weights_job *job, size_t begin, size_t end) {
    const size_t columns = job->columns, step = job->rows * columns, apart = column_step(job);
    for (size_t first = begin * LANES; first < end * LANES; first += LANES)
        for (size_t c = 0; c < columns; c += LANES) {
            v16 w[LANES * 9];
            for (size_t r = 0; r < LANES; r++) {
                const float *from = job->components + (first + r) * columns + c;
                v16 u[SIDE], across[SIDE][3], g[3];
                for (size_t i = 0; i < SIDE; i++) {
                    for (size_t j = 0; j < SIDE; j++) u[j] = load16(from + (i * SIDE + j) * step);
                    to_kernel(u, across[i]);
                }
                for (size_t j = 0; j < 3; j++) {
                    for (size_t i = 0; i < SIDE; i++) u[i] = across[i][j];
                    to_kernel(u, g);
                    for (size_t i = 0; i < 3; i++) w[r * 9 + 3 * i + j] = g[i];
                }
            }
            // Of a column, the weights of sixteen rows lie one behind the other.
            float *to = job->gradient + first * row_step(job) + c * apart;
            for (size_t i = 0; i < LANES * 9; i += LANES) {
                transpose16(w + i);
                for (size_t lane = 0; lane < LANES; lane++) store16(to + lane * apart + i, w[i + lane]);
            }
        }
}

#define SHARED(name, type, call)                                                                                       \
    RK_RANGE(name) { const type *job = context; call; }
SHARED(picture_f32, job_type, picture(job, begin, end, 0))
SHARED(picture_bf16, job_type, picture(job, begin, end, 1))
SHARED(results_f32, job_type, results(job, begin, end, 0))
SHARED(results_bf16, job_type, results(job, begin, end, 1))
SHARED(derivatives_f32, job_type, derivatives(job, begin, end))
SHARED(kernels_f32, weights_job, kernels(job, begin, end, 0))
SHARED(kernels_bf16, weights_job, kernels(job, begin, end, 1))
SHARED(kernels_gradient_f32, weights_job, kernels_gradient(job, begin, end))
#undef SHARED

static size_t grain(size_t channels) { return RK_CHEAP_GRAIN / (PARTS * channels) + 1; }

size_t rk_winograd_tiles(rk_winograd_grid grid) {
    return grid.batch * ((grid.height + TILE - 1) / TILE) * ((grid.width + TILE - 1) / TILE);
}

void rk_winograd_picture(rk_winograd_grid grid, rk_winograd_part part, const void *x, float *components) {
    const job_type job = {.grid = grid, .part = part, .x = x, .components = components};
    rk_parallel(part.count, grain(part.channels), grid.narrow ? picture_bf16 : picture_f32, &job);
}

void rk_winograd_results(rk_winograd_grid grid, rk_winograd_part part, const float *components, const float *bias,
                         const void *residual, void *y) {
    const job_type job = {.grid = grid, .part = part, .components = (float *)components, .y = y, .bias = bias,
                          .residual = residual};
    rk_parallel(part.count, grain(part.channels), grid.narrow ? results_bf16 : results_f32, &job);
}

void rk_winograd_derivatives_f32(rk_winograd_grid grid, rk_winograd_part part, const float *dy, float *components) {
    const job_type job = {.grid = grid, .part = part, .x = dy, .components = components};
    rk_parallel(part.count, grain(part.channels), derivatives_f32, &job);
}

void rk_winograd_kernels(rk_winograd_weights weights, size_t row, size_t rows, size_t column, size_t columns,
                         float *components) {
    weights_job job = {.inputs = weights.inputs, .rows = rows, .columns = columns, .is_flipped = weights.flipped,
                       .weights = weights.values, .components = components};
    job.start = row * row_step(&job) + column * column_step(&job);
    rk_parallel(rows / LANES, grain(LANES * columns), weights.narrow ? kernels_bf16 : kernels_f32, &job);
}

void rk_winograd_kernels_gradient_f32(size_t inputs, size_t rows, size_t columns, const float *components, float *dw) {
    const weights_job job = {.inputs = inputs, .rows = rows, .columns = columns, .components = (float *)components,
                             .gradient = dw};
    rk_parallel(rows / LANES, grain(LANES * columns), kernels_gradient_f32, &job);
}
