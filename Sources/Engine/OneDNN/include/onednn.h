// A C interface over oneDNN: what networks spend their time in, in float32 and bfloat16.
//
// * One thread calls, oneDNN's own OpenMP threads work, as many as `rk_threads` says. Nothing here is safe to call from two
//   threads at once.
// * Every function that can fail returns a status; `onednn_message` then says what went wrong. No exception escapes.
// * Primitives are cached by operation, shapes, strides, data types and epilogue: a repeated call costs under a
//   microsecond before the work begins.
// * oneDNN falls back to reference kernels, hundreds of times slower, for layouts it has no kernel for. This shim
//   never runs one: it returns ONEDNN_UNSUPPORTED instead, and the caller takes another way.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ONEDNN_OK = 0,
    ONEDNN_UNSUPPORTED,    // no optimised kernel for these shapes, strides and types on this processor
    ONEDNN_INVALID,        // the operands do not fit together
    ONEDNN_OUT_OF_MEMORY,  // packed weights or scratch memory could not be allocated
    ONEDNN_FAILED,         // oneDNN reported an error
} onednn_status;

typedef enum { ONEDNN_F32 = 0, ONEDNN_BF16 } onednn_type;

enum { ONEDNN_MAX_RANK = 6 };

// A view of memory that the caller owns. Strides count elements.
typedef struct {
    void *data;
    onednn_type type;
    int32_t rank;
    int64_t shape[ONEDNN_MAX_RANK];
    int64_t strides[ONEDNN_MAX_RANK];
} onednn_tensor;

// A view from `rank` sizes and strides; strides may be NULL for a dense row-major layout.
onednn_tensor onednn_view(const void *data, onednn_type type, ptrdiff_t rank, const ptrdiff_t *shape,
                          const ptrdiff_t *strides);

typedef enum {
    ONEDNN_IDENTITY = 0,
    ONEDNN_RELU,
    ONEDNN_GELU_ERF,   // x Φ(x)
    ONEDNN_GELU_TANH,  // x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
    ONEDNN_SWISH,      // x σ(αx): SiLU for α = 1, QuickGELU for α = 1.702
    ONEDNN_TANH,
    ONEDNN_SIGMOID,
} onednn_activation;

// What is done to a product before it is stored: y ← activation(scale · (product + bias)) + residual.
typedef struct {
    const onednn_tensor *bias;      // one number for each output column or channel; NULL for none
    onednn_activation activation;
    float alpha;                    // of ONEDNN_SWISH
    float scale;                    // 1 for none
    const onednn_tensor *residual;  // of the result's shape and strides; NULL for none
} onednn_epilogue;

// MARK: Runtime

// The message of the last call that did not return ONEDNN_OK. Valid until the next call.
const char *onednn_message(void);

// The name of the kernel that the last primitive ran, for tests and benchmarks.
const char *onednn_implementation(void);

// "2.6.3" or the like: the library this process runs.
const char *onednn_version(void);

// Frees cached primitives, scratch memory and blocks that packed weights let go of, and gives freed memory to the system.
void onednn_release_caches(void);

// MARK: Packed weights

// Constant weights, reordered once into the layouts that the kernels want and kept. The source must stay alive and
// unchanged as long as the handle; after a change, call `onednn_weights_invalidate`. A float32 source serves bfloat16
// activations too: it is rounded while it is packed.
typedef struct onednn_weights onednn_weights;

// Of a linear layer: `source` is a view [in, out] (a stored [out, in] matrix is passed with its strides swapped).
onednn_status onednn_weights_create_linear(const onednn_tensor *source, onednn_weights **weights);

// Of a convolution: `source` is a view [out, in / groups, height, width].
onednn_status onednn_weights_create_convolution(const onednn_tensor *source, ptrdiff_t groups,
                                                onednn_weights **weights);

// Forgets the packed copies; they are made again from the source at the next use.
void onednn_weights_invalidate(onednn_weights *weights);
// Makes the packed copy the only one: what the source's memory holds no longer matters until
// `onednn_weights_give_back`, and other layouts are made from the copy. False, and nothing changes, unless there is one
// copy, of the source's own type, and a way back.
bool onednn_weights_take_over(onednn_weights *weights);
// Writes the source again, every bit as it was. The copy stays.
onednn_status onednn_weights_give_back(onednn_weights *weights);
// Bytes held by packed copies.
size_t onednn_weights_bytes(const onednn_weights *weights);
void onednn_weights_release(onednn_weights *weights);

// MARK: Products

// c[…, m, n] = epilogue(a[…, m, k] b[…, k, n]); leading axes are a batch, size 1 broadcasts. Any strides, so that
// transposed operands and the heads of [batch, tokens, heads, dim] need no copy.
onednn_status onednn_matmul(const onednn_tensor *a, const onednn_tensor *b, const onednn_tensor *c,
                            const onednn_epilogue *epilogue);

// y[m, out] = epilogue(x[m, in] weights[in, out]) with packed weights.
onednn_status onednn_linear(const onednn_tensor *x, onednn_weights *weights, const onednn_tensor *y,
                            const onednn_epilogue *epilogue);

// MARK: Convolution. Activations are [batch, height, width, channels], dense.

typedef struct {
    ptrdiff_t strides[2];   // down, across
    ptrdiff_t dilations[2]; // 1 for none
    ptrdiff_t padding[4];   // top, bottom, left, right
} onednn_geometry;

onednn_status onednn_convolution(const onednn_tensor *x, onednn_weights *weights, const onednn_tensor *y,
                                 const onednn_geometry *geometry, const onednn_epilogue *epilogue);

onednn_status onednn_convolution_backward_data(const onednn_tensor *dy, onednn_weights *weights,
                                               const onednn_tensor *dx, const onednn_geometry *geometry);

// dw is a dense [out, in / groups, height, width], float32 or the type of x; db (may be NULL) is [out].
onednn_status onednn_convolution_backward_weights(const onednn_tensor *x, const onednn_tensor *dy,
                                                  const onednn_tensor *dw, const onednn_tensor *db, ptrdiff_t groups,
                                                  const onednn_geometry *geometry);

// MARK: Layer normalisation

// Over the last axis. weight and bias are float32 [channels]; mean and variance are float32 [rows], written when not
// NULL (both or neither), for the backward pass.
onednn_status onednn_layer_norm(const onednn_tensor *x, const float *weight, const float *bias,
                                const onednn_tensor *y, float *mean, float *variance, float epsilon);

onednn_status onednn_layer_norm_backward(const onednn_tensor *x, const float *weight, const float *mean,
                                         const float *variance, const onednn_tensor *dy, const onednn_tensor *dx,
                                         float *dweight, float *dbias, float epsilon);

// Copies between views of equal shape: changes strides, data type or both.
onednn_status onednn_reorder(const onednn_tensor *from, const onednn_tensor *to);

#ifdef __cplusplus
}
#endif
