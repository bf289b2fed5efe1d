#include "kernels.h"
#include "runtime.hpp"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>

// The OpenMP runtime that oneDNN is built on; Swift's clang has no omp.h.
extern "C" void omp_set_num_threads(int);

namespace rhumb {

// MARK: Keys

void Key::add(const onednn_tensor &tensor) {
    add(static_cast<int64_t>(tensor.type) << 8 | tensor.rank);
    for (int axis = 0; axis < tensor.rank; axis++) {
        add(tensor.shape[axis]);
        add(tensor.strides[axis]);
    }
}

void Key::add(const onednn_epilogue &epilogue) {
    const auto typed = [](const onednn_tensor *tensor) { return tensor ? 1 + static_cast<int64_t>(tensor->type) : 0; };
    add(static_cast<int64_t>(epilogue.activation) | typed(epilogue.bias) << 8 | typed(epilogue.residual) << 16);
    add(epilogue.alpha);
    add(epilogue.scale);
}

void Key::add(const onednn_geometry &geometry) {
    for (auto word : geometry.strides) add(static_cast<int64_t>(word));
    for (auto word : geometry.dilations) add(static_cast<int64_t>(word));
    for (auto word : geometry.padding) add(static_cast<int64_t>(word));
}

size_t Key::hash() const {
    uint64_t state = 0x9e3779b97f4a7c15;
    for (size_t index = 0; index < count; index++) {
        state = (state ^ static_cast<uint64_t>(words[index])) * 0xff51afd7ed558ccd;
        state ^= state >> 32;
    }
    return state;
}

// MARK: Plans

void Plan::bind(int argument, const Desc &desc) {
    memories.push_back(dnnl::memory(desc, Runtime::shared().engine, DNNL_MEMORY_NONE));
    arguments.push_back({argument, memories.back().get()});
}

void Plan::bindEpilogue(const onednn_epilogue &epilogue, const Desc &bias, const Desc &residual) {
    if (epilogue.bias) bind(DNNL_ARG_BIAS, bias);
    // The residual is the last of the post-ops, behind the scale and the activation.
    const int position = (epilogue.scale != 1) + (epilogue.activation != ONEDNN_IDENTITY);
    if (epilogue.residual) bind(DNNL_ARG_ATTR_MULTIPLE_POST_OP(position) | DNNL_ARG_SRC_1, residual);
}

void Plan::run(std::initializer_list<const void *> addresses, const dnnl::memory *packed) {
    auto &runtime = Runtime::shared();
    std::array<dnnl_exec_arg_t, 12> all;
    if (arguments.size() + 2 > all.size()) throw Failure{ONEDNN_INVALID, "an operation with too many operands"};
    size_t count = 0;
    for (const void *address : addresses) {
        if (!address) continue;
        all[count] = arguments[count];
        if (dnnl_memory_set_data_handle(all[count++].memory, const_cast<void *>(address)) != dnnl_success)
            throw Failure{ONEDNN_FAILED, "oneDNN refused the address of an operand"};
    }
    if (packed) all[count++] = {packedArgument, packed->get()};
    if (scratchBytes > 0) {
        scratch.set_data_handle(runtime.scratch(scratchBytes));
        all[count++] = {DNNL_ARG_SCRATCHPAD, scratch.get()};
    }
    rk_rest();  // two pools that wait awake would be in each other's way
    auto status = dnnl_primitive_execute(primitive.get(), runtime.stream.get(), static_cast<int>(count), all.data());
    if (status != dnnl_success) throw Failure{ONEDNN_FAILED, "oneDNN could not run " + implementation};
    runtime.implementation = implementation;
}

void Plan::refuseReference() const {
    if (implementation.find("ref") == std::string::npos) return;
    throw Failure{ONEDNN_UNSUPPORTED, "oneDNN has only its reference kernel for this (" + implementation + ")"};
}

void Plan::reserveScratch(const Desc &desc) {
    scratchBytes = desc.get_size();
    if (scratchBytes > 0) scratch = dnnl::memory(desc, Runtime::shared().engine, DNNL_MEMORY_NONE);
}

// MARK: Runtime

Runtime::Runtime() {
    // Before anything else: the set is kept from the first question on.
    switch (rk_instruction_set()) {
    case RK_AVX2: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2); break;
    case RK_AVX512: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core); break;
    default: break;
    }
    engine = dnnl::engine(dnnl::engine::kind::cpu, 0);
    stream = dnnl::stream(engine);
}

Runtime &Runtime::shared() {
    static Runtime runtime;
    return runtime;
}

/// Blocks that were let go of, by size: weights that change at every step are packed into the same sizes again, and
/// fresh pages would have to be cleared each time.
struct FreeBlocks {
    static constexpr size_t most = size_t(256) << 20;
    std::unordered_map<size_t, std::vector<void *>> bySize;
    size_t held = 0;

    /// Never destroyed: weights may outlive everything static.
    static FreeBlocks &shared() {
        static auto *blocks = new FreeBlocks;
        return *blocks;
    }

    void *take(size_t size) {
        const auto found = bySize.find(size);
        if (found == bySize.end() || found->second.empty()) return nullptr;
        void *memory = found->second.back();
        found->second.pop_back();
        held -= size;
        return memory;
    }

    void give(void *memory, size_t size) {
        if (held + size > most) return std::free(memory);
        bySize[size].push_back(memory);
        held += size;
    }

    void clear() {
        for (auto &[size, blocks] : bySize)
            for (void *memory : blocks) std::free(memory);
        bySize.clear();
        held = 0;
    }
};

static void *alignedMemory(size_t bytes) {
    constexpr size_t hugePage = size_t(1) << 21;
    void *memory = nullptr;
    if (posix_memalign(&memory, bytes >= hugePage ? hugePage : 64, bytes) != 0) throw std::bad_alloc();
    // Only a wish: without it the weights are found through many more page table entries. What does not fill a page
    // stays on small ones, of which only those in use take memory.
    if (bytes >= hugePage) madvise(memory, bytes / hugePage * hugePage, MADV_HUGEPAGE);
    return memory;
}

static std::shared_ptr<void> reusedMemory(size_t bytes) {
    const size_t size = std::max(bytes, size_t(1));
    void *memory = FreeBlocks::shared().take(size);
    if (!memory) memory = alignedMemory(size);
    return {memory, [size](void *freed) { FreeBlocks::shared().give(freed, size); }};
}

void *Runtime::scratch(size_t bytes) {
    if (bytes > scratchCapacity) {
        scratchMemory = nullptr;
        scratchCapacity = 0;
        scratchMemory = {alignedMemory(bytes), std::free};
        scratchCapacity = bytes;
    }
    return scratchMemory.get();
}

dnnl::memory Runtime::allocate(const Desc &desc, std::shared_ptr<void> &owner) {
    owner = reusedMemory(desc.get_size());
    return {desc, engine, owner.get()};
}

void Runtime::reorder(dnnl::memory &from, dnnl::memory &to) {
    applyThreads(std::max(1, threadCount));
    dnnl::reorder(from, to).execute(stream, from, to);
}

int Runtime::threads() {
    if (threadCount != rk_threads()) {
        threadCount = rk_threads();
        plans.clear();
    }
    return threadCount;
}

void Runtime::applyThreads(int count) {
    // OpenMP keeps the count for each calling thread, and the engine may have moved to another one.
    thread_local int applied = 0;
    if (applied == count) return;
    applied = count;
    omp_set_num_threads(count);
}

void Runtime::releaseCaches() {
    plans.clear();
    scratchMemory = nullptr;
    scratchCapacity = 0;
    FreeBlocks::shared().clear();
    // What was freed before, by others too, is still the process's.
    malloc_trim(0);
}

// MARK: Descriptors

dnnl::memory::data_type dataType(onednn_type type) {
    return type == ONEDNN_BF16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

Desc describe(const onednn_tensor &tensor) {
    return {Dims(tensor.shape, tensor.shape + tensor.rank), dataType(tensor.type),
            Dims(tensor.strides, tensor.strides + tensor.rank)};
}

Desc describeImage(const onednn_tensor &tensor) {
    if (tensor.rank != 4) throw Failure{ONEDNN_INVALID, "an image batch has 4 axes"};
    const auto *n = tensor.shape;
    return {Dims{n[0], n[3], n[1], n[2]}, dataType(tensor.type), dnnl::memory::format_tag::nhwc};
}

Desc describeRow(const onednn_tensor *vector, int rank) {
    if (!vector) return {};
    Dims shape(rank, 1);
    Dims strides(rank, vector->shape[0]);
    shape.back() = vector->shape[0];
    strides.back() = 1;
    return {shape, dataType(vector->type), strides};
}

dnnl::primitive_attr plainAttributes() {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attr;
}

dnnl::primitive_attr attributes(const onednn_epilogue &epilogue, const Desc &residual) {
    using dnnl::algorithm;
    auto attr = plainAttributes();
    dnnl::post_ops ops;
    auto append = [&](algorithm kind, float alpha = 0) { compatibility::appendEltwise(ops, kind, alpha, 0); };
    if (epilogue.scale != 1) append(algorithm::eltwise_linear, epilogue.scale);
    switch (epilogue.activation) {
    case ONEDNN_IDENTITY: break;
    case ONEDNN_RELU: append(algorithm::eltwise_relu); break;
    case ONEDNN_GELU_ERF: append(algorithm::eltwise_gelu_erf); break;
    case ONEDNN_GELU_TANH: append(algorithm::eltwise_gelu_tanh); break;
    case ONEDNN_SWISH: append(algorithm::eltwise_swish, epilogue.alpha); break;
    case ONEDNN_TANH: append(algorithm::eltwise_tanh); break;
    case ONEDNN_SIGMOID: append(algorithm::eltwise_logistic); break;
    }
    if (epilogue.residual) ops.append_binary(algorithm::binary_add, residual);
    attr.set_post_ops(ops);
    return attr;
}

const onednn_epilogue &orIdentity(const onednn_epilogue *epilogue) {
    static const onednn_epilogue identity{nullptr, ONEDNN_IDENTITY, 0, 1, nullptr};
    return epilogue ? *epilogue : identity;
}

}  // namespace rhumb

using rhumb::Runtime;

onednn_tensor onednn_view(const void *data, onednn_type type, ptrdiff_t rank, const ptrdiff_t *shape,
                          const ptrdiff_t *strides) {
    onednn_tensor view{const_cast<void *>(data), type, static_cast<int32_t>(rank), {}, {}};
    int64_t dense = 1;
    for (ptrdiff_t axis = rank - 1; axis >= 0; axis--) {
        view.shape[axis] = shape[axis];
        view.strides[axis] = strides ? strides[axis] : dense;
        dense *= shape[axis];
    }
    return view;
}

const char *onednn_message(void) { return Runtime::shared().message.c_str(); }

const char *onednn_implementation(void) { return Runtime::shared().implementation.c_str(); }

const char *onednn_version(void) {
    static const std::string version = [] {
        const auto *v = dnnl_version();
        return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
    }();
    return version.c_str();
}

void onednn_release_caches(void) { Runtime::shared().releaseCaches(); }
