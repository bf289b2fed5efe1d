// The loops no library has, and products of matrices in a fixed order of sums. Plain C; every one is compiled for AVX2
// and for AVX-512. Long ones are shared between threads. Neither the instruction set, nor how many threads there are, nor
// where operands lie in memory shows in a result. Functions that return int give 0 when they could not have the memory
// they work in, and 1 otherwise.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Processor and threads

// Instruction sets, each with what those before it have.
typedef enum {
    RK_UNSUPPORTED,   // less than x86-64-v3
    RK_AVX2,          // x86-64-v3: AVX2 and FMA
    RK_AVX512,        // x86-64-v4
    RK_AVX512_BF16,   // and products of bfloat16
} rk_isa;
// What the processor has, and what this process computes with: the same, unless RHUMB_ISA asks for less.
rk_isa rk_processor(void);
rk_isa rk_instruction_set(void);
// Computes with "avx2", "avx512" (without bfloat16) or all that is there, "native". To be called before anything is
// computed: oneDNN keeps what it first saw.
enum { RK_ISA_CHOSEN, RK_ISA_UNKNOWN, RK_ISA_MISSING };
int rk_set_instruction_set(const char *name);

// Threads used from now on; at first one for each core that the process may use, or as OMP_NUM_THREADS says.
void rk_set_threads(int count);
int rk_threads(void);

// Runs `body(context, begin, end)` over pieces of 0..<count, each of at least `minimum` but for the last; on the calling
// thread alone when there is little, or when it is one of several already. Bodies write to places of their own: how the
// range is cut, and who does which piece, must not show in the result.
void rk_parallel(size_t count, size_t minimum, void (*body)(const void *context, size_t begin, size_t end),
                 const void *context);

// Sends waiting threads to sleep, for another pool has work to do. The next loop wakes them.
void rk_rest(void);

// MARK: Loops

// Binary operations on float32 with a stride a side (0 repeats one value).
typedef enum {
    RK_ADD, RK_SUB, RK_MUL, RK_DIV, RK_POW, RK_MAX, RK_MIN,
    RK_GREATER, RK_GREATER_EQUAL, RK_LESS, RK_LESS_EQUAL, RK_EQUAL, RK_NOT_EQUAL,
    RK_MOD, RK_FLOOR_DIV, RK_ATAN2
} rk_binary_op;

typedef enum {
    RK_NEG, RK_ABS, RK_SIGN, RK_FLOOR, RK_CEIL, RK_ROUND, RK_SQUARE, RK_SQRT, RK_RSQRT, RK_RECIPROCAL,
    RK_EXP, RK_LOG, RK_SIN, RK_COS, RK_TANH, RK_SIGMOID, RK_SOFTPLUS, RK_RELU, RK_GELU, RK_GELU_TANH, RK_QUICK_GELU,
    RK_SILU, RK_ERF, RK_IS_NAN
} rk_unary_op;

void rk_binary_f32(rk_binary_op op, size_t n, const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b,
                   float *out);
void rk_unary_f32(rk_unary_op op, size_t n, const float *x, float *y);
// The same on bfloat16; the arithmetic is in float32.
void rk_binary_bf16(rk_binary_op op, size_t n, const uint16_t *a, ptrdiff_t stride_a, const uint16_t *b,
                    ptrdiff_t stride_b, uint16_t *out);
void rk_unary_bf16(rk_unary_op op, size_t n, const uint16_t *x, uint16_t *y);
// dx = dy * d op(x) / dx, with y = op(x) at hand where that is cheaper.
void rk_unary_gradient_f32(rk_unary_op op, size_t n, const float *x, const float *y, const float *dy, float *dx);
void rk_unary_gradient_bf16(rk_unary_op op, size_t n, const uint16_t *x, const uint16_t *y, const uint16_t *dy,
                            uint16_t *dx);

// Whole numbers, exactly. Returns the place of the first pair whose result does not fit (or does not exist: a divisor of
// 0, a negative power), n when all do.
size_t rk_binary_i64(rk_binary_op op, size_t n, const int64_t *a, ptrdiff_t stride_a, const int64_t *b,
                     ptrdiff_t stride_b, int64_t *out);
// Comparisons, 1 and 0.
void rk_compare_i64(rk_binary_op op, size_t n, const int64_t *a, ptrdiff_t stride_a, const int64_t *b,
                    ptrdiff_t stride_b, float *out);
// Over [rows, columns]. Sums give 0 when one does not fit; either of `value` and `place` may be absent.
int rk_sum_rows_i64(size_t rows, size_t columns, const int64_t *x, int64_t *out);
void rk_mean_rows_i64(size_t rows, size_t columns, const int64_t *x, float *out);
void rk_extreme_rows_i64(int want_maximum, size_t rows, size_t columns, const int64_t *x, int64_t *value,
                         int64_t *place);
int rk_running_sums_i64(size_t rows, size_t columns, int64_t *x);
// [m, k] x [k, n]; 0 when an element does not fit.
int rk_product_i64(size_t m, size_t k, size_t n, const int64_t *a, const int64_t *b, int64_t *out);

// Strided gathers of elements of 2, 4 or 8 bytes into a contiguous run.
void rk_gather_strided(size_t element_size, size_t n, const void *source, ptrdiff_t stride, void *out);
void rk_scatter_strided(size_t element_size, size_t n, const void *source, void *out, ptrdiff_t stride);
// Rows of `bytes`, each some bytes after the one before it.
void rk_copy_rows(size_t rows, size_t bytes, const void *source, ptrdiff_t source_step, void *out, ptrdiff_t out_step);

// Row reductions over [rows, columns], and column sums accumulated in row order.
typedef enum { RK_SUM, RK_MAXIMUM, RK_MINIMUM, RK_SUM_OF_SQUARES, RK_ABS_SUM } rk_reduce_op;
void rk_reduce_rows_f32(rk_reduce_op op, size_t rows, size_t columns, const float *x, float *out);
void rk_sum_columns_f32(size_t rows, size_t columns, const float *x, float *out);
void rk_sum_columns_bf16(size_t rows, size_t columns, const uint16_t *x, float *out);
void rk_arg_rows_f32(int want_maximum, size_t rows, size_t columns, const float *x, int64_t *out);

// Softmax over rows.
void rk_softmax_rows_f32(size_t rows, size_t columns, const float *x, float *y);
void rk_softmax_rows_gradient_f32(size_t rows, size_t columns, const float *y, const float *dy, float *dx);
// What attention's derivative needs of its scores s: p = softmax(s), and ds = scale · p (dp - Σ dp p). p takes the
// place of s; in bfloat16 it is written beside ds too.
void rk_attention_gradient_rows_f32(size_t rows, size_t columns, float scale, float *s, const float *dp, float *ds);
void rk_attention_gradient_rows_bf16(size_t rows, size_t columns, float scale, float *s, const float *dp, uint16_t *p,
                                     uint16_t *ds);

// Layer norm over rows; mean and rstd have one value per row.
void rk_layer_norm_f32(size_t rows, size_t columns, const float *x, const float *weight, const float *bias, float epsilon,
                       float *y, float *mean, float *rstd);
// dweight and dbias are added to; any of weight, dweight, dbias may be null.
int rk_layer_norm_gradient_f32(size_t rows, size_t columns, const float *x, const float *weight, const float *mean,
                               const float *rstd, const float *dy, float *dx, float *dweight, float *dbias);

// Group norm over [batch, positions, channels], channels innermost, of x + added:
// y = activation((x + added - mean) / deviation · weight + bias).
typedef struct {
    size_t batch, positions, channels, groups;
    const float *weight, *bias;  // [channels]; null for 1 and 0
    const float *added;          // [batch, channels]; null for 0
    float epsilon;
    int silu;                    // 1: the activation is x σ(x); 0: none
} rk_group_norm;
// mean and rstd are [batch, groups].
int rk_group_norm_f32(rk_group_norm g, const float *x, float *y, float *mean, float *rstd);
int rk_group_norm_bf16(rk_group_norm g, const uint16_t *x, uint16_t *y, float *mean, float *rstd);
// dweight and dbias [channels] and dadded [batch, channels] may be null.
int rk_group_norm_gradient_f32(rk_group_norm g, const float *x, const float *mean, const float *rstd, const float *dy,
                               float *dx, float *dweight, float *dbias, float *dadded);
int rk_group_norm_gradient_bf16(rk_group_norm g, const uint16_t *x, const float *mean, const float *rstd,
                                const uint16_t *dy, uint16_t *dx, float *dweight, float *dbias, float *dadded);

// value · GELU(gate) over rows of values and then gates, [rows, 2 · width] to [rows, width].
void rk_geglu_f32(size_t rows, size_t width, const float *x, float *y);
void rk_geglu_bf16(size_t rows, size_t width, const uint16_t *x, uint16_t *y);
void rk_geglu_gradient_f32(size_t rows, size_t width, const float *x, const float *dy, float *dx);
void rk_geglu_gradient_bf16(size_t rows, size_t width, const uint16_t *x, const uint16_t *dy, uint16_t *dx);

// Every pixel of [batch, height, width, channels] twice across and twice down, in elements of `element_size` bytes;
// and back, as sums of four.
void rk_upsample2(size_t element_size, size_t batch, size_t height, size_t width, size_t channels, const void *x,
                  void *y);
void rk_upsample2_gradient_f32(size_t batch, size_t height, size_t width, size_t channels, const float *dy, float *dx);
void rk_upsample2_gradient_bf16(size_t batch, size_t height, size_t width, size_t channels, const uint16_t *dy,
                             uint16_t *dx);

// A 3×3 convolution of stride 1, padded by 1, as 36 products of matrices over tiles of 4×4 results (Winograd's
// algorithm).
// Of the tiles from `first` on, `count` are transformed to [36, rows, channels], count ≤ rows, and back; the weights
// [outputs, inputs, 3, 3] become [36, inputs, outputs], or flipped [36, outputs, inputs] for the derivative of the
// input. Channels come in sixteens.
enum { RK_WINOGRAD_TILE = 4, RK_WINOGRAD_ELEMENTS = 36, RK_WINOGRAD_CHANNELS = 16 };
typedef struct {
    size_t batch, height, width;
    int is_bf16;  // x and y are bfloat16, not float32
} rk_winograd_grid;
size_t rk_winograd_tiles(rk_winograd_grid grid);
// Tiles from `first` on, as matrices of `rows` rows; `channels` of all that a pixel has, beginning at the pointers given.
typedef struct {
    size_t first, count, rows, channels, all;
} rk_winograd_part;
void rk_winograd_transform_input(rk_winograd_grid grid, rk_winograd_part part, const void *x, float *transformed);
// With the bias of each channel and a residual of the shape and type of y; both may be null.
void rk_winograd_transform_output(rk_winograd_grid grid, rk_winograd_part part, const float *transformed,
                                  const float *bias, const void *residual, void *y);
// The transpose of `results`, for derivatives.
void rk_winograd_transform_output_gradient_f32(rk_winograd_grid grid, rk_winograd_part part, const float *dy,
                                               float *transformed);
// Weights [outputs, inputs, 3, 3] stand for a matrix [inputs, outputs], or flipped, for the derivative of the input,
// [outputs, inputs]. A block of it, transformed; its sides are multiples of RK_WINOGRAD_CHANNELS.
typedef struct {
    const void *values;
    size_t inputs;
    int flipped, is_bf16;
} rk_winograd_weights;
void rk_winograd_transform_kernels(rk_winograd_weights weights, size_t row, size_t rows, size_t column, size_t columns,
                                   float *transformed);
// The convolution itself: y = x ∗ w + bias + residual, from its transformed weights [36, inputs, outputs], each of the 36
// packed, or from weights that are transformed block by block. x and y are float32, or bfloat16 where the grid says so;
// sums are float32. bias (or NULL) is [outputs], residual (or NULL) of y's shape. `scratch` holds as many
// floats as the function before says.
size_t rk_winograd_scratch(rk_winograd_grid grid, size_t inputs, size_t outputs);
int rk_winograd(rk_winograd_grid grid, size_t inputs, size_t outputs, const void *x, const float *packed, const float *bias,
                const void *residual, void *y, float *scratch);
size_t rk_winograd_block_scratch(rk_winograd_grid grid, size_t inputs, size_t outputs);
int rk_winograd_blocks(rk_winograd_grid grid, size_t inputs, size_t outputs, const void *x, rk_winograd_weights weights,
                       const float *bias, const void *residual, void *y, float *scratch);
// The transpose: of a transformed block of the matrix [inputs, outputs], written from `dw` on, where the block's first
// weight lies.
void rk_winograd_transform_kernels_gradient_f32(size_t inputs, size_t rows, size_t columns, const float *transformed,
                                                float *dw);
// The gradient of the weights, dw [outputs, inputs, 3, 3], from an input and the derivative of the result. `scratch` holds
// as many floats as the first function says.
size_t rk_winograd_gradient_scratch(rk_winograd_grid grid, size_t inputs, size_t outputs);
void rk_winograd_gradient_f32(rk_winograd_grid grid, size_t inputs, size_t outputs, const float *x, const float *dy,
                              float *dw, float *scratch);

// MARK: Products of matrices
//
// c = activation(scale · (a b + bias)) + residual. An element of a b is summed up over blocks of RK_PRODUCT_DEPTH of its
// terms, in their order, by multiply-adds from 0 on; the sums of the blocks are added in their order. Nothing else decides
// its bits: not the other rows or columns, not where anything lies, not whether b was packed, not the number of threads.
enum { RK_PRODUCT_DEPTH = 256, RK_PRODUCT_AXES = 4, RK_NO_ACTIVATION = -1 };

// Patches of feature maps [batch, height, width, channels] as the rows of a matrix [batch · out_height · out_width,
// kernel_height · kernel_width · channels]; what lies outside is 0.
typedef struct {
    size_t batch, height, width, channels, kernel_height, kernel_width, out_height, out_width;
    size_t stride_y, stride_x, dilation_y, dilation_x;
    ptrdiff_t pad_top, pad_left;
} rk_patches;

typedef struct {
    size_t m, n, k;
    const float *a;                  // a[i · a_row + p · a_step], or the feature maps of `patches`
    ptrdiff_t a_row, a_step;
    const rk_patches *patches;       // or NULL
    const float *b;                  // b[p · b_step + j · b_column]
    ptrdiff_t b_step, b_column;
    const float *packed;             // what `rk_pack_f32` made of b, or NULL
    float *c;                        // c[i · c_row + j]
    ptrdiff_t c_row;
    // A stack of them, axis by axis, the last one innermost; sizes are at least 1. Steps count floats.
    size_t batch[RK_PRODUCT_AXES];
    ptrdiff_t a_batch[RK_PRODUCT_AXES], b_batch[RK_PRODUCT_AXES], c_batch[RK_PRODUCT_AXES];
    const float *bias;               // [n], or NULL
    const float *residual;           // residual[i · residual_row + j], or NULL; not of a stack
    ptrdiff_t residual_row;
    int adds;                        // to what c holds; then nothing may follow
    float scale;
    int activation;                  // RK_RELU, RK_GELU, RK_GELU_TANH, RK_QUICK_GELU, RK_SILU or RK_NO_ACTIVATION
} rk_product;
int rk_product_f32(const rk_product *product);

// b [k, n] in the order in which products read it.
size_t rk_packed_count(size_t k, size_t n);  // floats
void rk_pack_f32(size_t k, size_t n, const float *b, ptrdiff_t b_step, ptrdiff_t b_column, float *packed);
void rk_unpack_f32(size_t k, size_t n, const float *packed, float *b, ptrdiff_t b_step, ptrdiff_t b_column);

// Fused attention: out = softmax(q kᵀ · scale + mask) v for every head. Strides count elements and are given for
// batch, head and position; the width is dense. The mask (or null) is float32 [batch, head, query, key], dense along
// the keys, stride 0 where it repeats. Causal: query i sees keys 0…i.
typedef struct {
    size_t batch, heads, queries, keys, width;
    ptrdiff_t q_strides[3], k_strides[3], v_strides[3], out_strides[3], mask_strides[3];
    const float *mask;
    float scale;
    int causal;
} rk_attention;
int rk_attention_f32(rk_attention a, const float *q, const float *k, const float *v, float *out);
// Only where rk_has_attention_bf16 says 1, and for even widths.
int rk_attention_bf16(rk_attention a, const uint16_t *q, const uint16_t *k, const uint16_t *v, uint16_t *out);
int rk_has_attention_bf16(void);

// Conversions; to bfloat16 rounds to nearest even.
void rk_f32_to_bf16(size_t n, const float *x, uint16_t *y);
void rk_bf16_to_f32(size_t n, const uint16_t *x, float *y);
void rk_f16_to_f32(size_t n, const uint16_t *x, float *y);
void rk_f32_to_f16(size_t n, const float *x, uint16_t *y);

// The reference convolution's patches (im2col): x [batch, height, width, channels] to
// [batch * out_height * out_width, kernel_height * kernel_width * channels], and back (added to x).
void rk_patches_gather_f32(rk_patches p, const float *x, float *columns);
void rk_patches_scatter_f32(rk_patches p, const float *columns, float *x);

// Pictures with 8 bits a channel. 0…1 to 0…255, rounded and clipped (NaN gives 0); and back through a table of 256.
void rk_unit_to_u8(size_t n, const float *x, uint8_t *y);
void rk_u8_lookup_f32(size_t n, const uint8_t *x, const float *table, float *y);

// Resampling of one plane by weights in fixed point: output o is the sum over counts[o] inputs from starts[o] on, with
// the weights from weights[o * stride] on, each scaled by 2^RK_RESAMPLE_BITS; rounded and clipped to 8 bits.
enum { RK_RESAMPLE_BITS = 22 };
typedef struct {
    size_t outputs, stride;
    const int32_t *starts, *counts, *weights;
} rk_taps;
// x [rows, width] to y [rows, outputs].
void rk_resample_rows_u8(rk_taps taps, size_t rows, size_t width, const uint8_t *x, uint8_t *y);
// x [height, width] to y [outputs, width].
void rk_resample_columns_u8(rk_taps taps, size_t width, const uint8_t *x, uint8_t *y);

// Multiplications and additions a second that this machine reaches on all threads with operands in registers; 0 for
// bfloat16 where the processor has no products for it. Takes a few dozen milliseconds.
double rk_peak_f32(void);
double rk_peak_bf16(void);

// 1 when every value is finite.
int rk_all_finite_f32(size_t n, const float *x);

// Updates of parameters in place. m and v (velocity) are the optimiser's state, zero before the first step.
typedef struct {
    float beta2, share1, share2;            // share = 1 - beta, subtracted in double: near 1, beta has too few digits
    float keep, step_size, root_correction, epsilon;
} rk_adamw;
void rk_adamw_f32(size_t n, float *p, const float *g, float *m, float *v, rk_adamw a);
void rk_sgd_f32(size_t n, float *p, const float *g, float *velocity, float rate, float momentum, float weight_decay,
                int nesterov);
// x += share * (target - x)
void rk_approach_f32(size_t n, float *x, const float *target, float share);

#ifdef __cplusplus
}
#endif
