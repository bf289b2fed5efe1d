// Engine, errors, scratch memory and the cache of primitives that every operation of the shim uses.
#pragma once

#include <array>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "compatibility.hpp"
#include "include/onednn.h"

namespace rhumb {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

/// What a call came to, thrown inside the shim and turned into a status at its border.
struct Failure {
    onednn_status status;
    std::string message;
};

/// Says which operation a primitive is for; the first word of its key.
enum class Operation : int64_t {
    matmul, linear, convolution, convolutionBackwardData, convolutionBackwardWeights,
    layerNorm, layerNormBackward, reorder,
};

/// Everything that distinguishes one primitive from another, as a short run of words.
class Key {
public:
    explicit Key(Operation operation) { add(static_cast<int64_t>(operation)); }

    void add(int64_t word) {
        if (count == words.size()) throw Failure{ONEDNN_INVALID, "an operation with too many parameters"};
        words[count++] = word;
    }
    void add(float number) {
        int32_t bits;
        std::memcpy(&bits, &number, sizeof bits);
        add(static_cast<int64_t>(bits));
    }
    void add(const onednn_tensor &tensor);
    void add(const onednn_epilogue &epilogue);
    void add(const onednn_geometry &geometry);

    bool operator==(const Key &other) const {
        return count == other.count && std::memcmp(words.data(), other.words.data(), count * sizeof(int64_t)) == 0;
    }
    size_t hash() const;

private:
    size_t count = 0;
    std::array<int64_t, 72> words;
};

/// A primitive with the memory objects it is run on; only their addresses change from call to call.
class Plan {
public:
    /// Takes the primitive of a descriptor, unless oneDNN offers nothing better than its reference kernel.
    template <typename Primitive, typename PrimitiveDesc> void adopt(const PrimitiveDesc &desc) {
        implementation = desc.impl_info_str();
        refuseReference();
        primitive = Primitive(desc);
        reserveScratch(desc.scratchpad_desc());
    }
    void bind(int argument, const Desc &desc);
    /// Binds the bias and the residual of an epilogue, those that it has.
    void bindEpilogue(const onednn_epilogue &epilogue, const Desc &bias, const Desc &residual);
    /// Weights in the layout that the kernel prefers; they come with `run`.
    void bindPacked(int argument, const Desc &layout) {
        packedArgument = argument;
        weights = layout;
    }

    /// Runs with one address for each bound argument, in the order they were bound; null ones are passed over.
    void run(std::initializer_list<const void *> addresses, const dnnl::memory *packed = nullptr);

    std::string implementation;
    Desc weights;  // the layout of `bindPacked`

private:
    void refuseReference() const;
    void reserveScratch(const Desc &desc);

    dnnl::primitive primitive;
    std::vector<dnnl::memory> memories;
    std::vector<dnnl_exec_arg_t> arguments;
    dnnl::memory scratch;
    size_t scratchBytes = 0;
    int packedArgument = 0;
};

/// The state of the library in this process; used by one thread.
class Runtime {
public:
    static Runtime &shared();

    /// The plan for a key; `build` fills a new one on the first call.
    ///
    /// - Parameter work: multiplications, or elements touched times sixteen. A few microseconds of it are done by the
    ///   calling thread alone: waking the others would cost as much, and far more on a busy machine.
    template <typename Build> Plan &plan(Key key, double work, Build build) {
        // Asked first of all: a new number of threads drops the plans, which nobody may hold then.
        const int all = threads(), wanted = work < smallWork ? 1 : all;
        applyThreads(wanted);
        key.add(static_cast<int64_t>(wanted));
        auto found = plans.find(key);
        if (found != plans.end()) return *found->second;
        auto plan = std::make_unique<Plan>();
        build(*plan);
        // A program that keeps meeting new shapes must not keep every primitive it ever made.
        if (plans.size() >= maximumPlans) plans.clear();
        return *plans.emplace(key, std::move(plan)).first->second;
    }

    void *scratch(size_t bytes);
    /// As many as the pool has; primitives made for another number are dropped.
    int threads();
    void releaseCaches();
    dnnl::memory allocate(const Desc &desc, std::shared_ptr<void> &owner);
    void reorder(dnnl::memory &from, dnnl::memory &to);

    Runtime();
    dnnl::engine engine;
    dnnl::stream stream;
    std::string message, implementation;

private:
    static constexpr size_t maximumPlans = 4096;
    static constexpr double smallWork = 1 << 18;
    struct Hash {
        size_t operator()(const Key &key) const { return key.hash(); }
    };

    void applyThreads(int count);

    std::unordered_map<Key, std::unique_ptr<Plan>, Hash> plans;
    std::shared_ptr<void> scratchMemory;
    size_t scratchCapacity = 0;
    int threadCount = 0;
};

/// The border: no exception passes it.
template <typename Body> onednn_status guarded(Body body) {
    try {
        body();
        return ONEDNN_OK;
    } catch (const Failure &failure) {
        Runtime::shared().message = failure.message;
        return failure.status;
    } catch (const dnnl::error &error) {
        Runtime::shared().message = error.what();
        switch (error.status) {
        case dnnl_out_of_memory: return ONEDNN_OUT_OF_MEMORY;
        case dnnl_invalid_arguments: return ONEDNN_INVALID;
        case dnnl_unimplemented: return ONEDNN_UNSUPPORTED;
        default: return ONEDNN_FAILED;
        }
    } catch (const std::bad_alloc &) {
        Runtime::shared().message = "out of memory";
        return ONEDNN_OUT_OF_MEMORY;
    } catch (const std::exception &error) {
        Runtime::shared().message = error.what();
        return ONEDNN_FAILED;
    } catch (...) {
        Runtime::shared().message = "an unknown error";
        return ONEDNN_FAILED;
    }
}

dnnl::memory::data_type dataType(onednn_type type);
/// The descriptor of a view as it is.
Desc describe(const onednn_tensor &tensor);
/// The descriptor of [batch, height, width, channels] in oneDNN's order of axes.
Desc describeImage(const onednn_tensor &tensor);
/// The descriptor of a vector laid along the last axis of something of `rank` axes, or nothing.
Desc describeRow(const onednn_tensor *vector, int rank);
/// The attributes of an epilogue, with scratch memory that the shim provides.
dnnl::primitive_attr attributes(const onednn_epilogue &epilogue, const Desc &residual);
dnnl::primitive_attr plainAttributes();
/// An epilogue that does nothing stands for NULL.
const onednn_epilogue &orIdentity(const onednn_epilogue *epilogue);
/// Elements of a view.
inline double elements(const onednn_tensor &tensor) {
    double count = 1;
    for (int axis = 0; axis < tensor.rank; axis++) count *= static_cast<double>(tensor.shape[axis]);
    return count;
}
/// The address of an operand that may be absent.
inline const void *address(const onednn_tensor *tensor) { return tensor ? tensor->data : nullptr; }

}  // namespace rhumb

/// Packed weights: the source, and a copy for each layout that a kernel asked for. There is usually one.
struct onednn_weights {
    onednn_tensor source;  // in oneDNN's order of axes: [in, out], or [(groups,) out, in, height, width]
    ptrdiff_t groups = 1;
    struct Packed {
        rhumb::Desc desc;
        dnnl::memory memory;
        std::shared_ptr<void> owner;  // none where the source lies in this layout already: it is read where it is
    };
    std::vector<Packed> packed;
    bool isOnlyCopy = false;  // the first copy stands for the source, whose memory may hold anything

    /// The copy in a layout, packed now if it is asked for the first time.
    const dnnl::memory &inLayout(const rhumb::Desc &wanted);
    /// The source where and as it lies.
    dnnl::memory plain() const;
};
