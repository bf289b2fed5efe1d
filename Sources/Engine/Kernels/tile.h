// A product of matrices small enough to stay in registers while it is summed up.
#pragma once
#include "vector16.h"

/// c[rows, 16 · vectors] (+)= a[rows, depth] b[depth, 16 · vectors], for up to 12 rows and 3 vectors, which the compiler
/// knows. An element of `a` is found by its row and step, so that it may lie turned.
RK_INLINE void product_tile(const size_t rows, const size_t vectors, size_t depth, const float *a, ptrdiff_t a_row,
                            ptrdiff_t a_step, const float *b, size_t b_step, float *c, ptrdiff_t c_row, int accumulate) {
    v16 sum[12][3];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++)
            sum[r][s] = accumulate ? load16(c + (ptrdiff_t)r * c_row + 16 * s) : (v16){0};
    for (size_t p = 0; p < depth; p++, a += a_step, b += b_step) {
        v16 column[3];
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) column[s] = load16(b + 16 * s);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            const v16 factor = splat16(a[(ptrdiff_t)r * a_row]);
#pragma clang loop unroll(full)
            for (size_t s = 0; s < vectors; s++) sum[r][s] = sum[r][s] + factor * column[s];
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) store16(c + (ptrdiff_t)r * c_row + 16 * s, sum[r][s]);
}
