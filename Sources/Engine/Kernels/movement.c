// Moving and converting elements.
#include "dispatch.h"
#include "include/kernels.h"
#include "element.h"
#include "parallel.h"
#include <string.h>

#define STRIDED(TYPE)                                                                                                  \
    { const TYPE *s = source; TYPE *o = out; for (size_t i = 0; i < n; i++) o[i] = s[(ptrdiff_t)i * stride]; }

RK_FUNCTION(, void, rk_gather_strided, (size_t element_size, size_t n, const void *source, ptrdiff_t stride, void *out),
            (element_size, n, source, stride, out)) {
    if (stride == 1) { memcpy(out, source, n * element_size); return; }
    switch (element_size) {
    case 2: STRIDED(uint16_t) break;
    case 4: STRIDED(uint32_t) break;
    case 8: STRIDED(uint64_t) break;
    }
}

#define SCATTERED(TYPE)                                                                                                \
    { const TYPE *s = source; TYPE *o = out; for (size_t i = 0; i < n; i++) o[(ptrdiff_t)i * stride] = s[i]; }

RK_FUNCTION(, void, rk_scatter_strided, (size_t element_size, size_t n, const void *source, void *out, ptrdiff_t stride),
            (element_size, n, source, out, stride)) {
    if (stride == 1) { memcpy(out, source, n * element_size); return; }
    switch (element_size) {
    case 2: SCATTERED(uint16_t) break;
    case 4: SCATTERED(uint32_t) break;
    case 8: SCATTERED(uint64_t) break;
    }
}

typedef struct {
    size_t bytes;
    const char *source;
    char *out;
    ptrdiff_t source_step, out_step;
} row_copy;

static void copy_rows_range(const void *context, size_t begin, size_t end) {
    const row_copy *job = context;
    const char *source = job->source + (ptrdiff_t)begin * job->source_step;
    char *out = job->out + (ptrdiff_t)begin * job->out_step;
    for (size_t row = begin; row < end; row++, source += job->source_step, out += job->out_step)
        memcpy(out, source, job->bytes);
}

void rk_copy_rows(size_t rows, size_t bytes, const void *source, ptrdiff_t source_step, void *out, ptrdiff_t out_step) {
    const row_copy job = {bytes, source, out, source_step, out_step};
    rk_parallel(rows, RK_CHEAP_GRAIN * sizeof(float) / (bytes + 1) + 1, copy_rows_range, &job);
}

typedef struct {
    const void *x;
    void *y;
} conversion;

RK_RANGE(narrow_range) {
    const conversion *job = context;
    const float *restrict x = job->x;
    uint16_t *restrict y = job->y;
    for (size_t i = begin; i < end; i++) y[i] = rk_narrow(x[i]);
}

RK_RANGE(widen_range) {
    const conversion *job = context;
    const uint16_t *restrict x = job->x;
    float *restrict y = job->y;
    for (size_t i = begin; i < end; i++) y[i] = rk_widen(x[i]);
}

void rk_f32_to_bf16(size_t n, const float *x, uint16_t *y) {
    const conversion job = {x, y};
    rk_parallel(n, RK_CHEAP_GRAIN, narrow_range, &job);
}

void rk_bf16_to_f32(size_t n, const uint16_t *x, float *y) {
    const conversion job = {x, y};
    rk_parallel(n, RK_CHEAP_GRAIN, widen_range, &job);
}

RK_RANGE(widen_f16_range) {
    const conversion *job = context;
    const uint16_t *restrict x = job->x;
    float *restrict y = job->y;
    for (size_t i = begin; i < end; i++) { _Float16 h; memcpy(&h, &x[i], 2); y[i] = (float)h; }
}

void rk_f16_to_f32(size_t n, const uint16_t *x, float *y) {
    const conversion job = {x, y};
    rk_parallel(n, RK_CHEAP_GRAIN, widen_f16_range, &job);
}

RK_FUNCTION(, void, rk_f32_to_f16, (size_t n, const float *x, uint16_t *y), (n, x, y)) {
    for (size_t i = 0; i < n; i++) { _Float16 h = (_Float16)x[i]; memcpy(&y[i], &h, 2); }
}

/// Where the channels of a pixel of a patch begin in a feature map; -1 beyond its border.
static ptrdiff_t patch_pixel(const rk_patches *p, size_t b, size_t oy, size_t ox, size_t ky, size_t kx) {
    const ptrdiff_t y = (ptrdiff_t)(oy * p->stride_y + ky * p->dilation_y) - p->pad_top;
    const ptrdiff_t x = (ptrdiff_t)(ox * p->stride_x + kx * p->dilation_x) - p->pad_left;
    if (y < 0 || x < 0 || y >= (ptrdiff_t)p->height || x >= (ptrdiff_t)p->width) return -1;
    return (ptrdiff_t)(((b * p->height + (size_t)y) * p->width + (size_t)x) * p->channels);
}

/// What follows is done for each pixel of each patch, in the order of the columns.
#define FOR_PATCH_PIXELS(P)                                                                                            \
    for (size_t b = 0; b < (P).batch; b++)                                                                             \
        for (size_t oy = 0; oy < (P).out_height; oy++)                                                                 \
            for (size_t ox = 0; ox < (P).out_width; ox++)                                                              \
                for (size_t ky = 0; ky < (P).kernel_height; ky++)                                                      \
                    for (size_t kx = 0; kx < (P).kernel_width; kx++)

void rk_patches_gather_f32(rk_patches p, const float *x, float *columns) {
    FOR_PATCH_PIXELS(p) {
        const ptrdiff_t at = patch_pixel(&p, b, oy, ox, ky, kx);
        if (at < 0) memset(columns, 0, p.channels * sizeof(float));
        else memcpy(columns, x + at, p.channels * sizeof(float));
        columns += p.channels;
    }
}

void rk_patches_scatter_f32(rk_patches p, const float *columns, float *x) {
    FOR_PATCH_PIXELS(p) {
        const ptrdiff_t at = patch_pixel(&p, b, oy, ox, ky, kx);
        if (at >= 0)
            for (size_t c = 0; c < p.channels; c++) x[at + (ptrdiff_t)c] += columns[c];
        columns += p.channels;
    }
}
