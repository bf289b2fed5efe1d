// Whole numbers of 64 bits, exactly. A result that has no place among them is reported, never wrapped round.
#include "dispatch.h"
#include "include/kernels.h"

// MARK: Two operands

/// The place of the first pair without a result comes back; `n` when all have one.
#define CHECKED_LOOP(FAILS)                                                                                            \
    for (size_t i = 0; i < n; i++) {                                                                                   \
        const int64_t x = a[(ptrdiff_t)i * stride_a], y = b[(ptrdiff_t)i * stride_b];                                  \
        if (FAILS) return i;                                                                                           \
    }                                                                                                                  \
    return n;

#define PLAIN_LOOP(EXPR)                                                                                               \
    for (size_t i = 0; i < n; i++) {                                                                                   \
        const int64_t x = a[(ptrdiff_t)i * stride_a], y = b[(ptrdiff_t)i * stride_b];                                  \
        out[i] = (EXPR);                                                                                               \
    }                                                                                                                  \
    return n;

/// Rounded down, as Python's `//`; 1 when there is no quotient.
static int floor_quotient(int64_t x, int64_t y, int64_t *out) {
    if (y == 0 || (x == INT64_MIN && y == -1)) return 1;
    *out = x / y - ((x % y != 0) && ((x < 0) != (y < 0)));
    return 0;
}

/// With the sign of the divisor, as Python's `%`; 1 when there is no remainder.
static int floor_remainder(int64_t x, int64_t y, int64_t *out) {
    if (y == 0) return 1;
    const int64_t rest = y == -1 ? 0 : x % y;
    *out = rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    return 0;
}

static int power(int64_t x, int64_t y, int64_t *out) {
    if (y < 0) return 1;
    int64_t result = 1, square = x;
    for (;;) {
        if ((y & 1) && __builtin_mul_overflow(result, square, &result)) return 1;
        y >>= 1;
        if (y == 0) break;
        // What is left of the exponent multiplies by this square at least once.
        if (__builtin_mul_overflow(square, square, &square)) return 1;
    }
    *out = result;
    return 0;
}

size_t rk_binary_i64(rk_binary_op op, size_t n, const int64_t *a, ptrdiff_t stride_a, const int64_t *b,
                     ptrdiff_t stride_b, int64_t *out) {
    switch (op) {
    case RK_ADD: CHECKED_LOOP(__builtin_add_overflow(x, y, out + i))
    case RK_SUB: CHECKED_LOOP(__builtin_sub_overflow(x, y, out + i))
    case RK_MUL: CHECKED_LOOP(__builtin_mul_overflow(x, y, out + i))
    case RK_POW: CHECKED_LOOP(power(x, y, out + i))
    case RK_MOD: CHECKED_LOOP(floor_remainder(x, y, out + i))
    case RK_FLOOR_DIV: CHECKED_LOOP(floor_quotient(x, y, out + i))
    case RK_MAX: PLAIN_LOOP(x > y ? x : y)
    case RK_MIN: PLAIN_LOOP(x < y ? x : y)
    default: return 0;
    }
}

RK_FUNCTION(, void, rk_compare_i64,
            (rk_binary_op op, size_t n, const int64_t *a, ptrdiff_t stride_a, const int64_t *b, ptrdiff_t stride_b,
             float *out),
            (op, n, a, stride_a, b, stride_b, out)) {
    for (size_t i = 0; i < n; i++) {
        const int64_t x = a[(ptrdiff_t)i * stride_a], y = b[(ptrdiff_t)i * stride_b];
        const int less = x < y, equal = x == y;
        switch (op) {
        case RK_GREATER: out[i] = (float)(!less && !equal); break;
        case RK_GREATER_EQUAL: out[i] = (float)!less; break;
        case RK_LESS: out[i] = (float)less; break;
        case RK_LESS_EQUAL: out[i] = (float)(less || equal); break;
        case RK_EQUAL: out[i] = (float)equal; break;
        default: out[i] = (float)!equal; break;
        }
    }
}

// MARK: Rows

int rk_sum_rows_i64(size_t rows, size_t columns, const int64_t *x, int64_t *out) {
    for (size_t r = 0; r < rows; r++) {
        __int128 total = 0;
        for (size_t i = 0; i < columns; i++) total += x[r * columns + i];
        out[r] = (int64_t)total;
        if (out[r] != total) return 0;
    }
    return 1;
}

void rk_mean_rows_i64(size_t rows, size_t columns, const int64_t *x, float *out) {
    for (size_t r = 0; r < rows; r++) {
        __int128 total = 0;
        for (size_t i = 0; i < columns; i++) total += x[r * columns + i];
        out[r] = (float)((double)total / (double)columns);
    }
}

void rk_extreme_rows_i64(int want_maximum, size_t rows, size_t columns, const int64_t *x, int64_t *value,
                         int64_t *place) {
    for (size_t r = 0; r < rows; r++) {
        const int64_t *row = x + r * columns;
        size_t best = 0;
        for (size_t i = 1; i < columns; i++)
            if (want_maximum ? row[i] > row[best] : row[i] < row[best]) best = i;
        if (value) value[r] = row[best];
        if (place) place[r] = (int64_t)best;
    }
}

int rk_running_sums_i64(size_t rows, size_t columns, int64_t *x) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 1; i < columns; i++) {
            int64_t *at = x + r * columns + i;
            if (__builtin_add_overflow(at[-1], at[0], at)) return 0;
        }
    return 1;
}

int rk_product_i64(size_t m, size_t k, size_t n, const int64_t *a, const int64_t *b, int64_t *out) {
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            __int128 total = 0;
            for (size_t l = 0; l < k; l++)
                if (__builtin_add_overflow(total, (__int128)a[i * k + l] * b[l * n + j], &total)) return 0;
            out[i * n + j] = (int64_t)total;
            if (out[i * n + j] != total) return 0;
        }
    return 1;
}
