// Products of matrices in float32, with what follows them. Blocks of both sides are copied to where the inner loop
// walks them straight: `a` to tiles of a few rows, `b` to panels of one or two vectors (Goto and van de Geijn 2008).
#include "dispatch.h"
#include "parallel.h"
#include "vector16.h"
#include <stdatomic.h>
#include <stdlib.h>

enum {
    DEPTH = RK_PRODUCT_DEPTH,
    ROW_STEP = DEPTH + 16,  // between the rows of a tile; no power of two, so that they are in several cache sets
    ROWS = 144,             // of `a` copied at once at most, a multiple of both tiles' heights
    CACHED = 1 << 17,       // floats, half of a second cache
    COLUMNS = 256,          // of `b` copied at once, where it is not packed
    NEAR = 64,              // columns of which what follows the product is done while they are in the first caches
    PANEL = 32,             // columns side by side, or 16 at the end; the same for all, so that what is packed is
    HEIGHT_V3 = 6,
    HEIGHT_V4 = 12,
};

RK_INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
RK_INLINE size_t larger(size_t a, size_t b) { return a > b ? a : b; }
RK_INLINE size_t rounded(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }
RK_INLINE size_t rounded_share(size_t all, size_t pieces, size_t unit) {
    return rounded((all + pieces - 1) / pieces, unit);
}

// MARK: Copies

/// A copy in line: the ones of this file are short, and a call takes as long.
RK_INLINE void copy(float *restrict to, const float *restrict from, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) store16(to + i, load16(from + i));
    for (; i < count; i++) to[i] = from[i];
}

/// b[from..<from + k, column..<column + width] as rows of `panel` floats, those beyond the width 0.
RK_INLINE void pack_panel(size_t k, size_t width, size_t panel, const float *b, ptrdiff_t step, ptrdiff_t column,
                          float *to) {
    if (column == 1) {
        for (size_t p = 0; p < k; p++, to += panel) {
            const float *from = b + (ptrdiff_t)p * step;
            if (width == panel)
                for (size_t j = 0; j < panel; j += 16) store16(to + j, load16(from + j));
            else
                for (size_t j = 0; j < panel; j++) to[j] = j < width ? from[j] : 0.0f;
        }
        return;
    }
    size_t p = 0;
    if (step == 1)
        for (; p + 16 <= k; p += 16)
            for (size_t j = 0; j < panel; j += 16) {
                v16 block[16];
                for (size_t l = 0; l < 16; l++)
                    block[l] = j + l < width ? load16(b + p + (ptrdiff_t)(j + l) * column) : (v16){0};
                transpose16(block);
                for (size_t l = 0; l < 16; l++) store16(to + (p + l) * panel + j, block[l]);
            }
    for (; p < k; p++)
        for (size_t j = 0; j < panel; j++)
            to[p * panel + j] = j < width ? b[(ptrdiff_t)p * step + (ptrdiff_t)j * column] : 0.0f;
}

/// Columns [first, last) of a block of `k` rows of `b`, panel by panel.
RK_INLINE void pack_columns(size_t k, size_t first, size_t last, const float *b, ptrdiff_t step, ptrdiff_t column,
                            float *to) {
    for (size_t j = first; j < last; j += PANEL) {
        const size_t width = smaller(PANEL, last - j);
        if (width > 16) pack_panel(k, width, 32, b + (ptrdiff_t)j * column, step, column, to);
        else pack_panel(k, width, 16, b + (ptrdiff_t)j * column, step, column, to);
        to += k * rounded(width, 16);
    }
}

/// The elements [p, p + k) of a row of patches.
static void patch_row(const rk_patches *g, const float *maps, size_t row, size_t p, size_t k, float *to) {
    const size_t x = row % g->out_width, y = row / g->out_width % g->out_height;
    const size_t map = row / g->out_width / g->out_height;
    size_t channel = p % g->channels, tap = p / g->channels;
    for (const size_t end = p + k; p < end; tap++, channel = 0) {
        const size_t count = smaller(g->channels - channel, end - p);
        const ptrdiff_t iy = (ptrdiff_t)(y * g->stride_y + tap / g->kernel_width * g->dilation_y) - g->pad_top;
        const ptrdiff_t ix = (ptrdiff_t)(x * g->stride_x + tap % g->kernel_width * g->dilation_x) - g->pad_left;
        if (iy < 0 || ix < 0 || iy >= (ptrdiff_t)g->height || ix >= (ptrdiff_t)g->width)
            memset(to, 0, count * sizeof(float));
        else
            copy(to, maps + ((map * g->height + (size_t)iy) * g->width + (size_t)ix) * g->channels + channel,
                 count);
        to += count;
        p += count;
    }
}

/// Whether tiles of `a` are kept turned, [step, row] instead of [row, step]: as it lies itself.
RK_INLINE int is_turned(const rk_product *job) { return !job->patches && job->a_row == 1 && job->a_step != 1; }

/// One tile of turned rows; `height` is known when it is compiled.
RK_INLINE void copy_turned(const size_t height, size_t k, const float *from, ptrdiff_t step, float *to) {
    for (size_t l = 0; l < k; l++) memcpy(to + l * height, from + (ptrdiff_t)l * step, height * sizeof(float));
}

/// Rows [first, first + rows) and steps [p, p + k) of `a`, tile by tile.
RK_INLINE void pack_rows(const rk_product *job, size_t height, const float *a, size_t first, size_t rows, size_t p,
                         size_t k, float *to) {
    if (is_turned(job)) {
        for (size_t r = 0; r < rows; r += height, to += height * ROW_STEP) {
            const float *from = a + first + r + (ptrdiff_t)p * job->a_step;
            const size_t own = smaller(height, rows - r);
            if (own == HEIGHT_V4) copy_turned(HEIGHT_V4, k, from, job->a_step, to);
            else if (own == HEIGHT_V3 && height == HEIGHT_V3) copy_turned(HEIGHT_V3, k, from, job->a_step, to);
            else
                for (size_t l = 0; l < k; l++)
                    for (size_t i = 0; i < own; i++)
                        to[l * height + i] = from[(ptrdiff_t)l * job->a_step + (ptrdiff_t)i];
        }
        return;
    }
    for (size_t r = 0; r < rows; r++, to += ROW_STEP) {
        if (job->patches) {
            patch_row(job->patches, a, first + r, p, k, to);
            continue;
        }
        const float *from = a + (ptrdiff_t)(first + r) * job->a_row + (ptrdiff_t)p * job->a_step;
        if (job->a_step == 1) copy(to, from, k);
        else for (size_t l = 0; l < k; l++) to[l] = from[(ptrdiff_t)l * job->a_step];
    }
}

// MARK: The inner loop

/// c[rows, 16 · vectors] (+)= a[rows, depth] b[depth, 16 · vectors], summed up in registers.
RK_INLINE void tile(const size_t rows, const size_t vectors, size_t depth, const float *a, const size_t a_row,
                    const size_t a_step, const float *b, const size_t b_step, float *c, ptrdiff_t c_row, int adds) {
    v16 sum[HEIGHT_V4][2];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) {
            sum[r][s] = (v16){0};
            if (vectors > 1) __builtin_prefetch(c + (ptrdiff_t)r * c_row + 16 * s, 1, 3);
        }
    for (size_t p = 0; p < depth; p++, a += a_step, b += b_step) {
        v16 column[2];
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) column[s] = load16(b + 16 * s);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            const v16 factor = splat16(a[r * a_row]);
#pragma clang loop unroll(full)
            for (size_t s = 0; s < vectors; s++) sum[r][s] = sum[r][s] + factor * column[s];
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) {
            float *to = c + (ptrdiff_t)r * c_row + 16 * s;
            store16(to, adds ? load16(to) + sum[r][s] : sum[r][s]);
        }
}

#define TILE(ROWS_, VECTORS, A_ROW, A_STEP, B_STEP)                                                                    \
    case ROWS_: tile(ROWS_, VECTORS, depth, a, A_ROW, A_STEP, b, B_STEP, c, c_row, adds); break;
#define TILES_6(...)                                                                                                   \
    TILE(1, __VA_ARGS__) TILE(2, __VA_ARGS__) TILE(3, __VA_ARGS__) TILE(4, __VA_ARGS__) TILE(5, __VA_ARGS__)           \
    TILE(6, __VA_ARGS__)
#define TILES_12(...)                                                                                                  \
    TILES_6(__VA_ARGS__)                                                                                               \
    TILE(7, __VA_ARGS__) TILE(8, __VA_ARGS__) TILE(9, __VA_ARGS__) TILE(10, __VA_ARGS__) TILE(11, __VA_ARGS__)         \
    TILE(12, __VA_ARGS__)

typedef void tile_function(size_t rows, size_t depth, const float *a, const float *b, float *c, ptrdiff_t c_row,
                           int adds);
#define TILE_FUNCTION(NAME, TARGET, TILES)                                                                             \
    TARGET static void NAME(size_t rows, size_t depth, const float *a, const float *b, float *c, ptrdiff_t c_row,      \
                            int adds) {                                                                                \
        switch (rows) { TILES }                                                                                        \
    }
// Of 16 columns, of the half of a panel, and of a whole one.
TILE_FUNCTION(tile_v3, RK_V3, TILES_6(1, ROW_STEP, 1, 16))
TILE_FUNCTION(turned_v3, RK_V3, TILES_6(1, 1, HEIGHT_V3, 16))
TILE_FUNCTION(half_tile_v3, RK_V3, TILES_6(1, ROW_STEP, 1, 32))
TILE_FUNCTION(half_turned_v3, RK_V3, TILES_6(1, 1, HEIGHT_V3, 32))
TILE_FUNCTION(tile_v4, RK_V4_WIDE, TILES_12(1, ROW_STEP, 1, 16))
TILE_FUNCTION(turned_v4, RK_V4_WIDE, TILES_12(1, 1, HEIGHT_V4, 16))
TILE_FUNCTION(wide_tile_v4, RK_V4_WIDE, TILES_12(2, ROW_STEP, 1, 32))
TILE_FUNCTION(wide_turned_v4, RK_V4_WIDE, TILES_12(2, 1, HEIGHT_V4, 32))

/// The tiles for one instruction set and one way in which `a` lies.
typedef struct {
    size_t height, columns;  // of a tile in a whole panel
    tile_function *narrow, *whole;
} tile_set;
static const tile_set tiles[2][2] = {
    {{HEIGHT_V3, 16, tile_v3, half_tile_v3}, {HEIGHT_V3, 16, turned_v3, half_turned_v3}},
    {{HEIGHT_V4, 32, tile_v4, wide_tile_v4}, {HEIGHT_V4, 32, turned_v4, wide_turned_v4}},
};

// MARK: What follows a product

#define EACH(EXPRESSION)                                                                                               \
    for (size_t j = 0; j < n; j++) {                                                                                   \
        const float x = row[j];                                                                                        \
        row[j] = (EXPRESSION);                                                                                         \
    }

/// Columns [first, last) of some rows of `c`, step by step: a loop that asks whether there is a bias takes several
/// times as long.
RK_INLINE void finish(const rk_product *job, size_t first_row, size_t rows, size_t first, size_t last) {
    const size_t n = last - first;
    const float scale = job->scale;
    for (size_t r = first_row; r < first_row + rows; r++) {
        float *restrict const row = job->c + (ptrdiff_t)r * job->c_row + first;
        if (job->bias) {
            const float *restrict const bias = job->bias + first;
            EACH(x + bias[j])
        }
        if (scale != 1) EACH(x * scale)
        switch (job->activation) {
        case RK_RELU: EACH(x > 0 || x != x ? x : 0.0f) break;
        case RK_GELU: EACH(rk_gelu(x)) break;
        case RK_GELU_TANH: EACH(rk_gelu_tanh(x)) break;
        case RK_QUICK_GELU: EACH(rk_quick_gelu(x)) break;
        case RK_SILU: EACH(rk_silu(x)) break;
        default: break;
        }
        if (job->residual) {
            const float *restrict const residual = job->residual + (ptrdiff_t)r * job->residual_row + first;
            EACH(x + residual[j])
        }
    }
}

// MARK: The whole

typedef struct {
    const rk_product *product;
    size_t row_pieces, column_pieces;
    int finishes;
    int *failed;
    uint64_t serial;  // another for each product
} product_job;

// Kept by each thread, which lives as long as the process.
static _Thread_local struct {
    float *memory;
    size_t count;               // floats
    uint64_t serial;            // the product whose rows are copied,
    size_t rows_of;             // and which of them
} scratch;

/// Memory of a thread for the copies of rows, for those of columns and for a tile at the edge; NULL if there is none.
static float *scratch_for(size_t rows_copies) {
    const size_t count = rows_copies * ROWS * ROW_STEP + DEPTH * COLUMNS + HEIGHT_V4 * PANEL;
    if (scratch.count < count) {
        free(scratch.memory);
        scratch.serial = 0;
        scratch.memory = aligned_alloc(64, rounded(count, 16) * sizeof(float));
        scratch.count = scratch.memory ? count : 0;
    }
    return scratch.memory;
}

/// A tile of at most `width` columns, by way of another place where these are fewer than it has.
static void multiply_tile(tile_function *run, size_t height, size_t columns, size_t width, size_t depth, const float *a,
                          const float *b, float *c, ptrdiff_t c_row, int adds, float *edge) {
    if (width >= columns) return run(height, depth, a, b, c, c_row, adds);
    run(height, depth, a, b, edge, PANEL, 0);
    for (size_t r = 0; r < height; r++)
        for (size_t j = 0; j < width; j++) {
            float *place = c + (ptrdiff_t)r * c_row + j;
            *place = adds ? *place + edge[r * PANEL + j] : edge[r * PANEL + j];
        }
}

/// Where the given one of some pieces begins, all of as many whole units as can be.
RK_INLINE size_t bound(size_t all, size_t unit, size_t piece, size_t pieces) {
    return smaller((all + unit - 1) / unit * piece / pieces * unit, all);
}

/// Rows [top, top + rows) times panels [first, last): all that a block of depth adds to these elements.
RK_INLINE void multiply_panels(const rk_product *own, const tile_set *s, size_t top, size_t rows, size_t first,
                               size_t last, size_t depth, const float *rows_copy, const float *panel, int adds,
                               float *edge) {
    for (size_t j = first; j < last; j += PANEL) {
        const size_t all = smaller(PANEL, last - j), padded = rounded(all, 16);
        const size_t columns = padded == PANEL ? s->columns : 16;
        tile_function *run = padded == PANEL ? s->whole : s->narrow;
        for (size_t part = 0; part < all; part += columns)
            for (size_t r = 0; r < rows; r += s->height) {
                float *const to = own->c + (ptrdiff_t)(top + r) * own->c_row + (ptrdiff_t)(j + part);
                multiply_tile(run, smaller(s->height, rows - r), columns, all - part, depth, rows_copy + r * ROW_STEP,
                              panel + part, to, own->c_row, adds, edge);
            }
        panel += depth * padded;
    }
}

RK_INLINE void range(const product_job *job, size_t begin, size_t end, const tile_set *s) {
    const rk_product *whole = job->product;
    // Few rows are copied for one piece and kept for those that follow; more are copied for each anew.
    const int keeps = whole->packed && job->row_pieces == 1 && whole->m <= ROWS && job->column_pieces > 1;
    const size_t copies = keeps ? (whole->k + DEPTH - 1) / DEPTH : 1;
    float *const all_rows = scratch_for(copies);
    if (!all_rows) { *job->failed = 1; return; }
    float *const columns_copy = all_rows + copies * ROWS * ROW_STEP, *const edge = columns_copy + DEPTH * COLUMNS;
    const size_t all_columns = rounded(whole->n, 16);
    for (size_t task = begin; task < end; task++) {
        rk_product own = *whole;
        size_t rest = task / (job->row_pieces * job->column_pieces);
        const float *packed = own.packed;
        for (size_t axis = RK_PRODUCT_AXES; axis-- > 0; rest /= own.batch[axis]) {
            const ptrdiff_t index = (ptrdiff_t)(rest % own.batch[axis]);
            own.a += index * own.a_batch[axis];
            own.c += index * own.c_batch[axis];
            if (packed) packed += index * own.b_batch[axis];
            else own.b += index * own.b_batch[axis];
        }
        const size_t row_piece = task / job->column_pieces % job->row_pieces, column_piece = task % job->column_pieces;
        const size_t top = bound(own.m, s->height, row_piece, job->row_pieces);
        const size_t bottom = bound(own.m, s->height, row_piece + 1, job->row_pieces);
        const size_t left = bound(own.n, PANEL, column_piece, job->column_pieces);
        const size_t right = bound(own.n, PANEL, column_piece + 1, job->column_pieces);
        const size_t blocks = (bottom - top + ROWS - 1) / ROWS, each = rounded_share(bottom - top, blocks, s->height);
        if (packed) {
            // Rows are copied once and stay in the second cache while the panels go by, straight and so without a wait.
            const int kept = keeps && scratch.serial == job->serial && scratch.rows_of == task / job->column_pieces;
            scratch.serial = 0;
            for (size_t i = top; i < bottom; i += each) {
                const size_t rows = smaller(each, bottom - i);
                for (size_t p = 0; p < own.k; p += DEPTH) {
                    const size_t depth = smaller(DEPTH, own.k - p);
                    float *const rows_copy = all_rows + (keeps ? p / DEPTH * ROWS * ROW_STEP : 0);
                    if (!kept) pack_rows(&own, s->height, own.a, i, rows, p, depth, rows_copy);
                    for (size_t first = left; first < right; first += NEAR) {
                        const size_t last = smaller(first + NEAR, right);
                        multiply_panels(&own, s, i, rows, first, last, depth, rows_copy,
                                        packed + p * all_columns + first * depth, own.adds || p > 0, edge);
                        if (job->finishes && p + depth == own.k) finish(&own, i, rows, first, last);
                    }
                }
            }
            if (keeps) { scratch.serial = job->serial; scratch.rows_of = task / job->column_pieces; }
            continue;
        }
        scratch.serial = 0;
        // A block of columns is copied once and stays in the second cache while all rows go by.
        for (size_t first = left; first < right; first += COLUMNS) {
            const size_t last = smaller(first + COLUMNS, right);
            for (size_t p = 0; p < own.k; p += DEPTH) {
                const size_t depth = smaller(DEPTH, own.k - p);
                const float *const from = own.b + (ptrdiff_t)p * own.b_step;
                pack_columns(depth, first, last, from, own.b_step, own.b_column, columns_copy);
                for (size_t i = top; i < bottom; i += each) {
                    const size_t rows = smaller(each, bottom - i);
                    pack_rows(&own, s->height, own.a, i, rows, p, depth, all_rows);
                    const int adds = own.adds || p > 0;
                    multiply_panels(&own, s, i, rows, first, last, depth, all_rows, columns_copy, adds, edge);
                    if (job->finishes && p + depth == own.k) finish(&own, i, rows, first, last);
                }
            }
        }
    }
}

RK_V3 static void product_range_v3(const void *context, size_t begin, size_t end) {
    const product_job *job = context;
    range(job, begin, end, &tiles[0][is_turned(job->product)]);
}
RK_V4 static void product_range_v4(const void *context, size_t begin, size_t end) {
    const product_job *job = context;
    range(job, begin, end, &tiles[1][is_turned(job->product)]);
}

/// How a product is cut between threads. What is cut is copied once a piece, so the longer side is cut first.
static void cut(product_job *job, size_t height, size_t stack, double work) {
    static const double little = 1 << 18;  // multiplications: what waking a thread is worth
    const rk_product *p = job->product;
    job->row_pieces = job->column_pieces = 1;
    size_t pieces = (size_t)rk_threads() > 1 ? 4 * (size_t)rk_threads() : 1;
    if (pieces > work / little) pieces = (size_t)(work / little);
    pieces = (pieces + stack - 1) / stack;
    if (pieces <= 1) return;
    size_t rows = 1, columns = 1;
    if (p->packed) {
        // Packed columns can be read again for every block of rows; few rows are kept, so that columns cost nothing.
        const size_t least = p->k * p->n <= CACHED ? 48 : 96;
        rows = larger(smaller(pieces, p->m / least), 1);
        columns = smaller((pieces + rows - 1) / rows, larger(p->n / PANEL, 1));
        if (rows == 1) rows = larger(smaller((pieces + columns - 1) / columns, p->m / (2 * height)), 1);
    } else {
        // Each piece has enough of the other side's copies to do.
        const size_t least = 48, threads = (size_t)rk_threads();
        const size_t most_rows = p->m / larger(2 * height, least), most_columns = p->n / larger(PANEL, least);
        const int rows_first = p->m >= p->n;
        const size_t first = larger(smaller(pieces, rows_first ? most_rows : most_columns), 1);
        if (first * stack >= threads) pieces = first;
        const size_t second = larger(smaller((pieces + first - 1) / first, rows_first ? most_columns : most_rows), 1);
        rows = rows_first ? first : second;
        columns = rows_first ? second : first;
    }
    job->row_pieces = rows;
    job->column_pieces = columns;
}

int rk_product_f32(const rk_product *product) {
    size_t stack = 1;
    for (int axis = 0; axis < RK_PRODUCT_AXES; axis++) stack *= product->batch[axis];
    if (product->m == 0 || product->n == 0 || stack == 0) return 1;
    int failed = 0;
    static _Atomic(uint64_t) products;
    product_job job = {.product = product, .failed = &failed, .serial = ++products};
    job.finishes = product->bias || product->residual || product->scale != 1 || product->activation != RK_NO_ACTIVATION;
    const double work = (double)stack * (double)product->m * (double)product->n * (double)product->k;
    cut(&job, rk_runs_v4() ? HEIGHT_V4 : HEIGHT_V3, stack, work);
    const size_t tasks = stack * job.row_pieces * job.column_pieces;
    const size_t minimum = (size_t)((1 << 17) / (work / (double)tasks + 1)) + 1;
    rk_parallel(tasks, minimum, rk_runs_v4() ? product_range_v4 : product_range_v3, &job);
    return !failed;
}

// MARK: Packing

size_t rk_packed_count(size_t k, size_t n) { return k * rounded(n, 16); }

typedef struct {
    size_t k, n;
    const float *b;
    ptrdiff_t step, column;
    float *packed;
} pack_job;

RK_INLINE void pack(const pack_job *job, size_t begin, size_t end) {
    for (size_t panel = begin; panel < end; panel++)
        for (size_t p = 0; p < job->k; p += DEPTH) {
            const size_t depth = smaller(DEPTH, job->k - p);
            const size_t first = panel * PANEL, last = smaller(first + PANEL, job->n);
            pack_columns(depth, first, last, job->b + (ptrdiff_t)p * job->step, job->step, job->column,
                         job->packed + p * rounded(job->n, 16) + first * depth);
        }
}

RK_V3 static void pack_v3(const void *job, size_t begin, size_t end) { pack(job, begin, end); }
RK_V4_WIDE static void pack_v4(const void *job, size_t begin, size_t end) { pack(job, begin, end); }

static void share_panels(const pack_job *job, void (*range)(const void *, size_t, size_t)) {
    rk_parallel((job->n + PANEL - 1) / PANEL, RK_CHEAP_GRAIN / (job->k * PANEL + 1) + 1, range, job);
}

void rk_pack_f32(size_t k, size_t n, const float *b, ptrdiff_t b_step, ptrdiff_t b_column, float *packed) {
    const pack_job job = {k, n, b, b_step, b_column, packed};
    share_panels(&job, rk_runs_v4() ? pack_v4 : pack_v3);
}

static void unpack_range(const void *context, size_t begin, size_t end) {
    const pack_job *job = context;
    const size_t all = rounded(job->n, 16);
    for (size_t first = begin * PANEL; first < end * PANEL && first < job->n; first += PANEL) {
        const size_t width = smaller(PANEL, job->n - first), padded = rounded(width, 16);
        for (size_t p = 0; p < job->k; p++) {
            const size_t block = p / DEPTH * DEPTH, depth = smaller(DEPTH, job->k - block);
            const float *from = job->packed + block * all + first * depth + (p - block) * padded;
            for (size_t j = 0; j < width; j++)
                ((float *)job->b)[(ptrdiff_t)p * job->step + (ptrdiff_t)(first + j) * job->column] = from[j];
        }
    }
}

void rk_unpack_f32(size_t k, size_t n, const float *packed, float *b, ptrdiff_t b_step, ptrdiff_t b_column) {
    const pack_job job = {k, n, b, b_step, b_column, (float *)packed};
    share_panels(&job, unpack_range);
}
