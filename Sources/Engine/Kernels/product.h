// Products of matrices in float32: how both sides are cut, and the copies of columns that products and packed weights
// share.
#ifndef PRODUCT_H
#define PRODUCT_H

#include "dispatch.h"
#include "vector16.h"
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

#endif
