#include "runtime.hpp"

using namespace rhumb;

const dnnl::memory &onednn_weights::inLayout(const Desc &wanted) {
    for (auto &copy : packed)
        if (copy.desc == wanted) return copy.memory;
    auto &runtime = Runtime::shared();
    Packed copy{wanted, {}, nullptr};
    dnnl::memory from = isOnlyCopy ? packed.front().memory : plain();
    if (!isOnlyCopy && from.get_desc() == wanted) {
        copy.memory = from;
    } else {
        copy.memory = runtime.allocate(wanted, copy.owner);
        runtime.reorder(from, copy.memory);
    }
    packed.push_back(std::move(copy));
    return packed.back().memory;
}

dnnl::memory onednn_weights::plain() const {
    return dnnl::memory(describe(source), Runtime::shared().engine, source.data);
}

onednn_status onednn_weights_create_linear(const onednn_tensor *source, onednn_weights **weights) {
    return guarded([&] {
        if (source->rank != 2) throw Failure{ONEDNN_INVALID, "the weights of a linear layer have 2 axes"};
        auto handle = std::make_unique<onednn_weights>();
        handle->source = *source;
        *weights = handle.release();
    });
}

onednn_status onednn_weights_create_convolution(const onednn_tensor *source, ptrdiff_t groups,
                                                onednn_weights **weights) {
    return guarded([&] {
        if (source->rank != 4) throw Failure{ONEDNN_INVALID, "the weights of a convolution have 4 axes"};
        if (groups < 1 || source->shape[0] % groups != 0)
            throw Failure{ONEDNN_INVALID, "the output channels of a convolution must divide into its groups"};
        auto handle = std::make_unique<onednn_weights>();
        handle->source = *source;
        handle->groups = groups;
        if (groups > 1) {
            auto &s = handle->source;
            s.rank = 5;
            s.shape[0] = groups;
            s.shape[1] = source->shape[0] / groups;
            s.strides[0] = source->strides[0] * s.shape[1];
            s.strides[1] = source->strides[0];
            for (int axis = 1; axis < 4; axis++) {
                s.shape[axis + 1] = source->shape[axis];
                s.strides[axis + 1] = source->strides[axis];
            }
        }
        *weights = handle.release();
    });
}

void onednn_weights_invalidate(onednn_weights *weights) { weights->packed.clear(); }

bool onednn_weights_take_over(onednn_weights *weights) {
    if (weights->isOnlyCopy) return true;
    if (weights->packed.size() != 1) return false;
    auto &copy = weights->packed.front();
    if (!copy.owner) return false;
    if (compatibility::type(copy.desc) != dataType(weights->source.type)) return false;
    const auto status = guarded([&] {
        auto plain = weights->plain();
        dnnl::reorder(copy.memory, plain);
    });
    weights->isOnlyCopy = status == ONEDNN_OK;
    return weights->isOnlyCopy;
}

onednn_status onednn_weights_give_back(onednn_weights *weights) {
    if (!weights->isOnlyCopy) return ONEDNN_OK;
    return guarded([&] {
        auto plain = weights->plain();
        Runtime::shared().reorder(weights->packed.front().memory, plain);
        weights->isOnlyCopy = false;
    });
}

size_t onednn_weights_bytes(const onednn_weights *weights) {
    size_t total = 0;
    for (auto &copy : weights->packed)
        if (copy.owner) total += copy.desc.get_size();
    return total;
}

void onednn_weights_release(onednn_weights *weights) { delete weights; }
