// Attention in float32, for AVX-512, AVX2 and the baseline: the same text with tiles that fit each one's registers.
#include "attention.h"
#include "dispatch.h"
#include "tile.h"

/// `product_tile` for 8 columns, at half the work; the 8 beside them become 0.
RK_INLINE void half_tile(const size_t rows, size_t depth, const float *a, ptrdiff_t a_stride, const float *b,
                         size_t panel, float *c, ptrdiff_t c_stride, int accumulate) {
    v8 sum[12];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) sum[r] = accumulate ? load8(c + (ptrdiff_t)r * c_stride) : (v8){0};
    for (size_t p = 0; p < depth; p++, b += panel) {
        const v8 column = load8(b);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) sum[r] = sum[r] + a[(ptrdiff_t)r * a_stride + (ptrdiff_t)p] * column;
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        store8(c + (ptrdiff_t)r * c_stride, sum[r]);
        if (!accumulate) store8(c + (ptrdiff_t)r * c_stride + 8, (v8){0});
    }
}

#define TILE_CASE(ROWS)                                                                                                \
    case ROWS:                                                                                                         \
        if ((ROWS) <= most) {                                                                                          \
            if (vectors == 2) product_tile(ROWS, 2, depth, a, a_stride, 1, b, panel, c, c_stride, accumulate);                    \
            else if (vectors == 0) half_tile(ROWS, depth, a, a_stride, b, panel, c, c_stride, accumulate);             \
            else product_tile(ROWS, 1, depth, a, a_stride, 1, b, panel, c, c_stride, accumulate);                                 \
        }                                                                                                              \
        break;

/// Any number of rows up to `most`, which the compiler knows.
RK_INLINE void tile_of(const size_t most, size_t rows, size_t vectors, size_t depth, const float *a,
                       ptrdiff_t a_stride, const float *b, size_t panel, float *c, ptrdiff_t c_stride, int accumulate) {
    switch (rows) {
        TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6)
        TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12)
    }
}

/// Keys [count, width] to panels [count / panel][width][panel], zeros behind the last key.
RK_INLINE void pack_keys(size_t count, size_t width, const float *k, ptrdiff_t stride, size_t panel, float *out) {
    for (size_t first = 0; first < count; first += panel, out += width * panel)
        for (size_t j = 0; j < panel; j += 16) {
            const size_t rows = first + j >= count ? 0 : count - first - j < 16 ? count - first - j : 16;
            const float *from = k + (ptrdiff_t)(first + j) * stride;
            size_t d = 0;
            for (; d + 16 <= width; d += 16) {
                v16 block[16];
                for (size_t r = 0; r < 16; r++)
                    block[r] = r < rows ? load16(from + (ptrdiff_t)r * stride + d) : (v16){0};
                transpose16(block);
                for (size_t i = 0; i < 16; i++) store16(out + (d + i) * panel + j, block[i]);
            }
            for (; d < width; d++)
                for (size_t r = 0; r < 16; r++)
                    out[d * panel + j + r] = r < rows ? from[(ptrdiff_t)r * stride + (ptrdiff_t)d] : 0.0f;
        }
}

/// Values [count, width] to panels [width / panel][count][panel], zeros beside the last column.
RK_INLINE void pack_values(size_t count, size_t width, const float *v, ptrdiff_t stride, size_t panel, float *out) {
    for (size_t d = 0; d < width; d += panel) {
        const size_t columns = width - d < panel ? width - d : panel;
        for (size_t j = 0; j < count; j++, out += panel) {
            const float *from = v + (ptrdiff_t)j * stride + (ptrdiff_t)d;
            if (columns == panel) {
                for (size_t c = 0; c < panel; c += 16) store16(out + c, load16(from + c));
            } else {
                for (size_t c = 0; c < panel; c++) out[c] = c < columns ? from[c] : 0.0f;
            }
        }
    }
}

RK_INLINE void attend_head(const attention_job *job, size_t task, const size_t rows, const size_t panel) {
    const rk_attention *a = &job->a;
    const size_t head = task / job->parts, part = task % job->parts;
    const size_t batch_at = head / a->heads, head_at = head % a->heads, width = a->width;
    const size_t from = a->queries * part / job->parts, to = a->queries * (part + 1) / job->parts;
    const size_t keys = a->causal && to < a->keys ? to : a->keys;
    attention_scratch *s = rk_attention_scratch(job);
    if (!s) { *job->failed = 1; return; }
#define AT(NAME, POINTER) (POINTER) + (ptrdiff_t)batch_at * a->NAME[0] + (ptrdiff_t)head_at * a->NAME[1]
    const float *q = AT(q_strides, job->q), *k = AT(k_strides, job->k), *v = AT(v_strides, job->v);
    const float *mask = a->mask ? AT(mask_strides, a->mask) : NULL;
    float *out = AT(out_strides, job->out);
#undef AT
    const size_t padded_width = rounded_up(width, panel);
    for (size_t first = 0; first < keys; first += KEY_BLOCK) {
        const size_t count = keys - first < KEY_BLOCK ? keys - first : KEY_BLOCK;
        pack_keys(count, width, k + (ptrdiff_t)first * a->k_strides[2], a->k_strides[2], panel, s->keys + first * width);
        pack_values(count, width, v + (ptrdiff_t)first * a->v_strides[2], a->v_strides[2], panel,
                    s->values + first * padded_width);
    }
    const size_t blocks = (to - from + QUERY_BLOCK - 1) / QUERY_BLOCK;
    for (size_t block = 0; block < blocks; block++) {
        // Blocks of about equal size, so that none is left with a few rows only.
        const size_t query = from + (to - from) * block / blocks;
        const size_t queries = from + (to - from) * (block + 1) / blocks - query, tiles = (queries + rows - 1) / rows;
        const size_t seen = a->causal && query + queries < keys ? query + queries : keys;
        for (size_t i = 0; i < queries; i++) { s->top[i] = -INFINITY; s->total[i] = 0; }
        for (size_t first = 0; first < seen; first += KEY_BLOCK) {
            const size_t count = seen - first < KEY_BLOCK ? seen - first : KEY_BLOCK;
            const float *packed = s->keys + first * width;
            for (size_t j = 0; j < count; j += panel, packed += width * panel)
                for (size_t t = 0; t < tiles; t++) {
                    const size_t top = queries * t / tiles, bottom = queries * (t + 1) / tiles;
                    tile_of(rows, bottom - top, vectors_in(j, count, panel), width,
                            q + (ptrdiff_t)(query + top) * a->q_strides[2], a->q_strides[2], packed, panel,
                            s->scores + top * SCORE_STRIDE + j, SCORE_STRIDE, 0);
                }
            for (size_t i = 0; i < queries; i++) {
                size_t own = count;
                if (a->causal && query + i + 1 < first + count) own = query + i + 1 > first ? query + i + 1 - first : 0;
                const float *added = mask ? mask + (ptrdiff_t)(query + i) * a->mask_strides[2] + first : NULL;
                const float shrink = softmax_step(s->scores + i * SCORE_STRIDE, own, rounded_up(count, 16), a->scale,
                                                  added, &s->top[i], &s->total[i]);
                if (first > 0 && shrink != 1.0f) scale_row(s->results + i * padded_width, padded_width, shrink);
            }
            // The values were packed by blocks of keys, whose full length sets the distance between panels.
            const size_t length = keys - first < KEY_BLOCK ? keys - first : KEY_BLOCK;
            const float *values = s->values + first * padded_width;
            for (size_t d = 0; d < width; d += panel, values += length * panel)
                for (size_t t = 0; t < tiles; t++) {
                    const size_t top = queries * t / tiles, bottom = queries * (t + 1) / tiles;
                    tile_of(rows, bottom - top, vectors_in(d, width, panel), count, s->scores + top * SCORE_STRIDE,
                            SCORE_STRIDE, values, panel, s->results + top * padded_width + d, (ptrdiff_t)padded_width,
                            first > 0);
                }
        }
        for (size_t i = 0; i < queries; i++) {
            float *result = s->results + i * padded_width;
            scale_row(result, padded_width, 1.0f / s->total[i]);
            memcpy(out + (ptrdiff_t)(query + i) * a->out_strides[2], result, width * sizeof(float));
        }
    }
}

RK_V4_WIDE static void attention_range_v4(const void *job, size_t begin, size_t end) {
    for (size_t task = begin; task < end; task++) attend_head(job, task, 12, 32);
}
RK_V3 static void attention_range_v3(const void *job, size_t begin, size_t end) {
    for (size_t task = begin; task < end; task++) attend_head(job, task, 6, 16);
}

void rk_attention_range_f32(const void *job, size_t begin, size_t end) {
    (rk_runs_v4() ? attention_range_v4 : attention_range_v3)(job, begin, end);
}
