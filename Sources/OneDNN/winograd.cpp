#include <algorithm>
#include <atomic>

#include "winograd.hpp"

using namespace rhumb;

namespace {

/// What a thread holds at once: with this the components of its tiles stay in its second-level cache.
constexpr size_t apartBytes = size_t(1) << 20;
/// What all threads hold at once, where they share a product.
constexpr size_t sharedBytes = size_t(32) << 20;
/// With fewer, a product waits for its weights: all threads then share one, with all the rows there are.
constexpr size_t fewestRows = 32;

struct Job {
    rk_winograd_grid grid;
    size_t tiles, rows, inputs, outputs;
    const void *x, *residual;
    const float *bias;
    void *y;
    const dnnl::memory *packed;
    std::vector<Plan *> plans;  // one a thread
    char *scratch;
    size_t scratchEach;
    mutable std::atomic<bool> failed{false};

    size_t pictureBytes() const { return parts * rows * inputs * sizeof(float); }
    size_t resultBytes() const { return parts * rows * outputs * sizeof(float); }

    /// Tiles of one chunk through all stages.
    void run(size_t chunk, size_t thread) const {
        char *own = scratch + thread * scratchEach;
        auto *v = reinterpret_cast<float *>(own), *m = reinterpret_cast<float *>(own + pictureBytes());
        const size_t first = chunk * rows, count = std::min(rows, tiles - first);
        rk_winograd_picture(grid, {first, count, rows, inputs, inputs}, x, v);
        plans[thread]->run({v, m}, packed, own + pictureBytes() + resultBytes());
        rk_winograd_results(grid, {first, count, rows, outputs, outputs}, m, bias, residual, y);
    }
};

void runChunks(const void *context, size_t begin, size_t end) {
    const auto *job = static_cast<const Job *>(context);
    try {
        for (size_t chunk = begin; chunk < end; chunk++) job->run(chunk, static_cast<size_t>(omp_get_thread_num()));
    } catch (...) {
        job->failed = true;
    }
}

}  // namespace

rk_winograd_grid rhumb::winogradGrid(const onednn_tensor &x, const onednn_tensor &y) {
    const auto *n = x.shape, *result = y.shape;
    const bool doubled = result[1] == 2 * n[1];
    const auto times = doubled ? 2 : 1;
    if (result[0] != n[0] || result[1] != times * n[1] || result[2] != times * n[2])
        throw Failure{ONEDNN_INVALID, "the result of such a convolution is as large as its picture, or doubled"};
    if (x.type != y.type || (x.type != ONEDNN_F32 && x.type != ONEDNN_BF16))
        throw Failure{ONEDNN_INVALID, "such a convolution is of float32 or bfloat16, and its result too"};
    return {static_cast<size_t>(n[0]), static_cast<size_t>(result[1]), static_cast<size_t>(result[2]), doubled,
            x.type == ONEDNN_BF16};
}

onednn_status onednn_winograd(const onednn_tensor *x, onednn_weights *packed, const float *bias, const void *residual,
                              const onednn_tensor *y) {
    return guarded([&] {
        const auto inputs = x->shape[3], outputs = y->shape[3];
        const auto &w = packed->source;
        if (w.rank != 3 || w.shape[0] != static_cast<int64_t>(parts) || w.shape[1] != inputs || w.shape[2] != outputs)
            throw Failure{ONEDNN_INVALID, "components of a convolution are [36, in, out]"};
        auto &runtime = Runtime::shared();
        Job job;
        job.grid = winogradGrid(*x, *y);
        job.inputs = static_cast<size_t>(inputs);
        job.outputs = static_cast<size_t>(outputs);
        job.tiles = rk_winograd_tiles(job.grid);
        job.x = x->data;
        job.y = y->data;
        job.bias = bias;
        job.residual = residual;

        const auto all = static_cast<size_t>(rk_threads());
        const bool apart = job.tiles >= all * fewestRows;
        const size_t threads = apart ? all : 1;
        const size_t each = parts * (job.inputs + job.outputs) * sizeof(float);
        const size_t most = std::max((apart ? apartBytes : sharedBytes) / each, fewestRows);
        // Chunks of one size, as many for each thread: a product always has all its rows, wanted or not.
        const size_t rounds = (job.tiles + threads * most - 1) / (threads * most);
        job.rows = (job.tiles + threads * rounds - 1) / (threads * rounds);
        const size_t chunks = (job.tiles + job.rows - 1) / job.rows;

        const auto rows = static_cast<int64_t>(job.rows), count = static_cast<int64_t>(parts);
        const auto f32 = dnnl::memory::data_type::f32;
        const auto dense = dnnl::memory::format_tag::abc;
        // A full cache of plans is emptied, with those of the threads before: hence a second look.
        for (size_t look = 0; look < 2 * threads; look++) {
            const size_t thread = look % threads;
            if (thread == 0) job.plans.clear();
            Key key(Operation::winograd);
            for (const int64_t word : {static_cast<int64_t>(thread), static_cast<int64_t>(apart), rows, inputs, outputs})
                key.add(word);
            const double work = apart ? 0 : double(parts) * job.rows * job.inputs * job.outputs;
            job.plans.push_back(&runtime.plan(key, work, [&](Plan &plan) {
                const Desc a({count, rows, inputs}, f32, dense), c({count, rows, outputs}, f32, dense);
                const Desc b({count, inputs, outputs}, f32, dnnl::memory::format_tag::any);
                const auto desc = compatibility::matmul(runtime.engine, a, b, {}, c, plainAttributes());
                plan.adopt<dnnl::matmul>(desc);
                plan.bind(DNNL_ARG_SRC, a);
                plan.bindPacked(DNNL_ARG_WEIGHTS, desc.weights_desc());
                plan.bind(DNNL_ARG_DST, c);
            }));
        }
        job.packed = &packed->inLayout(job.plans[0]->weights);
        job.scratchEach =
            rounded(job.pictureBytes() + job.resultBytes() + job.plans[0]->scratchSize() + cacheLine, cacheLine);
        job.scratch = static_cast<char *>(runtime.scratch(threads * job.scratchEach));
        if (apart)
            rk_parallel(chunks, 1, runChunks, &job);
        else
            for (size_t chunk = 0; chunk < chunks; chunk++) job.run(chunk, 0);
        if (job.failed) throw Failure{ONEDNN_FAILED, "a product of components failed"};
    });
}
