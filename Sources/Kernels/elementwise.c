// Elementwise operations and their derivatives, one beside the other.
#include "dispatch.h"
#include "include/kernels.h"
#include <math.h>

#define BINARY_LOOPS(EXPR)                                                                                             \
    if (sa == 1 && sb == 1) {                                                                                          \
        for (size_t i = 0; i < n; i++) { float x = a[i], y = b[i]; out[i] = (EXPR); }                                  \
    } else if (sa == 1 && sb == 0) {                                                                                   \
        const float y = n ? b[0] : 0;                                                                                  \
        for (size_t i = 0; i < n; i++) { float x = a[i]; out[i] = (EXPR); }                                            \
    } else if (sa == 0 && sb == 1) {                                                                                   \
        const float x = n ? a[0] : 0;                                                                                  \
        for (size_t i = 0; i < n; i++) { float y = b[i]; out[i] = (EXPR); }                                            \
    } else {                                                                                                           \
        for (size_t i = 0; i < n; i++) {                                                                               \
            float x = a[(ptrdiff_t)i * sa], y = b[(ptrdiff_t)i * sb];                                                  \
            out[i] = (EXPR);                                                                                           \
        }                                                                                                              \
    }

RK_CLONES void rk_binary_f32(rk_binary_op op, size_t n, const float *a, ptrdiff_t sa, const float *b, ptrdiff_t sb,
                             float *out) {
    switch (op) {
    case RK_ADD: BINARY_LOOPS(x + y) break;
    case RK_SUB: BINARY_LOOPS(x - y) break;
    case RK_MUL: BINARY_LOOPS(x * y) break;
    case RK_DIV: BINARY_LOOPS(x / y) break;
    case RK_POW: BINARY_LOOPS(powf(x, y)) break;
    // A NaN on either side is kept, as in PyTorch.
    case RK_MAX: BINARY_LOOPS(x > y || x != x ? x : y) break;
    case RK_MIN: BINARY_LOOPS(x < y || x != x ? x : y) break;
    case RK_GREATER: BINARY_LOOPS(x > y ? 1.0f : 0.0f) break;
    case RK_GREATER_EQUAL: BINARY_LOOPS(x >= y ? 1.0f : 0.0f) break;
    case RK_LESS: BINARY_LOOPS(x < y ? 1.0f : 0.0f) break;
    case RK_LESS_EQUAL: BINARY_LOOPS(x <= y ? 1.0f : 0.0f) break;
    case RK_EQUAL: BINARY_LOOPS(x == y ? 1.0f : 0.0f) break;
    case RK_NOT_EQUAL: BINARY_LOOPS(x != y ? 1.0f : 0.0f) break;
    case RK_MOD: BINARY_LOOPS(x - floorf(x / y) * y) break;
    case RK_FLOOR_DIV: BINARY_LOOPS(floorf(x / y)) break;
    case RK_ATAN2: BINARY_LOOPS(atan2f(x, y)) break;
    }
}

static const float INV_SQRT_2 = 0.70710678118654752f;
static const float INV_SQRT_2PI = 0.39894228040143268f;
static const float GELU_TANH_SCALE = 0.79788456080286536f;
static const float GELU_TANH_CUBE = 0.044715f;
static const float QUICK_GELU_SLOPE = 1.702f;

static inline float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

#define UNARY_LOOP(EXPR) for (size_t i = 0; i < n; i++) { float x = px[i]; py[i] = (EXPR); }

RK_CLONES void rk_unary_f32(rk_unary_op op, size_t n, const float *px, float *py) {
    switch (op) {
    case RK_NEG: UNARY_LOOP(-x) break;
    case RK_ABS: UNARY_LOOP(fabsf(x)) break;
    case RK_SIGN: UNARY_LOOP((float)((x > 0) - (x < 0))) break;
    case RK_FLOOR: UNARY_LOOP(floorf(x)) break;
    case RK_CEIL: UNARY_LOOP(ceilf(x)) break;
    case RK_ROUND: UNARY_LOOP(rintf(x)) break;
    case RK_SQUARE: UNARY_LOOP(x * x) break;
    case RK_SQRT: UNARY_LOOP(sqrtf(x)) break;
    case RK_RSQRT: UNARY_LOOP(1.0f / sqrtf(x)) break;
    case RK_RECIPROCAL: UNARY_LOOP(1.0f / x) break;
    case RK_EXP: UNARY_LOOP(expf(x)) break;
    case RK_LOG: UNARY_LOOP(logf(x)) break;
    case RK_SIN: UNARY_LOOP(sinf(x)) break;
    case RK_COS: UNARY_LOOP(cosf(x)) break;
    case RK_TANH: UNARY_LOOP(tanhf(x)) break;
    case RK_SIGMOID: UNARY_LOOP(sigmoid(x)) break;
    case RK_SOFTPLUS: UNARY_LOOP(x > 20.0f ? x : log1pf(expf(x))) break;
    case RK_RELU: UNARY_LOOP(x > 0 || x != x ? x : 0.0f) break;
    case RK_GELU: UNARY_LOOP(0.5f * x * (1.0f + erff(x * INV_SQRT_2))) break;
    case RK_GELU_TANH:
        UNARY_LOOP(0.5f * x * (1.0f + tanhf(GELU_TANH_SCALE * (x + GELU_TANH_CUBE * x * x * x)))) break;
    case RK_QUICK_GELU: UNARY_LOOP(x * sigmoid(QUICK_GELU_SLOPE * x)) break;
    case RK_SILU: UNARY_LOOP(x * sigmoid(x)) break;
    case RK_ERF: UNARY_LOOP(erff(x)) break;
    case RK_IS_NAN: UNARY_LOOP(x != x ? 1.0f : 0.0f) break;
    }
}

static inline float gelu_slope(float x) {
    return 0.5f * (1.0f + erff(x * INV_SQRT_2)) + x * INV_SQRT_2PI * expf(-0.5f * x * x);
}
static inline float gelu_tanh_slope(float x) {
    float t = tanhf(GELU_TANH_SCALE * (x + GELU_TANH_CUBE * x * x * x));
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * GELU_TANH_SCALE * (1.0f + 3.0f * GELU_TANH_CUBE * x * x);
}
static inline float swish_slope(float x, float slope) {
    float s = sigmoid(slope * x);
    return s * (1.0f + slope * x * (1.0f - s));
}

#define SLOPE_LOOP(EXPR) for (size_t i = 0; i < n; i++) { float x = px[i], y = py[i]; (void)x; (void)y; dx[i] = dy[i] * (EXPR); }

RK_CLONES void rk_unary_gradient_f32(rk_unary_op op, size_t n, const float *px, const float *py, const float *dy,
                                     float *dx) {
    switch (op) {
    case RK_NEG: SLOPE_LOOP(-1.0f) break;
    case RK_ABS: SLOPE_LOOP((float)((x > 0) - (x < 0))) break;
    case RK_SQUARE: SLOPE_LOOP(2.0f * x) break;
    case RK_SQRT: SLOPE_LOOP(0.5f / y) break;
    case RK_RSQRT: SLOPE_LOOP(-0.5f * y * y * y) break;
    case RK_RECIPROCAL: SLOPE_LOOP(-y * y) break;
    case RK_EXP: SLOPE_LOOP(y) break;
    case RK_LOG: SLOPE_LOOP(1.0f / x) break;
    case RK_SIN: SLOPE_LOOP(cosf(x)) break;
    case RK_COS: SLOPE_LOOP(-sinf(x)) break;
    case RK_TANH: SLOPE_LOOP(1.0f - y * y) break;
    case RK_SIGMOID: SLOPE_LOOP(y * (1.0f - y)) break;
    case RK_SOFTPLUS: SLOPE_LOOP(sigmoid(x)) break;
    case RK_RELU: SLOPE_LOOP(x > 0 ? 1.0f : 0.0f) break;
    case RK_GELU: SLOPE_LOOP(gelu_slope(x)) break;
    case RK_GELU_TANH: SLOPE_LOOP(gelu_tanh_slope(x)) break;
    case RK_QUICK_GELU: SLOPE_LOOP(swish_slope(x, QUICK_GELU_SLOPE)) break;
    case RK_SILU: SLOPE_LOOP(swish_slope(x, 1.0f)) break;
    case RK_ERF: SLOPE_LOOP(2.0f * 0.56418958354775629f * expf(-x * x)) break;
    // Steps: the slope is zero wherever there is one.
    case RK_SIGN: case RK_FLOOR: case RK_CEIL: case RK_ROUND: case RK_IS_NAN: SLOPE_LOOP(0.0f) break;
    }
}
