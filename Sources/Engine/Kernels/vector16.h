// Sixteen floats at a time, where the compiler's own vectorising falls short.
#pragma once
#include "vectormath.h"

// Vectors are passed to functions that are always inlined: no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

/// Sixteen floats: one register of AVX-512, two of AVX2, four of SSE.
typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4)));

RK_INLINE v16 load16(const float *p) { return *(const v16_unaligned *)p; }
RK_INLINE void store16(float *p, v16 x) { *(v16_unaligned *)p = x; }
/// Eight floats, for what is left over.
typedef float v8 __attribute__((vector_size(32)));
typedef float v8_unaligned __attribute__((vector_size(32), aligned(4)));
RK_INLINE v8 load8(const float *p) { return *(const v8_unaligned *)p; }
RK_INLINE void store8(float *p, v8 x) { *(v8_unaligned *)p = x; }

RK_INLINE v16 splat16(float x) { return x - (v16){0}; }
RK_INLINE v16 select16(i16 mask, v16 a, v16 b) { return (v16)(((i16)a & mask) | ((i16)b & ~mask)); }
RK_INLINE v16 max16(v16 a, v16 b) { return select16(a > b, a, b); }

/// exp x for x ≤ 0; 0 below the smallest normal number, NaN for NaN. The polynomial is that of `rk_exp`.
RK_INLINE v16 exp16_of_negative(v16 x) {
    const v16 low = splat16(-87.0f), bounded = select16(x < low, low, x), magic = splat16(12582912.0f);
    const v16 shifted = bounded * 1.44269504088896341f + magic;
    const v16 whole = shifted - magic;
    v16 r = bounded - whole * 0.693359375f;
    r = r + whole * 2.12194440e-4f;
    const v16 p = 1.0f + (r + r * r * (0.5f + r * (0.1666653366f + r * (0.04166723651f + r * (0.008367523597f
                  + r * 0.001386398836f)))));
    const v16 power = (v16)(((i16)shifted - (i16)magic + 127) << 23);
    return select16(x < low, (v16){0}, p * power);
}

/// 2ˣ for x ≤ 0, and 2⁻¹²⁶ below -126; NaN for NaN. Within 1.5 units in the last place, 1 for 0.
RK_INLINE v16 exp2_16_of_negative(v16 x) {
    const v16 low = splat16(-126.0f), bounded = select16(x < low, low, x), magic = splat16(12582912.0f);
    const v16 shifted = bounded + magic, r = bounded - (shifted - magic);
    const v16 p = 1.0f + r * (0.6931469671f + r * (0.2402211972f + r * (0.05550713273f + r * (0.009675541331f
                  + r * 0.001327647217f))));
    return p * (v16)(((i16)shifted - (i16)magic + 127) << 23);
}

/// 1 / (1 + exp(-x)), from the exponential of -|x|, which can't overflow.
RK_INLINE v16 sigmoid16(v16 x) {
    const v16 t = exp16_of_negative((v16)((i16)x | (i16)splat16(-0.0f))), s = 1.0f / (1.0f + t);
    return select16(x < 0.0f, t * s, s);
}

/// 16 × 16 numbers of 32 bits, transposed in registers.
RK_INLINE void transpose16(v16 r[16]) {
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW64(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH64(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN128(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD128(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
    v16 t[16];
    for (int i = 0; i < 16; i += 2) { t[i] = LOW32(r[i], r[i + 1]); t[i + 1] = HIGH32(r[i], r[i + 1]); }
    for (int i = 0; i < 16; i += 4) {
        r[i] = LOW64(t[i], t[i + 2]);
        r[i + 1] = HIGH64(t[i], t[i + 2]);
        r[i + 2] = LOW64(t[i + 1], t[i + 3]);
        r[i + 3] = HIGH64(t[i + 1], t[i + 3]);
    }
    for (int j = 0; j < 4; j++) {
        t[j] = EVEN128(r[j], r[4 + j]);
        t[4 + j] = ODD128(r[j], r[4 + j]);
        t[8 + j] = EVEN128(r[8 + j], r[12 + j]);
        t[12 + j] = ODD128(r[8 + j], r[12 + j]);
    }
    for (int j = 0; j < 4; j++) {
        r[j] = EVEN128(t[j], t[8 + j]);
        r[4 + j] = EVEN128(t[4 + j], t[12 + j]);
        r[8 + j] = ODD128(t[j], t[8 + j]);
        r[12 + j] = ODD128(t[4 + j], t[12 + j]);
    }
#undef LOW32
#undef HIGH32
#undef LOW64
#undef HIGH64
#undef EVEN128
#undef ODD128
}

// Sixteen lanes to one, by halves.
#define FOLD16(x, shift)                                                                                               \
    __builtin_shufflevector(x, x, (0 + shift) % 16, (1 + shift) % 16, (2 + shift) % 16, (3 + shift) % 16,              \
                            (4 + shift) % 16, (5 + shift) % 16, (6 + shift) % 16, (7 + shift) % 16, (8 + shift) % 16,  \
                            (9 + shift) % 16, (10 + shift) % 16, (11 + shift) % 16, (12 + shift) % 16,                 \
                            (13 + shift) % 16, (14 + shift) % 16, (15 + shift) % 16)
RK_INLINE float largest16(v16 x) {
    x = max16(x, FOLD16(x, 8));
    x = max16(x, FOLD16(x, 4));
    x = max16(x, FOLD16(x, 2));
    return max16(x, FOLD16(x, 1))[0];
}
RK_INLINE float sum16(v16 x) {
    x += FOLD16(x, 8);
    x += FOLD16(x, 4);
    x += FOLD16(x, 2);
    return x[0] + x[1];
}
#undef FOLD16
