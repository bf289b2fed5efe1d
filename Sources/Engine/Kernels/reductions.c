// Reductions over rows and columns. Sums run in partial sums, so that they vectorise and their rounding error grows
// slowly; the order is fixed, so the same input gives the same bits on any number of threads.
#include "dispatch.h"
#include "include/kernels.h"
#include "element.h"
#include "parallel.h"

enum { LANES = 32, BLOCK = 4096 };

#define LANE_SUM(EXPR)                                                                                                 \
    double total = 0;                                                                                                  \
    for (size_t start = 0; start < n; start += BLOCK) {                                                                \
        size_t end = start + BLOCK < n ? start + BLOCK : n, i = start;                                                 \
        float lanes[LANES] = {0};                                                                                      \
        for (; i + LANES <= end; i += LANES)                                                                           \
            for (int l = 0; l < LANES; l++) { float v = x[i + (size_t)l]; lanes[l] += (EXPR); }                        \
        for (; i < end; i++) { float v = x[i]; lanes[0] += (EXPR); }                                                   \
        for (int l = 0; l < LANES; l++) total += lanes[l];                                                             \
    }                                                                                                                  \
    return (float)total;

RK_FUNCTION(static, float, sum, (size_t n, const float *x), (n, x)) { LANE_SUM(v) }
RK_FUNCTION(static, float, sum_of_squares, (size_t n, const float *x), (n, x)) { LANE_SUM(v * v) }
RK_FUNCTION(static, float, abs_sum, (size_t n, const float *x), (n, x)) { LANE_SUM(fabsf(v)) }

/// The extreme value; a NaN anywhere is what comes out, as in PyTorch.
#define LANE_EXTREME(START, BETTER)                                                                                    \
    float lanes[LANES], best = START;                                                                                  \
    uint32_t nan = 0;                                                                                                  \
    for (int l = 0; l < LANES; l++) lanes[l] = START;                                                                  \
    size_t i = 0;                                                                                                      \
    for (; i + LANES <= n; i += LANES)                                                                                 \
        for (int l = 0; l < LANES; l++) {                                                                              \
            const float v = x[i + (size_t)l];                                                                          \
            lanes[l] = v BETTER lanes[l] ? v : lanes[l];                                                               \
            nan |= v != v;                                                                                             \
        }                                                                                                              \
    for (; i < n; i++) { const float v = x[i]; best = v BETTER best ? v : best; nan |= v != v; }                       \
    for (int l = 0; l < LANES; l++) best = lanes[l] BETTER best ? lanes[l] : best;                                     \
    return nan ? NAN : best;

RK_FUNCTION(static, float, maximum, (size_t n, const float *x), (n, x)) { LANE_EXTREME(-INFINITY, >) }
RK_FUNCTION(static, float, minimum, (size_t n, const float *x), (n, x)) { LANE_EXTREME(INFINITY, <) }

typedef struct {
    int op;
    size_t rows, columns;
    const float *x;
    float *out;
    int64_t *indexes;
    const uint16_t *bf16;  // x in bfloat16
} reduction;

static void reduce_range(const void *context, size_t begin, size_t end) {
    const reduction *r = context;
    const size_t columns = r->columns;
    const float *x = r->x + begin * columns;
    for (size_t row = begin; row < end; row++, x += columns) switch ((rk_reduce_op)r->op) {
        case RK_SUM: r->out[row] = sum(columns, x); break;
        case RK_SUM_OF_SQUARES: r->out[row] = sum_of_squares(columns, x); break;
        case RK_ABS_SUM: r->out[row] = abs_sum(columns, x); break;
        case RK_MAXIMUM: r->out[row] = maximum(columns, x); break;
        case RK_MINIMUM: r->out[row] = minimum(columns, x); break;
    }
}

/// Rows that together are worth a thread.
static size_t rows_for(size_t grain, size_t columns) { return grain / (columns + 1) + 1; }

void rk_reduce_rows_f32(rk_reduce_op op, size_t rows, size_t columns, const float *x, float *out) {
    const reduction r = {.op = (int)op, .rows = rows, .columns = columns, .x = x, .out = out};
    rk_parallel(rows, rows_for(RK_CHEAP_GRAIN, columns), reduce_range, &r);
}

// The columns are shared out, not the rows: each sum then runs in row order whatever the number of threads.
RK_INLINE void sum_columns(const reduction *r, const void *x, size_t begin, size_t end, int is_bf16) {
    enum { STRIP = 256, RUN = 512 };
    for (size_t strip = begin; strip < end; strip += STRIP) {
        const size_t width = end - strip < STRIP ? end - strip : STRIP;
        float total[STRIP] = {0};
        for (size_t first = 0; first < r->rows; first += RUN) {
            const size_t last = first + RUN < r->rows ? first + RUN : r->rows;
            float partial[STRIP] = {0};
            for (size_t row = first; row < last; row++) {
                const size_t at = row * r->columns + strip;
                for (size_t c = 0; c < width; c++) partial[c] += read1(x, at + c, is_bf16);
            }
            for (size_t c = 0; c < width; c++) total[c] += partial[c];
        }
        memcpy(r->out + strip, total, width * sizeof(float));
    }
}

RK_RANGE(sum_columns_range) {
    const reduction *r = context;
    if (r->bf16) sum_columns(r, r->bf16, begin, end, 1);
    else sum_columns(r, r->x, begin, end, 0);
}

void rk_sum_columns_f32(size_t rows, size_t columns, const float *x, float *out) {
    const reduction r = {.rows = rows, .columns = columns, .x = x, .out = out};
    rk_parallel(columns, rows_for(RK_CHEAP_GRAIN, rows), sum_columns_range, &r);
}

void rk_sum_columns_bf16(size_t rows, size_t columns, const uint16_t *x, float *out) {
    const reduction r = {.rows = rows, .columns = columns, .bf16 = x, .out = out};
    rk_parallel(columns, rows_for(RK_CHEAP_GRAIN, rows), sum_columns_range, &r);
}

static void arg_range(const void *context, size_t begin, size_t end) {
    const reduction *r = context;
    const float *x = r->x + begin * r->columns;
    for (size_t row = begin; row < end; row++, x += r->columns) {
        const float best = r->op ? maximum(r->columns, x) : minimum(r->columns, x);
        size_t at = 0;
        // The first that equals the extreme; the first NaN where there is one.
        while (at + 1 < r->columns && !(best != best ? x[at] != x[at] : x[at] == best)) at++;
        r->indexes[row] = (int64_t)at;
    }
}

void rk_arg_rows_f32(int want_maximum, size_t rows, size_t columns, const float *x, int64_t *out) {
    const reduction r = {.op = want_maximum, .rows = rows, .columns = columns, .x = x, .indexes = out};
    rk_parallel(rows, rows_for(RK_CHEAP_GRAIN, columns), arg_range, &r);
}

RK_FUNCTION(, int, rk_all_finite_f32, (size_t n, const float *x), (n, x)) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) bad |= (rk_bits(x[i]) & 0x7f800000u) == 0x7f800000u;
    return !bad;
}
