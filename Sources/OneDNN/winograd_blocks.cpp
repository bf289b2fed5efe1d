#include <algorithm>
#include <atomic>

#include "winograd.hpp"

using namespace rhumb;

namespace {

/// What the components of all tiles under way take at most, those of pictures and of results: they come from the
/// third-level cache.
constexpr size_t picturesBytes = size_t(40) << 20;
/// The inputs of a block of weights, and the outputs it may have. At a distance of a multiple of 4 KB its 36 components would
/// fight for the same sets of the cache.
constexpr size_t side = 48, wideSide = 80;

/// Large weights: 36 components of them would take four times their memory, and reading those longer than multiplying
/// a few tiles by them. A thread makes those of a block of weights in its own cache, multiplies, and forgets them.
struct Job {
    rk_winograd_grid grid;
    rk_winograd_weights weights;
    size_t inputs, outputs;
    size_t inner, outer;  // inputs and outputs of a block of weights, but for the last ones
    size_t tiles, rows, first, count;
    const char *x, *residual;
    const float *bias;
    char *y;
    size_t element;  // bytes
    std::vector<Plan *> plans;         // see `plan`
    float *pictures;                   // of each block of inputs [36, rows, inner]
    char *scratch;
    size_t scratchEach;
    mutable std::atomic<size_t> next{0};  // block of outputs
    mutable std::atomic<bool> failed{false};

    size_t width(size_t block) const { return std::min(inner, inputs - block * inner); }
    float *picture(size_t block) const { return pictures + block * parts * rows * inner; }
    size_t blocks() const { return (inputs + inner - 1) / inner; }
    size_t outerBlocks() const { return (outputs + outer - 1) / outer; }

    /// The product of a thread: of the first block of inputs or, added to what is there, of another; whole or the rest.
    static size_t plan(size_t thread, bool adds, bool isInnerRest, bool isOuterRest) {
        return thread * 8 + adds * 4 + isInnerRest * 2 + isOuterRest;
    }

    void makePicture(size_t block) const {
        rk_winograd_picture(grid, {first, count, rows, width(block), inputs}, x + block * inner * element,
                            picture(block));
    }

    /// All inputs of a block of outputs.
    void run(size_t outerBlock, size_t thread) const {
        const size_t from = outerBlock * outer, columns = std::min(outer, outputs - from);
        auto *const components = reinterpret_cast<float *>(scratch + thread * scratchEach);
        float *const sums = components + parts * inner * outer, *const rest = sums + parts * rows * outer;
        for (size_t block = 0; block < blocks(); block++) {
            rk_winograd_kernels(weights, block * inner, width(block), from, columns, components);
            plans[plan(thread, block > 0, width(block) < inner, columns < outer)]->run(
                {picture(block), components, sums}, nullptr, rest);
        }
        rk_winograd_results(grid, {first, count, rows, columns, outputs}, sums, bias ? bias + from : nullptr,
                            residual ? residual + from * element : nullptr, y + from * element);
    }
};

void makePictures(const void *context, size_t begin, size_t end) {
    for (size_t block = begin; block < end; block++) static_cast<const Job *>(context)->makePicture(block);
}

/// Blocks as they come: who is held up by something else takes fewer.
void runBlocks(const void *context, size_t, size_t) {
    const auto *job = static_cast<const Job *>(context);
    try {
        for (size_t block; (block = job->next++) < job->outerBlocks();)
            job->run(block, static_cast<size_t>(omp_get_thread_num()));
    } catch (...) {
        job->failed = true;
    }
}

/// The outputs of a block that give the busiest thread the least to do.
size_t outputsOfBlock(size_t outputs, size_t threads) {
    const auto share = [&](size_t n) { return ((outputs + n - 1) / n + threads - 1) / threads * n; };
    return std::min(share(wideSide) <= share(side) ? wideSide : side, outputs);
}

}  // namespace

onednn_status onednn_winograd_unpacked(const onednn_tensor *x, const void *weights, bool flipped, const float *bias,
                                       const void *residual, const onednn_tensor *y) {
    return guarded([&] {
        auto &runtime = Runtime::shared();
        Job job;
        job.grid = winogradGrid(*x, *y);
        job.inputs = static_cast<size_t>(x->shape[3]);
        job.outputs = static_cast<size_t>(y->shape[3]);
        job.weights = {weights, flipped ? job.outputs : job.inputs, flipped, job.grid.narrow};
        job.element = job.grid.narrow ? 2 : 4;
        job.tiles = rk_winograd_tiles(job.grid);
        job.x = static_cast<const char *>(x->data);
        job.y = static_cast<char *>(y->data);
        job.bias = bias;
        job.residual = static_cast<const char *>(residual);

        const auto threads = static_cast<size_t>(rk_threads());
        job.inner = std::min(side, job.inputs);
        job.outer = outputsOfBlock(job.outputs, threads);
        const size_t each = parts * (job.inputs + threads * job.outer) * sizeof(float);
        const size_t most = std::max(picturesBytes / each, size_t(1));
        const size_t chunks = (job.tiles + most - 1) / most;
        job.rows = (job.tiles + chunks - 1) / chunks;

        const auto rows = static_cast<int64_t>(job.rows), count = static_cast<int64_t>(parts);
        const auto f32 = dnnl::memory::data_type::f32;
        const auto dense = dnnl::memory::format_tag::abc;
        const auto last = [](size_t all, size_t each) { return static_cast<int64_t>(all % each ? all % each : each); };
        size_t scratchSize = 0;
        // A full cache of plans is emptied, with those of the threads before: hence a second look.
        for (size_t look = 0; look < 16 * threads; look++) {
            const size_t index = look % (8 * threads);
            if (index == 0) job.plans.clear();
            const bool adds = index & 4;
            const int64_t inner = index & 2 ? last(job.inputs, job.inner) : static_cast<int64_t>(job.inner);
            const int64_t outer = index & 1 ? last(job.outputs, job.outer) : static_cast<int64_t>(job.outer);
            Key key(Operation::winogradBlocks);
            for (const int64_t word : {static_cast<int64_t>(index / 8), static_cast<int64_t>(adds), rows, inner, outer})
                key.add(word);
            job.plans.push_back(&runtime.plan(key, 0, [&](Plan &plan) {
                const Desc a({count, rows, inner}, f32, dense), b({count, inner, outer}, f32, dense);
                const Desc c({count, rows, outer}, f32, dense);
                auto attributes = plainAttributes();
                if (adds) {
                    dnnl::post_ops ops;
                    ops.append_sum(1.0f);
                    attributes.set_post_ops(ops);
                }
                plan.adopt<dnnl::matmul>(compatibility::matmul(runtime.engine, a, b, {}, c, attributes));
                plan.bind(DNNL_ARG_SRC, a);
                plan.bind(DNNL_ARG_WEIGHTS, b);
                plan.bind(DNNL_ARG_DST, c);
            }));
            scratchSize = std::max(scratchSize, job.plans.back()->scratchSize());
        }
        const size_t components = parts * (job.inner + job.rows) * job.outer * sizeof(float);
        job.scratchEach = rounded(components + scratchSize + cacheLine, cacheLine);
        const size_t pictures = rounded(parts * job.rows * job.inputs * sizeof(float), cacheLine);
        job.scratch = static_cast<char *>(runtime.scratch(pictures + threads * job.scratchEach)) + pictures;
        job.pictures = reinterpret_cast<float *>(job.scratch - pictures);
        for (job.first = 0; job.first < job.tiles; job.first += job.rows) {
            job.count = std::min(job.rows, job.tiles - job.first);
            rk_parallel(job.blocks(), 1, makePictures, &job);
            job.next = 0;
            rk_parallel(std::min(job.outerBlocks(), threads), 1, runBlocks, &job);
        }
        if (job.failed) throw Failure{ONEDNN_FAILED, "a product of components failed"};
    });
}
