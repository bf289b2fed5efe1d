#include "runtime.hpp"

using namespace rhumb;
using dnnl::normalization_flags;
using dnnl::prop_kind;

namespace {

/// Rows and channels of a dense tensor that is normalised over its last axis.
struct Rows {
    explicit Rows(const onednn_tensor &x) {
        channels = x.shape[x.rank - 1];
        for (int axis = 0; axis + 1 < x.rank; axis++) count *= x.shape[axis];
        data = Desc({count, channels}, dataType(x.type), dnnl::memory::format_tag::ab);
        statistics = Desc({count}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
        vector = Desc({channels}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
    }
    int64_t count = 1, channels;
    Desc data, statistics, vector;
};

const auto affine = normalization_flags::use_scale | normalization_flags::use_shift;

}  // namespace

onednn_status onednn_layer_norm(const onednn_tensor *x, const float *weight, const float *bias,
                                const onednn_tensor *y, float *mean, float *variance, float epsilon) {
    return guarded([&] {
        const bool keep = mean && variance;
        Key key(Operation::layerNorm);
        key.add(*x);
        key.add(static_cast<int64_t>(keep));
        key.add(epsilon);
        auto &plan = Runtime::shared().plan(key, 16 * elements(*x), [&](Plan &plan) {
            const Rows rows(*x);
            plan.adopt<dnnl::layer_normalization_forward>(compatibility::layerNorm(
                Runtime::shared().engine, keep ? prop_kind::forward_training : prop_kind::forward_inference, rows.data,
                rows.statistics, epsilon, affine, plainAttributes()));
            plan.bind(DNNL_ARG_SRC, rows.data);
            plan.bind(DNNL_ARG_SCALE, rows.vector);
            plan.bind(DNNL_ARG_SHIFT, rows.vector);
            plan.bind(DNNL_ARG_DST, rows.data);
            if (keep) {
                plan.bind(DNNL_ARG_MEAN, rows.statistics);
                plan.bind(DNNL_ARG_VARIANCE, rows.statistics);
            }
        });
        plan.run({x->data, weight, bias, y->data, keep ? mean : nullptr, keep ? variance : nullptr});
    });
}

onednn_status onednn_layer_norm_backward(const onednn_tensor *x, const float *weight, const float *mean,
                                         const float *variance, const onednn_tensor *dy, const onednn_tensor *dx,
                                         float *dweight, float *dbias, float epsilon) {
    return guarded([&] {
        Key key(Operation::layerNormBackward);
        key.add(*x);
        key.add(epsilon);
        auto &plan = Runtime::shared().plan(key, 16 * elements(*x), [&](Plan &plan) {
            auto &engine = Runtime::shared().engine;
            const Rows rows(*x);
            const auto forward = compatibility::layerNorm(engine, prop_kind::forward_training, rows.data,
                                                          rows.statistics, epsilon, affine, plainAttributes());
            plan.adopt<dnnl::layer_normalization_backward>(
                compatibility::layerNormBackward(engine, prop_kind::backward, rows.data, rows.statistics, epsilon,
                                                 affine, plainAttributes(), forward));
            plan.bind(DNNL_ARG_SRC, rows.data);
            plan.bind(DNNL_ARG_MEAN, rows.statistics);
            plan.bind(DNNL_ARG_VARIANCE, rows.statistics);
            plan.bind(DNNL_ARG_SCALE, rows.vector);
            // The backward kernel of 2.6 reads a shift that its mathematics does not need.
            plan.bind(DNNL_ARG_SHIFT, rows.vector);
            plan.bind(DNNL_ARG_DIFF_DST, rows.data);
            plan.bind(DNNL_ARG_DIFF_SRC, rows.data);
            plan.bind(DNNL_ARG_DIFF_SCALE, rows.vector);
            plan.bind(DNNL_ARG_DIFF_SHIFT, rows.vector);
        });
        plan.run({x->data, mean, variance, weight, weight, dy->data, dx->data, dweight, dbias});
    });
}

onednn_status onednn_reorder(const onednn_tensor *from, const onednn_tensor *to) {
    return guarded([&] {
        Key key(Operation::reorder);
        key.add(*from);
        key.add(*to);
        auto &plan = Runtime::shared().plan(key, 16 * elements(*from), [&](Plan &plan) {
            auto &engine = Runtime::shared().engine;
            const auto source = describe(*from), destination = describe(*to);
            plan.adopt<dnnl::reorder>(
                dnnl::reorder::primitive_desc(engine, source, engine, destination, plainAttributes()));
            plan.bind(DNNL_ARG_FROM, source);
            plan.bind(DNNL_ARG_TO, destination);
        });
        plan.run({from->data, to->data});
    });
}
