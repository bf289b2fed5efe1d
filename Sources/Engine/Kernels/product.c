// Products of matrices in float32, with what follows them. Blocks of both sides are copied to where the inner loop
// walks them straight: `a` to tiles of a few rows, `b` to panels of one or two vectors (Goto and van de Geijn 2008).
#include "parallel.h"
#include "product_tile.h"
#include <stdatomic.h>

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
