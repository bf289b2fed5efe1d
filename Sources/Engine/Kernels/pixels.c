// Pictures with 8 bits a channel, one plane at a time.
#include "dispatch.h"
#include "include/kernels.h"
#include <string.h>

RK_FUNCTION(, void, rk_unit_to_u8, (size_t n, const float *x, uint8_t *y), (n, x, y)) {
    for (size_t i = 0; i < n; i++) {
        // The comparison is false for NaN, which becomes 0.
        float v = x[i] > 0 ? x[i] : 0;
        v = v < 1 ? v : 1;
        y[i] = (uint8_t)(v * 255.0f + 0.5f);
    }
}

RK_FUNCTION(, void, rk_u8_lookup_f32, (size_t n, const uint8_t *x, const float *table, float *y), (n, x, table, y)) {
    for (size_t i = 0; i < n; i++) y[i] = table[x[i]];
}

// A sum in fixed point to 8 bits, rounded and clipped.
static inline uint8_t settle(int32_t sum) {
    int32_t v = sum >> RK_RESAMPLE_BITS;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

RK_FUNCTION(, void, rk_resample_rows_u8, (rk_taps taps, size_t rows, size_t width, const uint8_t *x, uint8_t *y),
            (taps, rows, width, x, y)) {
    for (size_t row = 0; row < rows; row++, x += width, y += taps.outputs)
        for (size_t o = 0; o < taps.outputs; o++) {
            const uint8_t *from = x + taps.starts[o];
            const int32_t *weights = taps.weights + o * taps.stride;
            int32_t sum = 1 << (RK_RESAMPLE_BITS - 1);
            for (int32_t k = 0; k < taps.counts[o]; k++) sum += from[k] * weights[k];
            y[o] = settle(sum);
        }
}

// Columns in blocks, so that the sums stay in the nearest cache.
enum { BLOCK = 1024 };

RK_FUNCTION(, void, rk_resample_columns_u8, (rk_taps taps, size_t width, const uint8_t *x, uint8_t *y),
            (taps, width, x, y)) {
    int32_t sums[BLOCK];
    for (size_t first = 0; first < width; first += BLOCK) {
        size_t n = width - first < BLOCK ? width - first : BLOCK;
        for (size_t o = 0; o < taps.outputs; o++) {
            for (size_t i = 0; i < n; i++) sums[i] = 1 << (RK_RESAMPLE_BITS - 1);
            for (int32_t k = 0; k < taps.counts[o]; k++) {
                const uint8_t *from = x + (size_t)(taps.starts[o] + k) * width + first;
                int32_t weight = taps.weights[o * taps.stride + k];
                for (size_t i = 0; i < n; i++) sums[i] += from[i] * weight;
            }
            uint8_t *to = y + o * width + first;
            for (size_t i = 0; i < n; i++) to[i] = settle(sums[i]);
        }
    }
}
