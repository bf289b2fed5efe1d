// Elementwise operations and their derivatives, one beside the other.
#include "dispatch.h"
#include "include/kernels.h"
#include "parallel.h"
#include "vectormath.h"

// MARK: Binary

typedef struct {
    rk_binary_op op;
    const float *a, *b;
    ptrdiff_t stride_a, stride_b;
    float *out;
} binary_loop;

#define BINARY_LOOPS(EXPR)                                                                                             \
    if (sa == 1 && sb == 1) {                                                                                          \
        for (size_t i = 0; i < n; i++) { float x = a[i], y = b[i]; out[i] = (EXPR); }                                  \
    } else if (sa == 1 && sb == 0) {                                                                                   \
        const float y = b[0];                                                                                          \
        for (size_t i = 0; i < n; i++) { float x = a[i]; out[i] = (EXPR); }                                            \
    } else if (sa == 0 && sb == 1) {                                                                                   \
        const float x = a[0];                                                                                          \
        for (size_t i = 0; i < n; i++) { float y = b[i]; out[i] = (EXPR); }                                            \
    } else {                                                                                                           \
        for (size_t i = 0; i < n; i++) {                                                                               \
            float x = a[(ptrdiff_t)i * sa], y = b[(ptrdiff_t)i * sb];                                                  \
            out[i] = (EXPR);                                                                                           \
        }                                                                                                              \
    }

RK_RANGE(binary_range) {
    const binary_loop *loop = context;
    const size_t n = end - begin;
    const ptrdiff_t sa = loop->stride_a, sb = loop->stride_b;
    const float *a = loop->a + (ptrdiff_t)begin * sa, *b = loop->b + (ptrdiff_t)begin * sb;
    float *out = loop->out + begin;
    switch (loop->op) {
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

void rk_binary_f32(rk_binary_op op, size_t n, const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b,
                   float *out) {
    const binary_loop loop = {op, a, b, stride_a, stride_b, out};
    rk_parallel(n, op == RK_POW || op == RK_ATAN2 ? RK_COSTLY_GRAIN : RK_CHEAP_GRAIN, binary_range, &loop);
}

// MARK: Unary

static const float INV_SQRT_2PI = 0.39894228040143268f;

typedef struct {
    rk_unary_op op;
    const float *x, *y, *dy;
    float *out;
} unary_loop;

#define UNARY_LOOP(EXPR) for (size_t i = 0; i < n; i++) { const float x = px[i]; py[i] = (EXPR); }

RK_RANGE(unary_range) {
    const unary_loop *loop = context;
    const size_t n = end - begin;
    const float *px = loop->x + begin;
    float *py = loop->out + begin;
    switch (loop->op) {
    case RK_NEG: UNARY_LOOP(-x) break;
    case RK_ABS: UNARY_LOOP(fabsf(x)) break;
    case RK_SIGN: UNARY_LOOP(x != x ? x : (float)((x > 0) - (x < 0))) break;
    case RK_FLOOR: UNARY_LOOP(floorf(x)) break;
    case RK_CEIL: UNARY_LOOP(ceilf(x)) break;
    case RK_ROUND: UNARY_LOOP(rintf(x)) break;
    case RK_SQUARE: UNARY_LOOP(x * x) break;
    case RK_SQRT: UNARY_LOOP(sqrtf(x)) break;
    case RK_RSQRT: UNARY_LOOP(1.0f / sqrtf(x)) break;
    case RK_RECIPROCAL: UNARY_LOOP(1.0f / x) break;
    case RK_EXP: UNARY_LOOP(rk_exp(x)) break;
    case RK_LOG: UNARY_LOOP(rk_log(x)) break;
    case RK_SIN: UNARY_LOOP(sinf(x)) break;
    case RK_COS: UNARY_LOOP(cosf(x)) break;
    case RK_TANH: UNARY_LOOP(rk_tanh(x)) break;
    case RK_SIGMOID: UNARY_LOOP(rk_sigmoid(x)) break;
    case RK_SOFTPLUS: UNARY_LOOP((x > 0 || x != x ? x : 0.0f) + rk_log1p(rk_exp(-fabsf(x)))) break;
    case RK_RELU: UNARY_LOOP(x > 0 || x != x ? x : 0.0f) break;
    case RK_GELU: UNARY_LOOP(rk_gelu(x)) break;
    case RK_GELU_TANH: UNARY_LOOP(rk_gelu_tanh(x)) break;
    case RK_QUICK_GELU: UNARY_LOOP(rk_quick_gelu(x)) break;
    case RK_SILU: UNARY_LOOP(rk_silu(x)) break;
    case RK_ERF: UNARY_LOOP(rk_erf(x)) break;
    case RK_IS_NAN: UNARY_LOOP(x != x ? 1.0f : 0.0f) break;
    }
}

RK_INLINE float gelu_slope(float x) { return rk_normal(x) + x * INV_SQRT_2PI * rk_exp(-0.5f * x * x); }
RK_INLINE float gelu_tanh_slope(float x) {
    const float t = rk_tanh(gelu_tanh_inner(x));
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * GELU_TANH_SCALE * (1.0f + 3.0f * GELU_TANH_CUBE * x * x);
}
RK_INLINE float swish_slope(float x, float slope) {
    const float s = rk_sigmoid(slope * x);
    return s * (1.0f + slope * x * (1.0f - s));
}

#define SLOPE_LOOP(EXPR)                                                                                               \
    for (size_t i = 0; i < n; i++) {                                                                                   \
        const float x = px[i], y = py[i];                                                                              \
        (void)x, (void)y;                                                                                              \
        dx[i] = dy[i] * (EXPR);                                                                                        \
    }

RK_RANGE(unary_gradient_range) {
    const unary_loop *loop = context;
    const size_t n = end - begin;
    const float *px = loop->x + begin, *py = loop->y + begin, *dy = loop->dy + begin;
    float *dx = loop->out + begin;
    switch (loop->op) {
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
    case RK_SOFTPLUS: SLOPE_LOOP(rk_sigmoid(x)) break;
    case RK_RELU: SLOPE_LOOP(x > 0 ? 1.0f : 0.0f) break;
    case RK_GELU: SLOPE_LOOP(gelu_slope(x)) break;
    case RK_GELU_TANH: SLOPE_LOOP(gelu_tanh_slope(x)) break;
    case RK_QUICK_GELU: SLOPE_LOOP(swish_slope(x, QUICK_GELU_SLOPE)) break;
    case RK_SILU: SLOPE_LOOP(swish_slope(x, 1.0f)) break;
    case RK_ERF: SLOPE_LOOP(1.12837916709551257f * rk_exp(-x * x)) break;
    // Steps: the slope is zero wherever there is one.
    case RK_SIGN: case RK_FLOOR: case RK_CEIL: case RK_ROUND: case RK_IS_NAN: SLOPE_LOOP(0.0f) break;
    }
}

/// The operations before RK_EXP move memory; from there on they compute.
static size_t grain(rk_unary_op op) { return op < RK_EXP || op == RK_RELU ? RK_CHEAP_GRAIN : RK_COSTLY_GRAIN; }

void rk_unary_f32(rk_unary_op op, size_t n, const float *x, float *y) {
    const unary_loop loop = {op, x, NULL, NULL, y};
    rk_parallel(n, grain(op), unary_range, &loop);
}

void rk_unary_gradient_f32(rk_unary_op op, size_t n, const float *x, const float *y, const float *dy, float *dx) {
    const unary_loop loop = {op, x, y, dy, dx};
    rk_parallel(n, grain(op), unary_gradient_range, &loop);
}

// MARK: bfloat16, through a block of float32 that stays in the first cache

enum { BLOCK = 1024 };

typedef struct {
    rk_unary_op op;
    const uint16_t *x, *y, *dy;
    uint16_t *out;
} bf16_unary_loop;

static void bf16_unary_range(const void *context, size_t begin, size_t end) {
    const bf16_unary_loop *loop = context;
    // Two blocks: loops whose result lies where their operand does are not vectorised.
    float x[BLOCK], y[BLOCK];
    for (size_t start = begin; start < end; start += BLOCK) {
        const size_t n = end - start < BLOCK ? end - start : BLOCK;
        const unary_loop wide = {loop->op, x, NULL, NULL, y};
        rk_bf16_to_f32(n, loop->x + start, x);
        unary_range(&wide, 0, n);
        rk_f32_to_bf16(n, y, loop->out + start);
    }
}

void rk_unary_bf16(rk_unary_op op, size_t n, const uint16_t *x, uint16_t *y) {
    const bf16_unary_loop loop = {op, x, NULL, NULL, y};
    rk_parallel(n, grain(op), bf16_unary_range, &loop);
}

static void bf16_unary_gradient_range(const void *context, size_t begin, size_t end) {
    const bf16_unary_loop *loop = context;
    float x[BLOCK], y[BLOCK], dy[BLOCK], dx[BLOCK];
    for (size_t start = begin; start < end; start += BLOCK) {
        const size_t n = end - start < BLOCK ? end - start : BLOCK;
        const unary_loop wide = {loop->op, x, y, dy, dx};
        rk_bf16_to_f32(n, loop->x + start, x);
        rk_bf16_to_f32(n, loop->y + start, y);
        rk_bf16_to_f32(n, loop->dy + start, dy);
        unary_gradient_range(&wide, 0, n);
        rk_f32_to_bf16(n, dx, loop->out + start);
    }
}

void rk_unary_gradient_bf16(rk_unary_op op, size_t n, const uint16_t *x, const uint16_t *y, const uint16_t *dy,
                            uint16_t *dx) {
    const bf16_unary_loop loop = {op, x, y, dy, dx};
    rk_parallel(n, grain(op), bf16_unary_gradient_range, &loop);
}

typedef struct {
    rk_binary_op op;
    const uint16_t *a, *b;
    ptrdiff_t stride_a, stride_b;
    uint16_t *out;
} bf16_binary_loop;

static void bf16_binary_range(const void *context, size_t begin, size_t end) {
    const bf16_binary_loop *loop = context;
    const ptrdiff_t sa = loop->stride_a, sb = loop->stride_b;
    float a[BLOCK], b[BLOCK], out[BLOCK];
    uint16_t run[BLOCK];
    for (size_t start = begin; start < end; start += BLOCK) {
        const size_t n = end - start < BLOCK ? end - start : BLOCK;
        const uint16_t *pa = loop->a + (ptrdiff_t)start * sa, *pb = loop->b + (ptrdiff_t)start * sb;
        const size_t na = sa == 0 ? 1 : n, nb = sb == 0 ? 1 : n;
        if (sa > 1 || sa < 0) { rk_gather_strided(2, na, pa, sa, run); pa = run; }
        rk_bf16_to_f32(na, pa, a);
        if (sb > 1 || sb < 0) { rk_gather_strided(2, nb, pb, sb, run); pb = run; }
        rk_bf16_to_f32(nb, pb, b);
        const binary_loop wide = {loop->op, a, b, sa != 0, sb != 0, out};
        binary_range(&wide, 0, n);
        rk_f32_to_bf16(n, out, loop->out + start);
    }
}

void rk_binary_bf16(rk_binary_op op, size_t n, const uint16_t *a, ptrdiff_t stride_a, const uint16_t *b,
                    ptrdiff_t stride_b, uint16_t *out) {
    const bf16_binary_loop loop = {op, a, b, stride_a, stride_b, out};
    rk_parallel(n, RK_CHEAP_GRAIN, bf16_binary_range, &loop);
}
