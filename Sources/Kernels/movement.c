// Moving and converting elements.
#include "dispatch.h"
#include "include/kernels.h"
#include <string.h>

#define STRIDED(TYPE)                                                                                                  \
    { const TYPE *s = source; TYPE *o = out; for (size_t i = 0; i < n; i++) o[i] = s[(ptrdiff_t)i * stride]; }

RK_CLONES void rk_gather_strided(size_t element_size, size_t n, const void *source, ptrdiff_t stride, void *out) {
    if (stride == 1) { memcpy(out, source, n * element_size); return; }
    switch (element_size) {
    case 2: STRIDED(uint16_t) break;
    case 4: STRIDED(uint32_t) break;
    case 8: STRIDED(uint64_t) break;
    }
}

#define SCATTERED(TYPE)                                                                                                \
    { const TYPE *s = source; TYPE *o = out; for (size_t i = 0; i < n; i++) o[(ptrdiff_t)i * stride] = s[i]; }

RK_CLONES void rk_scatter_strided(size_t element_size, size_t n, const void *source, void *out, ptrdiff_t stride) {
    if (stride == 1) { memcpy(out, source, n * element_size); return; }
    switch (element_size) {
    case 2: SCATTERED(uint16_t) break;
    case 4: SCATTERED(uint32_t) break;
    case 8: SCATTERED(uint64_t) break;
    }
}

static inline uint32_t bits(float x) { uint32_t u; memcpy(&u, &x, 4); return u; }
static inline float from_bits(uint32_t u) { float x; memcpy(&x, &u, 4); return x; }

RK_CLONES void rk_f32_to_bf16(size_t n, const float *x, uint16_t *y) {
    for (size_t i = 0; i < n; i++) {
        uint32_t u = bits(x[i]);
        uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
        y[i] = (u & 0x7fffffffu) > 0x7f800000u ? (uint16_t)((u >> 16) | 0x40u) : (uint16_t)rounded;
    }
}

RK_CLONES void rk_bf16_to_f32(size_t n, const uint16_t *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = from_bits((uint32_t)x[i] << 16);
}

RK_CLONES void rk_f16_to_f32(size_t n, const uint16_t *x, float *y) {
    for (size_t i = 0; i < n; i++) { _Float16 h; memcpy(&h, &x[i], 2); y[i] = (float)h; }
}

RK_CLONES void rk_f32_to_f16(size_t n, const float *x, uint16_t *y) {
    for (size_t i = 0; i < n; i++) { _Float16 h = (_Float16)x[i]; memcpy(&y[i], &h, 2); }
}

void rk_patches_gather_f32(rk_patches p, const float *x, float *columns) {
    for (size_t b = 0; b < p.batch; b++)
        for (size_t oy = 0; oy < p.out_height; oy++)
            for (size_t ox = 0; ox < p.out_width; ox++)
                for (size_t ky = 0; ky < p.kernel_height; ky++)
                    for (size_t kx = 0; kx < p.kernel_width; kx++, columns += p.channels) {
                        ptrdiff_t y = (ptrdiff_t)(oy * p.stride_y + ky * p.dilation_y) - p.pad_top;
                        ptrdiff_t z = (ptrdiff_t)(ox * p.stride_x + kx * p.dilation_x) - p.pad_left;
                        if (y < 0 || z < 0 || y >= (ptrdiff_t)p.height || z >= (ptrdiff_t)p.width)
                            memset(columns, 0, p.channels * sizeof(float));
                        else
                            memcpy(columns, x + ((b * p.height + (size_t)y) * p.width + (size_t)z) * p.channels,
                                   p.channels * sizeof(float));
                    }
}

void rk_patches_scatter_f32(rk_patches p, const float *columns, float *x) {
    for (size_t b = 0; b < p.batch; b++)
        for (size_t oy = 0; oy < p.out_height; oy++)
            for (size_t ox = 0; ox < p.out_width; ox++)
                for (size_t ky = 0; ky < p.kernel_height; ky++)
                    for (size_t kx = 0; kx < p.kernel_width; kx++, columns += p.channels) {
                        ptrdiff_t y = (ptrdiff_t)(oy * p.stride_y + ky * p.dilation_y) - p.pad_top;
                        ptrdiff_t z = (ptrdiff_t)(ox * p.stride_x + kx * p.dilation_x) - p.pad_left;
                        if (y < 0 || z < 0 || y >= (ptrdiff_t)p.height || z >= (ptrdiff_t)p.width) continue;
                        float *to = x + ((b * p.height + (size_t)y) * p.width + (size_t)z) * p.channels;
                        for (size_t c = 0; c < p.channels; c++) to[c] += columns[c];
                    }
}
