// The 3×3 convolution of stride 1 by Winograd's algorithm, F(4×4, 3×3): a tile of 4×4 results takes 36 products a channel
// instead of 144. Inputs and kernels are transformed to the Winograd domain, where a tile has 36 elements; there follow 36
// products of matrices, whose results are transformed back. bfloat16 is widened on the way in: all of it runs in float32.
//
// Cook-Toom at 0, ±3/4, ±3/2 and ∞: every constant is exact in binary but for those of the kernels, and the rounding
// errors are 2 to 3 times those of a direct sum, where the usual points 0, ±1, ±2, ∞ have 4 to 7 times (B. Barabasz et al.,
// Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks, 2020).
#include "dispatch.h"
#include "include/kernels.h"
#include "parallel.h"
#include "element.h"

enum { TILE = RK_WINOGRAD_TILE, SIDE = TILE + 2, ELEMENTS = RK_WINOGRAD_ELEMENTS, LANES = 16 };

// The points are ±P and ±Q besides 0 and ∞.
#define P 0.75f
#define Q 1.5f
#define P2 (P * P)
#define Q2 (Q * Q)

/// Bᵀ d: six neighbouring inputs, transformed.
RK_INLINE void input_transform(const v16 d[SIDE], v16 v[SIDE]) {
    const v16 ap = d[4] - Q2 * d[2], bp = P * (d[3] - Q2 * d[1]), aq = d[4] - P2 * d[2], bq = Q * (d[3] - P2 * d[1]);
    v[0] = d[4] - (P2 + Q2) * d[2] + P2 * Q2 * d[0];
    v[1] = ap + bp;
    v[2] = ap - bp;
    v[3] = aq + bq;
    v[4] = aq - bq;
    v[5] = d[5] - (P2 + Q2) * d[3] + P2 * Q2 * d[1];
}

/// Aᵀ m: four results from six transformed ones.
RK_INLINE void output_transform(const v16 m[SIDE], v16 y[TILE]) {
    const v16 p = m[1] + m[2], dp = m[1] - m[2], q = m[3] + m[4], dq = m[3] - m[4];
    y[0] = m[0] + p + q;
    y[1] = P * dp + Q * dq;
    y[2] = P2 * p + Q2 * q;
    y[3] = P * P2 * dp + Q * Q2 * dq + m[5];
}

/// A y: the transpose of `output_transform`, for derivatives.
RK_INLINE void output_transform_transposed(const v16 y[TILE], v16 m[SIDE]) {
    const v16 p = y[0] + P2 * y[2], dp = P * y[1] + P * P2 * y[3], q = y[0] + Q2 * y[2], dq = Q * y[1] + Q * Q2 * y[3];
    m[0] = y[0];
    m[1] = p + dp;
    m[2] = p - dp;
    m[3] = q + dq;
    m[4] = q - dq;
    m[5] = y[3];
}

/// G g: three weights, transformed.
RK_INLINE void kernel_transform(const v16 g[3], v16 u[SIDE]) {
    const float n0 = 1 / (P2 * Q2), np = 1 / (2 * P2 * (P2 - Q2)), nq = 1 / (2 * Q2 * (Q2 - P2));
    const v16 p = np * (g[0] + P2 * g[2]), dp = np * P * g[1], q = nq * (g[0] + Q2 * g[2]), dq = nq * Q * g[1];
    u[0] = n0 * g[0];
    u[1] = p + dp;
    u[2] = p - dp;
    u[3] = q + dq;
    u[4] = q - dq;
    u[5] = g[2];
}

/// Gᵀ u: the transpose of `kernel_transform`, for derivatives.
RK_INLINE void kernel_transform_transposed(const v16 u[SIDE], v16 g[3]) {
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
    float *transformed;
} job_type;

typedef struct {
    size_t image, top, left;
} tile_position;

RK_INLINE tile_position position_of(const rk_winograd_grid *g, size_t tile) {
    const size_t across = (g->width + TILE - 1) / TILE, down = (g->height + TILE - 1) / TILE, row = tile / across;
    return (tile_position){row / down, row % down * TILE, tile % across * TILE};
}

/// Tiles of a feature map with a border of zeros, transformed.
RK_INLINE void transform_input(const job_type *job, size_t begin, size_t end, const int is_bf16) {
    const rk_winograd_grid *g = &job->grid;
    const size_t channels = job->part.channels, all = job->part.all, step = job->part.rows * channels;
    for (size_t t = begin; t < end; t++) {
        const tile_position position = position_of(g, job->part.first + t);
        const size_t start = position.image * g->height * g->width * all;
        float *to = job->transformed + t * channels;
        for (size_t c = 0; c < channels; c += LANES) {
            v16 d[SIDE], rows[SIDE][SIDE], v[SIDE];
            for (size_t i = 0; i < SIDE; i++) {
                const size_t y = position.top + i - 1;
                for (size_t j = 0; j < SIDE; j++) {
                    const size_t x = position.left + j - 1;
                    const size_t at = start + (y * g->width + x) * all + c;
                    d[j] = y < g->height && x < g->width ? read16(job->x, at, LANES, is_bf16) : (v16){0};
                }
                input_transform(d, rows[i]);
            }
            for (size_t j = 0; j < SIDE; j++) {
                for (size_t i = 0; i < SIDE; i++) d[i] = rows[i][j];
                input_transform(d, v);
                for (size_t i = 0; i < SIDE; i++) store16(to + (i * SIDE + j) * step + c, v[i]);
            }
        }
    }
}

/// Transformed tiles back to results, with the bias and residual added.
RK_INLINE void transform_output(const job_type *job, size_t begin, size_t end, const int is_bf16) {
    const rk_winograd_grid *g = &job->grid;
    const size_t channels = job->part.channels, all = job->part.all, step = job->part.rows * channels;
    for (size_t t = begin; t < end; t++) {
        const tile_position position = position_of(g, job->part.first + t);
        const size_t start = position.image * g->height * g->width * all;
        const size_t height = g->height - position.top < TILE ? g->height - position.top : TILE;
        const size_t width = g->width - position.left < TILE ? g->width - position.left : TILE;
        const float *from = job->transformed + t * channels;
        for (size_t c = 0; c < channels; c += LANES) {
            const v16 bias = job->bias ? load16(job->bias + c) : (v16){0};
            v16 m[SIDE], columns[SIDE][TILE], y[TILE];
            for (size_t j = 0; j < SIDE; j++) {
                for (size_t i = 0; i < SIDE; i++) m[i] = load16(from + (i * SIDE + j) * step + c);
                output_transform(m, columns[j]);
            }
            for (size_t i = 0; i < height; i++) {
                for (size_t j = 0; j < SIDE; j++) m[j] = columns[j][i];
                output_transform(m, y);
                const size_t row = start + ((position.top + i) * g->width + position.left) * all + c;
                for (size_t j = 0; j < width; j++) {
                    v16 sum = y[j] + bias;
                    if (job->residual) sum += read16(job->residual, row + j * all, LANES, is_bf16);
                    write16(job->y, row + j * all, LANES, sum, is_bf16);
                }
            }
        }
    }
}

/// The gradient of results, as the gradient of their transformed tiles.
RK_INLINE void transform_output_gradient(const job_type *job, size_t begin, size_t end) {
    const rk_winograd_grid *g = &job->grid;
    const size_t channels = job->part.channels, all = job->part.all, step = job->part.rows * channels;
    for (size_t t = begin; t < end; t++) {
        const tile_position position = position_of(g, job->part.first + t);
        const float *image = (const float *)job->x + position.image * g->height * g->width * all;
        float *to = job->transformed + t * channels;
        for (size_t c = 0; c < channels; c += LANES) {
            v16 y[TILE], rows[TILE][SIDE], m[SIDE];
            for (size_t i = 0; i < TILE; i++) {
                for (size_t j = 0; j < TILE; j++) {
                    const size_t down = position.top + i, across = position.left + j;
                    y[j] = down < g->height && across < g->width
                        ? load16(image + (down * g->width + across) * all + c) : (v16){0};
                }
                output_transform_transposed(y, rows[i]);
            }
            for (size_t j = 0; j < SIDE; j++) {
                for (size_t i = 0; i < TILE; i++) y[i] = rows[i][j];
                output_transform_transposed(y, m);
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
    float *transformed, *gradient;
} weights_job;

/// Where the weight of a row and a column of the products lies: rows are inputs and columns outputs, or, flipped for
/// the derivative of the input, the other way round.
RK_INLINE size_t row_step(const weights_job *job) { return job->is_flipped ? job->inputs * 9 : 9; }
RK_INLINE size_t column_step(const weights_job *job) { return job->is_flipped ? 9 : job->inputs * 9; }

/// The weights of 16 rows and 16 columns: of each row nine vectors along the columns.
RK_INLINE void weights_of(const weights_job *job, size_t at, v16 w[LANES * 9], const int is_bf16) {
    const size_t apart = column_step(job);
    if (job->is_flipped) {
        for (size_t r = 0; r < LANES; r++)
            for (size_t lane = 0; lane < LANES; lane++)
                for (size_t i = 0; i < 9; i++)
                    w[r * 9 + i][lane] = read1(job->weights, at + r * row_step(job) + lane * apart + 8 - i, is_bf16);
        return;
    }
    // The rows of a column lie one behind the other, and those of the next block behind these: they are fetched now, to be
    // there when the product with this block is done.
    const char *next = (const char *)job->weights + (at + job->rows * 9) * (is_bf16 ? 2 : 4);
    for (size_t i = 0; i < LANES * 9; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            w[i + lane] = read16(job->weights, at + lane * apart + i, LANES, is_bf16);
            __builtin_prefetch(next + (lane * apart + i) * (is_bf16 ? 2 : 4), 0, 2);
        }
        transpose16(w + i);
    }
}

/// `begin` and `end` count sixteens of rows.
RK_INLINE void transform_kernels(const weights_job *job, size_t begin, size_t end, const int is_bf16) {
    const size_t columns = job->columns, step = job->rows * columns;
    for (size_t first = begin * LANES; first < end * LANES; first += LANES)
        for (size_t c = 0; c < columns; c += LANES) {
            v16 w[LANES * 9];
            weights_of(job, job->start + first * row_step(job) + c * column_step(job), w, is_bf16);
            for (size_t r = 0; r < LANES; r++) {
                v16 g[3], rows[3][SIDE], u[SIDE];
                float *to = job->transformed + (first + r) * columns + c;
                for (size_t i = 0; i < 3; i++) kernel_transform(w + 9 * r + 3 * i, rows[i]);
                for (size_t j = 0; j < SIDE; j++) {
                    for (size_t i = 0; i < 3; i++) g[i] = rows[i][j];
                    kernel_transform(g, u);
                    for (size_t i = 0; i < SIDE; i++) store16(to + (i * SIDE + j) * step, u[i]);
                }
            }
        }
}

/// `begin` and `end` count sixteens of rows.
RK_INLINE void transform_kernels_gradient(const weights_job *job, size_t begin, size_t end) {
    const size_t columns = job->columns, step = job->rows * columns, apart = column_step(job);
    for (size_t first = begin * LANES; first < end * LANES; first += LANES)
        for (size_t c = 0; c < columns; c += LANES) {
            v16 w[LANES * 9];
            for (size_t r = 0; r < LANES; r++) {
                const float *from = job->transformed + (first + r) * columns + c;
                v16 u[SIDE], across[SIDE][3], g[3];
                for (size_t i = 0; i < SIDE; i++) {
                    for (size_t j = 0; j < SIDE; j++) u[j] = load16(from + (i * SIDE + j) * step);
                    kernel_transform_transposed(u, across[i]);
                }
                for (size_t j = 0; j < 3; j++) {
                    for (size_t i = 0; i < SIDE; i++) u[i] = across[i][j];
                    kernel_transform_transposed(u, g);
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
SHARED(transform_input_f32, job_type, transform_input(job, begin, end, 0))
SHARED(transform_input_bf16, job_type, transform_input(job, begin, end, 1))
SHARED(transform_output_f32, job_type, transform_output(job, begin, end, 0))
SHARED(transform_output_bf16, job_type, transform_output(job, begin, end, 1))
SHARED(transform_output_gradient_f32, job_type, transform_output_gradient(job, begin, end))
SHARED(transform_kernels_f32, weights_job, transform_kernels(job, begin, end, 0))
SHARED(transform_kernels_bf16, weights_job, transform_kernels(job, begin, end, 1))
SHARED(transform_kernels_gradient_f32, weights_job, transform_kernels_gradient(job, begin, end))
#undef SHARED

static size_t grain(size_t channels) { return RK_CHEAP_GRAIN / (ELEMENTS * channels) + 1; }

size_t rk_winograd_tiles(rk_winograd_grid grid) {
    return grid.batch * ((grid.height + TILE - 1) / TILE) * ((grid.width + TILE - 1) / TILE);
}

void rk_winograd_transform_input(rk_winograd_grid grid, rk_winograd_part part, const void *x, float *transformed) {
    const job_type job = {.grid = grid, .part = part, .x = x, .transformed = transformed};
    rk_parallel(part.count, grain(part.channels), grid.is_bf16 ? transform_input_bf16 : transform_input_f32, &job);
}

void rk_winograd_transform_output(rk_winograd_grid grid, rk_winograd_part part, const float *transformed,
                                  const float *bias, const void *residual, void *y) {
    const job_type job = {.grid = grid, .part = part, .transformed = (float *)transformed, .y = y, .bias = bias,
                          .residual = residual};
    rk_parallel(part.count, grain(part.channels), grid.is_bf16 ? transform_output_bf16 : transform_output_f32, &job);
}

void rk_winograd_transform_output_gradient_f32(rk_winograd_grid grid, rk_winograd_part part, const float *dy,
                                               float *transformed) {
    const job_type job = {.grid = grid, .part = part, .x = dy, .transformed = transformed};
    rk_parallel(part.count, grain(part.channels), transform_output_gradient_f32, &job);
}

void rk_winograd_transform_kernels(rk_winograd_weights weights, size_t row, size_t rows, size_t column, size_t columns,
                                   float *transformed) {
    weights_job job = {.inputs = weights.inputs, .rows = rows, .columns = columns, .is_flipped = weights.flipped,
                       .weights = weights.values, .transformed = transformed};
    job.start = row * row_step(&job) + column * column_step(&job);
    rk_parallel(rows / LANES, grain(LANES * columns), weights.is_bf16 ? transform_kernels_bf16 : transform_kernels_f32,
                &job);
}

void rk_winograd_transform_kernels_gradient_f32(size_t inputs, size_t rows, size_t columns, const float *transformed,
                                                float *dw) {
    const weights_job job = {.inputs = inputs, .rows = rows, .columns = columns, .transformed = (float *)transformed,
                             .gradient = dw};
    rk_parallel(rows / LANES, grain(LANES * columns), transform_kernels_gradient_f32, &job);
}
