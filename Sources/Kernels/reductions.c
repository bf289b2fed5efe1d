// Reductions over rows and columns. Sums run in eight partial sums, so that they vectorise and their rounding error
// grows slowly; the order is fixed, so the same input gives the same bits.
#include "dispatch.h"
#include "include/kernels.h"
#include <math.h>
#include <string.h>

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

RK_CLONES static float sum(size_t n, const float *x) { LANE_SUM(v) }
RK_CLONES static float sum_of_squares(size_t n, const float *x) { LANE_SUM(v * v) }
RK_CLONES static float abs_sum(size_t n, const float *x) { LANE_SUM(fabsf(v)) }

static float maximum(size_t n, const float *x) {
    float m = -INFINITY;
    for (size_t i = 0; i < n; i++) { if (x[i] != x[i]) return x[i]; if (x[i] > m) m = x[i]; }
    return m;
}
static float minimum(size_t n, const float *x) {
    float m = INFINITY;
    for (size_t i = 0; i < n; i++) { if (x[i] != x[i]) return x[i]; if (x[i] < m) m = x[i]; }
    return m;
}

void rk_reduce_rows_f32(rk_reduce_op op, size_t rows, size_t columns, const float *x, float *out) {
    for (size_t r = 0; r < rows; r++, x += columns) switch (op) {
        case RK_SUM: out[r] = sum(columns, x); break;
        case RK_SUM_OF_SQUARES: out[r] = sum_of_squares(columns, x); break;
        case RK_ABS_SUM: out[r] = abs_sum(columns, x); break;
        case RK_MAXIMUM: out[r] = maximum(columns, x); break;
        case RK_MINIMUM: out[r] = minimum(columns, x); break;
    }
}

RK_CLONES void rk_sum_columns_f32(size_t rows, size_t columns, const float *x, float *out) {
    memset(out, 0, columns * sizeof(float));
    for (size_t r = 0; r < rows; r++, x += columns)
        for (size_t c = 0; c < columns; c++) out[c] += x[c];
}

void rk_arg_rows_f32(int want_maximum, size_t rows, size_t columns, const float *x, int64_t *out) {
    for (size_t r = 0; r < rows; r++, x += columns) {
        size_t best = 0;
        for (size_t c = 1; c < columns; c++)
            if (want_maximum ? x[c] > x[best] : x[c] < x[best]) best = c;
        out[r] = (int64_t)best;
    }
}

int rk_all_finite_f32(size_t n, const float *x) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, &x[i], 4);
        bad |= (u & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}
