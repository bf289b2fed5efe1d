#include "runtime.hpp"

using namespace rhumb;

static void checkProduct(const onednn_tensor &a, const onednn_tensor &b, const onednn_tensor &c) {
    const int rank = c.rank;
    if (rank < 2 || a.rank != rank || b.rank != rank)
        throw Failure{ONEDNN_INVALID, "the operands of a product need the same number of axes, at least 2"};
    if (a.shape[rank - 1] != b.shape[rank - 2] || a.shape[rank - 2] != c.shape[rank - 2]
        || b.shape[rank - 1] != c.shape[rank - 1])
        throw Failure{ONEDNN_INVALID, "the sizes of a product do not fit together"};
}

onednn_status onednn_matmul(const onednn_tensor *a, const onednn_tensor *b, const onednn_tensor *c,
                            const onednn_epilogue *epilogue) {
    return guarded([&] {
        checkProduct(*a, *b, *c);
        const auto &after = orIdentity(epilogue);
        Key key(Operation::matmul);
        key.add(*a);
        key.add(*b);
        key.add(*c);
        key.add(after);
        const double work = elements(*c) * static_cast<double>(a->shape[a->rank - 1]);
        auto &plan = Runtime::shared().plan(key, work, [&](Plan &plan) {
            const auto da = describe(*a), db = describe(*b), dc = describe(*c);
            const auto bias = describeRow(after.bias, c->rank);
            const auto residual = after.residual ? describe(*after.residual) : Desc();
            plan.adopt<dnnl::matmul>(
                compatibility::matmul(Runtime::shared().engine, da, db, bias, dc, attributes(after, residual)));
            plan.bind(DNNL_ARG_SRC, da);
            plan.bind(DNNL_ARG_WEIGHTS, db);
            plan.bind(DNNL_ARG_DST, dc);
            plan.bindEpilogue(after, bias, residual);
        });
        plan.run({a->data, b->data, c->data, address(after.bias), address(after.residual)});
    });
}

onednn_status onednn_linear(const onednn_tensor *x, onednn_weights *weights, const onednn_tensor *y,
                            const onednn_epilogue *epilogue) {
    return guarded([&] {
        checkProduct(*x, weights->source, *y);
        const auto &after = orIdentity(epilogue);
        Key key(Operation::linear);
        key.add(*x);
        key.add(*y);
        key.add(after);
        const double work = elements(*y) * static_cast<double>(x->shape[1]);
        auto &plan = Runtime::shared().plan(key, work, [&](Plan &plan) {
            const auto &w = weights->source;
            const auto dx = describe(*x), dy = describe(*y);
            const auto bias = describeRow(after.bias, 2);
            const auto residual = after.residual ? describe(*after.residual) : Desc();
            const Desc any({w.shape[0], w.shape[1]}, dataType(x->type), dnnl::memory::format_tag::any);
            const auto desc =
                compatibility::matmul(Runtime::shared().engine, dx, any, bias, dy, attributes(after, residual));
            plan.adopt<dnnl::matmul>(desc);
            plan.bind(DNNL_ARG_SRC, dx);
            plan.bind(DNNL_ARG_DST, dy);
            plan.bindEpilogue(after, bias, residual);
            plan.bindPacked(DNNL_ARG_WEIGHTS, desc.weights_desc());
        });
        plan.run({x->data, y->data, address(after.bias), address(after.residual)}, &weights->inLayout(plan.weights));
    });
}
