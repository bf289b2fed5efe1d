#include "runtime.hpp"

using namespace rhumb;

namespace {

compatibility::Spatial spatial(const onednn_geometry &g) {
    return {{g.strides[0], g.strides[1]},
            {g.dilations[0] - 1, g.dilations[1] - 1},
            {g.padding[0], g.padding[2]},
            {g.padding[1], g.padding[3]}};
}

/// The weights of a convolution in whatever layout its kernel prefers.
Desc anyLayout(const onednn_tensor &weights, onednn_type type) {
    return {Dims(weights.shape, weights.shape + weights.rank), dataType(type), dnnl::memory::format_tag::any};
}

/// oneDNN wants the forward primitive as a hint for the backward ones.
dnnl::convolution_forward::primitive_desc hint(const Desc &x, const Desc &w, const Desc &y,
                                               const onednn_geometry &geometry) {
    return compatibility::convolution(Runtime::shared().engine, x, w, {}, y, spatial(geometry), plainAttributes());
}

/// Multiplications: each output element takes the inputs of its group under the kernel.
double work(const onednn_tensor &y, const onednn_tensor &weights) {
    const auto *shape = weights.shape + weights.rank - 3;
    return elements(y) * static_cast<double>(shape[0] * shape[1] * shape[2]);
}

void addWeights(Key &key, const onednn_weights &weights) {
    for (int axis = 0; axis < weights.source.rank; axis++) key.add(weights.source.shape[axis]);
}

}  // namespace

onednn_status onednn_convolution(const onednn_tensor *x, onednn_weights *weights, const onednn_tensor *y,
                                 const onednn_geometry *geometry, const onednn_epilogue *epilogue) {
    return guarded([&] {
        const auto &after = orIdentity(epilogue);
        Key key(Operation::convolution);
        key.add(*x);
        key.add(*y);
        addWeights(key, *weights);
        key.add(*geometry);
        key.add(after);
        auto &plan = Runtime::shared().plan(key, work(*y, weights->source), [&](Plan &plan) {
            const auto dx = describeImage(*x), dy = describeImage(*y);
            const auto bias = describeRow(after.bias, 1);
            const auto residual = after.residual ? describeImage(*after.residual) : Desc();
            const auto desc = compatibility::convolution(Runtime::shared().engine, dx,
                                                         anyLayout(weights->source, x->type), bias, dy,
                                                         spatial(*geometry), attributes(after, residual));
            plan.adopt<dnnl::convolution_forward>(desc);
            plan.bind(DNNL_ARG_SRC, dx);
            plan.bind(DNNL_ARG_DST, dy);
            plan.bindEpilogue(after, bias, residual);
            plan.bindPacked(DNNL_ARG_WEIGHTS, desc.weights_desc());
        });
        plan.run({x->data, y->data, address(after.bias), address(after.residual)}, &weights->inLayout(plan.weights));
    });
}

onednn_status onednn_convolution_backward_data(const onednn_tensor *dy, onednn_weights *weights,
                                               const onednn_tensor *dx, const onednn_geometry *geometry) {
    return guarded([&] {
        Key key(Operation::convolutionBackwardData);
        key.add(*dy);
        key.add(*dx);
        addWeights(key, *weights);
        key.add(*geometry);
        auto &plan = Runtime::shared().plan(key, work(*dy, weights->source), [&](Plan &plan) {
            const auto ddx = describeImage(*dx), ddy = describeImage(*dy);
            const auto any = anyLayout(weights->source, dy->type);
            const auto desc = compatibility::convolutionBackwardData(Runtime::shared().engine, ddx, any, ddy,
                                                                     spatial(*geometry), plainAttributes(),
                                                                     hint(ddx, any, ddy, *geometry));
            plan.adopt<dnnl::convolution_backward_data>(desc);
            plan.bind(DNNL_ARG_DIFF_DST, ddy);
            plan.bind(DNNL_ARG_DIFF_SRC, ddx);
            plan.bindPacked(DNNL_ARG_WEIGHTS, desc.weights_desc());
        });
        plan.run({dy->data, dx->data}, &weights->inLayout(plan.weights));
    });
}

onednn_status onednn_convolution_backward_weights(const onednn_tensor *x, const onednn_tensor *dy,
                                                  const onednn_tensor *dw, const onednn_tensor *db, ptrdiff_t groups,
                                                  const onednn_geometry *geometry) {
    return guarded([&] {
        // The plain view of the gradient, with the groups as an axis of its own where there are any.
        std::unique_ptr<onednn_weights, void (*)(onednn_weights *)> gradient(nullptr, onednn_weights_release);
        onednn_weights *handle = nullptr;
        const auto status = onednn_weights_create_convolution(dw, groups, &handle);
        if (status != ONEDNN_OK) throw Failure{status, onednn_message()};
        gradient.reset(handle);
        Key key(Operation::convolutionBackwardWeights);
        key.add(*x);
        key.add(*dy);
        key.add(gradient->source);
        key.add(static_cast<int64_t>(db ? 1 + db->type : 0));
        key.add(*geometry);
        auto &runtime = Runtime::shared();
        auto &plan = runtime.plan(key, work(*dy, gradient->source), [&](Plan &plan) {
            const auto dx = describeImage(*x), ddy = describeImage(*dy);
            const auto any = anyLayout(gradient->source, dw->type), bias = describeRow(db, 1);
            const auto forward = hint(dx, anyLayout(gradient->source, x->type), ddy, *geometry);
            const auto desc = compatibility::convolutionBackwardWeights(runtime.engine, dx, any, bias, ddy,
                                                                        spatial(*geometry), plainAttributes(), forward);
            plan.adopt<dnnl::convolution_backward_weights>(desc);
            plan.bind(DNNL_ARG_SRC, dx);
            plan.bind(DNNL_ARG_DIFF_DST, ddy);
            if (db) plan.bind(DNNL_ARG_DIFF_BIAS, bias);
            plan.bindPacked(DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc());
        });
        dnnl::memory plain(describe(gradient->source), runtime.engine, dw->data);
        std::shared_ptr<void> owner;
        const bool direct = plain.get_desc() == plan.weights;
        auto blocked = direct ? plain : runtime.allocate(plan.weights, owner);
        plan.run({x->data, dy->data, address(db)}, &blocked);
        if (!direct) runtime.reorder(blocked, plain);
    });
}
