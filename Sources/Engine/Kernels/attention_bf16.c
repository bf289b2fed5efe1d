// Attention in bfloat16 for processors with its dot products (AVX512-BF16): each takes two neighbours at once, so keys
// and values are packed as pairs. Sums and the softmax run in float32.
#include "attention.h"

#include <immintrin.h>

#define BF16_TARGET __attribute__((target("arch=x86-64-v4,avx512bf16"), min_vector_width(512)))
#define BF16_INLINE static inline __attribute__((always_inline, target("arch=x86-64-v4,avx512bf16")))

enum { ROWS = 12, PANEL = 32 };

RK_INLINE uint32_t pair_at(const uint16_t *p) { uint32_t u; memcpy(&u, p, 4); return u; }

/// c[rows, 16 · vectors] (+)= a[rows, 2 · pairs] b[pairs, PANEL, 2].
BF16_INLINE void tile(const size_t rows, const size_t vectors, size_t pairs, const uint16_t *a, ptrdiff_t a_stride,
                      const uint32_t *b, float *c, ptrdiff_t c_stride, int accumulate) {
    __m512 sum[ROWS][2];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++)
            sum[r][s] = accumulate ? _mm512_loadu_ps(c + (ptrdiff_t)r * c_stride + 16 * s) : _mm512_setzero_ps();
    for (size_t p = 0; p < pairs; p++, b += PANEL) {
        __m512bh column[2];
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) column[s] = (__m512bh)_mm512_loadu_si512(b + 16 * s);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            const __m512bh factor = (__m512bh)_mm512_set1_epi32((int)pair_at(a + (ptrdiff_t)r * a_stride + 2 * p));
#pragma clang loop unroll(full)
            for (size_t s = 0; s < vectors; s++) sum[r][s] = _mm512_dpbf16_ps(sum[r][s], factor, column[s]);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t s = 0; s < vectors; s++) _mm512_storeu_ps(c + (ptrdiff_t)r * c_stride + 16 * s, sum[r][s]);
}

/// The same for 8 columns, at half the work; the 8 beside them become 0.
BF16_INLINE void half_tile(const size_t rows, size_t pairs, const uint16_t *a, ptrdiff_t a_stride, const uint32_t *b,
                           float *c, ptrdiff_t c_stride, int accumulate) {
    __m256 sum[ROWS];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
        sum[r] = accumulate ? _mm256_loadu_ps(c + (ptrdiff_t)r * c_stride) : _mm256_setzero_ps();
    for (size_t p = 0; p < pairs; p++, b += PANEL) {
        const __m256bh column = (__m256bh)_mm256_loadu_si256((const __m256i *)b);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            const __m256bh factor = (__m256bh)_mm256_set1_epi32((int)pair_at(a + (ptrdiff_t)r * a_stride + 2 * p));
            sum[r] = _mm256_dpbf16_ps(sum[r], factor, column);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        _mm256_storeu_ps(c + (ptrdiff_t)r * c_stride, sum[r]);
        if (!accumulate) _mm256_storeu_ps(c + (ptrdiff_t)r * c_stride + 8, _mm256_setzero_ps());
    }
}

#define TILE_CASE(COUNT)                                                                                               \
    case COUNT:                                                                                                        \
        if (vectors == 2) tile(COUNT, 2, pairs, a, a_stride, b, c, c_stride, accumulate);                              \
        else if (vectors == 0) half_tile(COUNT, pairs, a, a_stride, b, c, c_stride, accumulate);                       \
        else tile(COUNT, 1, pairs, a, a_stride, b, c, c_stride, accumulate);                                           \
        break;

BF16_TARGET static void tile_of(size_t rows, size_t vectors, size_t pairs, const uint16_t *a, ptrdiff_t a_stride,
                                const uint32_t *b, float *c, ptrdiff_t c_stride, int accumulate) {
    switch (rows) {
        TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6)
        TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12)
    }
}

/// Keys [count, width] to panels [count / PANEL][pairs][PANEL] of pairs along the width.
BF16_TARGET static void pack_keys(size_t count, size_t width, const uint16_t *k, ptrdiff_t stride, uint32_t *out) {
    const size_t pairs = (width + 1) / 2;
    for (size_t first = 0; first < count; first += PANEL, out += pairs * PANEL)
        for (size_t j = 0; j < PANEL; j += 16) {
            const size_t rows = first + j >= count ? 0 : count - first - j < 16 ? count - first - j : 16;
            const uint16_t *from = k + (ptrdiff_t)(first + j) * stride;
            size_t p = 0;
            for (; 2 * (p + 16) <= width; p += 16) {
                v16 block[16];
                for (size_t r = 0; r < 16; r++) {
                    block[r] = (v16){0};
                    if (r < rows) memcpy(&block[r], from + (ptrdiff_t)r * stride + 2 * p, 64);
                }
                transpose16(block);
                for (size_t i = 0; i < 16; i++) memcpy(out + (p + i) * PANEL + j, &block[i], 64);
            }
            for (; p < pairs; p++)
                for (size_t r = 0; r < 16; r++) {
                    const uint16_t *x = from + (ptrdiff_t)r * stride + 2 * p;
                    uint32_t pair = 0;
                    if (r < rows) pair = 2 * p + 1 < width ? pair_at(x) : x[0];
                    out[p * PANEL + j + r] = pair;
                }
        }
}

BF16_INLINE void pairs16(uint32_t *out, const uint16_t *low, const uint16_t *high) {
    const __m512i a = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)low));
    const __m512i b = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)high));
    _mm512_storeu_si512(out, _mm512_or_si512(a, _mm512_slli_epi32(b, 16)));
}

/// Values [count, width] to panels [width / PANEL][pairs][PANEL] of pairs along the keys.
BF16_TARGET static void pack_values(size_t count, size_t width, const uint16_t *v, ptrdiff_t stride, uint32_t *out) {
    for (size_t d = 0; d < width; d += PANEL) {
        const size_t columns = width - d < PANEL ? width - d : PANEL;
        for (size_t j = 0; j < count; j += 2, out += PANEL) {
            const uint16_t *low = v + (ptrdiff_t)j * stride + (ptrdiff_t)d, *high = low + stride;
            if (j + 1 < count && columns == PANEL) {
                for (size_t c = 0; c < PANEL; c += 16) pairs16(out + c, low + c, high + c);
                continue;
            }
            for (size_t c = 0; c < PANEL; c++) {
                const uint32_t second = c < columns && j + 1 < count ? high[c] : 0;
                out[c] = (c < columns ? low[c] : 0) | second << 16;
            }
        }
    }
}

BF16_INLINE void narrow16(uint16_t *out, const float *x) {
    _mm256_storeu_si256((__m256i *)out, (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(x)));
}

BF16_TARGET static void attend_head(const attention_job *job, size_t task) {
    const rk_attention *a = &job->a;
    const size_t head = task / job->parts, part = task % job->parts;
    const size_t batch_at = head / a->heads, head_at = head % a->heads, width = a->width, pairs = (width + 1) / 2;
    const size_t from = a->queries * part / job->parts, to = a->queries * (part + 1) / job->parts;
    const size_t keys = a->causal && to < a->keys ? to : a->keys;
    attention_scratch *s = rk_attention_scratch(job);
    if (!s) { *job->failed = 1; return; }
#define AT(NAME, POINTER) (POINTER) + (ptrdiff_t)batch_at * a->NAME[0] + (ptrdiff_t)head_at * a->NAME[1]
    const uint16_t *q = AT(q_strides, (const uint16_t *)job->q), *k = AT(k_strides, (const uint16_t *)job->k);
    const uint16_t *v = AT(v_strides, (const uint16_t *)job->v);
    const float *mask = a->mask ? AT(mask_strides, a->mask) : NULL;
    uint16_t *out = AT(out_strides, (uint16_t *)job->out);
#undef AT
    const size_t padded_width = rounded_up(width, PANEL);
    uint32_t *packed_keys = (uint32_t *)s->keys, *packed_values = (uint32_t *)s->values;
    for (size_t first = 0; first < keys; first += KEY_BLOCK) {
        const size_t count = keys - first < KEY_BLOCK ? keys - first : KEY_BLOCK;
        pack_keys(count, width, k + (ptrdiff_t)first * a->k_strides[2], a->k_strides[2], packed_keys + first * pairs);
        pack_values(count, width, v + (ptrdiff_t)first * a->v_strides[2], a->v_strides[2],
                    packed_values + first / 2 * padded_width);
    }
    const size_t blocks = (to - from + QUERY_BLOCK - 1) / QUERY_BLOCK;
    for (size_t block = 0; block < blocks; block++) {
        // Blocks of about equal size, so that none is left with a few rows only.
        const size_t query = from + (to - from) * block / blocks;
        const size_t queries = from + (to - from) * (block + 1) / blocks - query, tiles = (queries + ROWS - 1) / ROWS;
        const size_t seen = a->causal && query + queries < keys ? query + queries : keys;
        for (size_t i = 0; i < queries; i++) { s->top[i] = -INFINITY; s->total[i] = 0; }
        for (size_t first = 0; first < seen; first += KEY_BLOCK) {
            const size_t count = seen - first < KEY_BLOCK ? seen - first : KEY_BLOCK, padded = rounded_up(count, 16);
            const uint32_t *packed = packed_keys + first * pairs;
            for (size_t j = 0; j < count; j += PANEL, packed += pairs * PANEL)
                for (size_t t = 0; t < tiles; t++) {
                    const size_t top = queries * t / tiles, bottom = queries * (t + 1) / tiles;
                    tile_of(bottom - top, vectors_in(j, count, PANEL), pairs, q + (ptrdiff_t)(query + top) * a->q_strides[2],
                            a->q_strides[2], packed, s->scores + top * SCORE_STRIDE + j, SCORE_STRIDE, 0);
                }
            for (size_t i = 0; i < queries; i++) {
                size_t own = count;
                if (a->causal && query + i + 1 < first + count) own = query + i + 1 > first ? query + i + 1 - first : 0;
                const float *added = mask ? mask + (ptrdiff_t)(query + i) * a->mask_strides[2] + first : NULL;
                float *scores = s->scores + i * SCORE_STRIDE;
                const float shrink = softmax_step(scores, own, padded, a->scale, added, &s->top[i], &s->total[i]);
                uint16_t *bf16 = s->bf16_scores + i * SCORE_STRIDE;
                for (size_t j = 0; j < padded; j += 16) narrow16(bf16 + j, scores + j);
                if (first > 0 && shrink != 1.0f) scale_row(s->results + i * padded_width, padded_width, shrink);
            }
            const size_t length = keys - first < KEY_BLOCK ? keys - first : KEY_BLOCK;
            const uint32_t *values = packed_values + first / 2 * padded_width;
            for (size_t d = 0; d < width; d += PANEL, values += (length + 1) / 2 * PANEL)
                for (size_t t = 0; t < tiles; t++) {
                    const size_t top = queries * t / tiles, bottom = queries * (t + 1) / tiles;
                    tile_of(bottom - top, vectors_in(d, width, PANEL), (count + 1) / 2, s->bf16_scores + top * SCORE_STRIDE,
                            SCORE_STRIDE, values, s->results + top * padded_width + d, (ptrdiff_t)padded_width,
                            first > 0);
                }
        }
        for (size_t i = 0; i < queries; i++) {
            float *result = s->results + i * padded_width;
            scale_row(result, padded_width, 1.0f / s->total[i]);
            uint16_t *y = out + (ptrdiff_t)(query + i) * a->out_strides[2], last[16];
            size_t d = 0;
            for (; d + 16 <= width; d += 16) narrow16(y + d, result + d);
            if (d == width) continue;
            narrow16(last, result + d);
            memcpy(y + d, last, (width - d) * sizeof(uint16_t));
        }
    }
}

void rk_attention_range_bf16(const void *job, size_t begin, size_t end) {
    for (size_t task = begin; task < end; task++) attend_head(job, task);
}

int rk_has_attention_bf16(void) { return rk_instruction_set() >= RK_AVX512_BF16; }
