// The places where oneDNN 2 and 3 spell the same thing differently: 2 goes through operation descriptors, 3 does not.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace rhumb::compatibility {

using dnnl::algorithm;
using dnnl::engine;
using dnnl::normalization_flags;
using dnnl::primitive_attr;
using dnnl::prop_kind;
using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

/// The spatial arguments of a convolution, as oneDNN counts them (a dilation of 0 is none).
struct Spatial {
    Dims strides, dilations, before, after;
};

#if DNNL_VERSION_MAJOR >= 3

inline dnnl::memory::data_type type(const Desc &desc) { return desc.get_data_type(); }

inline void appendEltwise(dnnl::post_ops &ops, algorithm kind, float alpha, float beta) {
    ops.append_eltwise(kind, alpha, beta);
}

inline dnnl::matmul::primitive_desc matmul(const engine &engine, const Desc &a, const Desc &b, const Desc &bias,
                                           const Desc &c, const primitive_attr &attr) {
    return {engine, a, b, bias, c, attr};
}

inline dnnl::convolution_forward::primitive_desc convolution(const engine &engine, const Desc &x, const Desc &w,
                                                             const Desc &bias, const Desc &y, const Spatial &s,
                                                             const primitive_attr &attr) {
    return {engine, prop_kind::forward_training, algorithm::convolution_direct, x, w, bias, y, s.strides, s.dilations,
            s.before, s.after, attr};
}

inline dnnl::convolution_backward_data::primitive_desc convolutionBackwardData(
    const engine &engine, const Desc &dx, const Desc &w, const Desc &dy, const Spatial &s, const primitive_attr &attr,
    const dnnl::convolution_forward::primitive_desc &hint) {
    return {engine, algorithm::convolution_direct, dx, w, dy, s.strides, s.dilations, s.before, s.after, hint, attr};
}

inline dnnl::convolution_backward_weights::primitive_desc convolutionBackwardWeights(
    const engine &engine, const Desc &x, const Desc &dw, const Desc &db, const Desc &dy, const Spatial &s,
    const primitive_attr &attr, const dnnl::convolution_forward::primitive_desc &hint) {
    return {engine, algorithm::convolution_direct, x, dw, db, dy, s.strides, s.dilations, s.before, s.after, hint, attr};
}

inline dnnl::layer_normalization_forward::primitive_desc layerNorm(const engine &engine, prop_kind kind, const Desc &x,
                                                                   const Desc &statistics, float epsilon,
                                                                   normalization_flags flags,
                                                                   const primitive_attr &attr) {
    return {engine, kind, x, x, statistics, epsilon, flags, attr};
}

inline dnnl::layer_normalization_backward::primitive_desc layerNormBackward(
    const engine &engine, prop_kind kind, const Desc &x, const Desc &statistics, float epsilon,
    normalization_flags flags, const primitive_attr &attr,
    const dnnl::layer_normalization_forward::primitive_desc &hint) {
    return {engine, kind, x, x, x, statistics, epsilon, flags, hint, attr};
}

#else

inline dnnl::memory::data_type type(const Desc &desc) { return desc.data_type(); }

inline void appendEltwise(dnnl::post_ops &ops, algorithm kind, float alpha, float beta) {
    ops.append_eltwise(1.0f, kind, alpha, beta);
}

inline dnnl::matmul::primitive_desc matmul(const engine &engine, const Desc &a, const Desc &b, const Desc &bias,
                                           const Desc &c, const primitive_attr &attr) {
    return {{a, b, bias, c}, attr, engine};
}

inline dnnl::convolution_forward::primitive_desc convolution(const engine &engine, const Desc &x, const Desc &w,
                                                             const Desc &bias, const Desc &y, const Spatial &s,
                                                             const primitive_attr &attr) {
    return {{prop_kind::forward_training, algorithm::convolution_direct, x, w, bias, y, s.strides, s.dilations,
             s.before, s.after},
            attr,
            engine};
}

inline dnnl::convolution_backward_data::primitive_desc convolutionBackwardData(
    const engine &engine, const Desc &dx, const Desc &w, const Desc &dy, const Spatial &s, const primitive_attr &attr,
    const dnnl::convolution_forward::primitive_desc &hint) {
    return {{algorithm::convolution_direct, dx, w, dy, s.strides, s.dilations, s.before, s.after}, attr, engine, hint};
}

inline dnnl::convolution_backward_weights::primitive_desc convolutionBackwardWeights(
    const engine &engine, const Desc &x, const Desc &dw, const Desc &db, const Desc &dy, const Spatial &s,
    const primitive_attr &attr, const dnnl::convolution_forward::primitive_desc &hint) {
    return {{algorithm::convolution_direct, x, dw, db, dy, s.strides, s.dilations, s.before, s.after},
            attr,
            engine,
            hint};
}

inline dnnl::layer_normalization_forward::primitive_desc layerNorm(const engine &engine, prop_kind kind, const Desc &x,
                                                                   const Desc &statistics, float epsilon,
                                                                   normalization_flags flags,
                                                                   const primitive_attr &attr) {
    return {{kind, x, statistics, epsilon, flags}, attr, engine};
}

inline dnnl::layer_normalization_backward::primitive_desc layerNormBackward(
    const engine &engine, prop_kind kind, const Desc &x, const Desc &statistics, float epsilon,
    normalization_flags flags, const primitive_attr &attr,
    const dnnl::layer_normalization_forward::primitive_desc &hint) {
    return {{kind, x, x, statistics, epsilon, flags}, attr, engine, hint};
}

#endif

}  // namespace rhumb::compatibility
