// What one thread multiplies at a time: copies of a few rows, times a panel of columns, summed up in registers.
#ifndef PRODUCT_TILE_H
#define PRODUCT_TILE_H

#include "product.h"

// MARK: Copies of rows

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

#endif
