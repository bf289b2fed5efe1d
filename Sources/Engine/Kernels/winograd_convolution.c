// The 3×3 convolution of stride 1, padded by 1, by Winograd's algorithm: transforms and products, tile by tile.
//
// Where weights are few, they are cached transformed and packed, and each thread takes its tiles through all stages, so
// that what it makes stays in its own cache. Large weights are transformed block by block in a thread's cache, multiplied
// by all tiles, and forgotten.
#include "dispatch.h"
#include "parallel.h"
#include <stdatomic.h>

enum {
    ELEMENTS = RK_WINOGRAD_ELEMENTS,
    APART_FLOATS = 1 << 18,     // what a thread holds at once, where each has tiles of its own
    SHARED_FLOATS = 1 << 23,    // what all hold at once, where they share a product
    FEWEST_ROWS = 32,           // with fewer, a product waits for its weights: all threads then share one
    INPUT_FLOATS = 10 << 20,    // of all transformed tiles at a time, which come from the third cache
    SIDE = 48, WIDE_SIDE = 80,  // of a block of weights; at a distance of 4 KB its elements would fight for cache sets
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t larger(size_t a, size_t b) { return a > b ? a : b; }
static size_t divided(size_t a, size_t b) { return (a + b - 1) / b; }

/// c[36, rows, outputs] (+)= a[36, rows, inputs] b[36, inputs, outputs].
static int multiply(size_t rows, size_t inputs, size_t outputs, const float *a, const float *b, const float *packed,
                    float *c, int adds) {
    const rk_product product = {
        .m = rows, .n = outputs, .k = inputs, .a = a, .a_row = (ptrdiff_t)inputs, .a_step = 1, .b = b,
        .b_step = (ptrdiff_t)outputs, .b_column = 1, .packed = packed, .c = c, .c_row = (ptrdiff_t)outputs,
        .batch = {1, 1, 1, ELEMENTS}, .a_batch = {0, 0, 0, (ptrdiff_t)(rows * inputs)},
        .b_batch = {0, 0, 0, (ptrdiff_t)(packed ? rk_packed_count(inputs, outputs) : inputs * outputs)},
        .c_batch = {0, 0, 0, (ptrdiff_t)(rows * outputs)}, .scale = 1, .activation = RK_NO_ACTIVATION, .adds = adds,
    };
    return rk_product_f32(&product);
}

// MARK: With cached transformed kernels

typedef struct {
    size_t tiles, rows, chunks, threads;
    size_t each;  // floats of a thread
} cached_plan;

static cached_plan plan_cached(rk_winograd_grid grid, size_t inputs, size_t outputs) {
    cached_plan plan = {.tiles = rk_winograd_tiles(grid)};
    const size_t all = (size_t)rk_threads(), of_tile = ELEMENTS * (inputs + outputs);
    const int is_apart = plan.tiles >= all * FEWEST_ROWS;
    plan.threads = is_apart ? all : 1;
    const size_t most = larger((is_apart ? APART_FLOATS : SHARED_FLOATS) / of_tile, FEWEST_ROWS);
    // Chunks of one size, as many for each thread.
    const size_t rounds = divided(plan.tiles, plan.threads * most);
    plan.rows = divided(plan.tiles, plan.threads * rounds);
    plan.chunks = divided(plan.tiles, plan.rows);
    plan.each = of_tile * plan.rows + 16;
    return plan;
}

typedef struct {
    rk_winograd_grid grid;
    cached_plan plan;
    size_t inputs, outputs;
    const void *x, *residual;
    const float *packed, *bias;
    void *y;
    float *scratch;
    _Atomic(int) failed;
} cached_job;

/// Tiles of a chunk through all stages.
static void run_chunks(const void *context, size_t begin, size_t end) {
    cached_job *job = (cached_job *)context;
    const size_t all_rows = job->plan.rows;
    for (size_t chunk = begin; chunk < end; chunk++) {
        float *input = job->scratch + (job->plan.threads > 1 ? (size_t)rk_thread() : 0) * job->plan.each;
        float *result = input + ELEMENTS * all_rows * job->inputs;
        const size_t first = chunk * all_rows, rows = smaller(all_rows, job->plan.tiles - first);
        rk_winograd_transform_input(job->grid, (rk_winograd_part){first, rows, rows, job->inputs, job->inputs}, job->x, input);
        if (!multiply(rows, job->inputs, job->outputs, input, NULL, job->packed, result, 0)) job->failed = 1;
        rk_winograd_transform_output(job->grid, (rk_winograd_part){first, rows, rows, job->outputs, job->outputs}, result, job->bias,
                            job->residual, job->y);
    }
}

size_t rk_winograd_scratch(rk_winograd_grid grid, size_t inputs, size_t outputs) {
    const cached_plan plan = plan_cached(grid, inputs, outputs);
    return plan.threads * plan.each;
}

int rk_winograd(rk_winograd_grid grid, size_t inputs, size_t outputs, const void *x, const float *packed, const float *bias,
                const void *residual, void *y, float *scratch) {
    cached_job job = {.grid = grid, .plan = plan_cached(grid, inputs, outputs), .inputs = inputs, .outputs = outputs, .x = x,
                    .residual = residual, .packed = packed, .bias = bias, .y = y, .scratch = scratch};
    if (job.plan.threads > 1) rk_parallel(job.plan.chunks, 1, run_chunks, &job);
    else for (size_t chunk = 0; chunk < job.plan.chunks; chunk++) run_chunks(&job, chunk, chunk + 1);
    return !job.failed;
}

// MARK: With kernels transformed block by block

typedef struct {
    size_t inner, outer;  // inputs and outputs of a block of weights, but for the last ones
    size_t tiles, rows, threads;
    size_t inputs_transformed, each;  // floats: of all, and of a thread
} block_plan;

static block_plan plan_blocks(rk_winograd_grid grid, size_t inputs, size_t outputs) {
    block_plan plan = {.inner = smaller(SIDE, inputs), .tiles = rk_winograd_tiles(grid), .threads = (size_t)rk_threads()};
    // The outputs of a block that give the busiest thread the least to do.
    const size_t wide = divided(divided(outputs, WIDE_SIDE), plan.threads) * WIDE_SIDE;
    const size_t narrow = divided(divided(outputs, SIDE), plan.threads) * SIDE;
    plan.outer = smaller(wide <= narrow ? WIDE_SIDE : SIDE, outputs);
    const size_t most = larger(INPUT_FLOATS / (ELEMENTS * (inputs + plan.threads * plan.outer)), 1);
    plan.rows = divided(plan.tiles, divided(plan.tiles, most));
    plan.inputs_transformed = ELEMENTS * plan.rows * inputs + 16;
    plan.each = ELEMENTS * (plan.inner + plan.rows) * plan.outer + 16;
    return plan;
}

typedef struct {
    rk_winograd_grid grid;
    rk_winograd_weights weights;
    block_plan plan;
    size_t inputs, outputs, first, rows;
    const char *x, *residual;
    const float *bias;
    char *y;
    size_t element;    // bytes
    float *inputs_transformed;   // of each block of inputs [36, rows, inner]
    float *scratch;
    _Atomic(int) failed;
} block_job;

static size_t inputs_of(const block_job *job, size_t block) {
    return smaller(job->plan.inner, job->inputs - block * job->plan.inner);
}
static float *transformed_input(const block_job *job, size_t block) {
    return job->inputs_transformed + block * ELEMENTS * job->rows * job->plan.inner;
}

static void transform_inputs(const void *context, size_t begin, size_t end) {
    const block_job *job = context;
    for (size_t block = begin; block < end; block++)
        rk_winograd_transform_input(job->grid, (rk_winograd_part){job->first, job->rows, job->rows, inputs_of(job, block), job->inputs},
                            job->x + block * job->plan.inner * job->element, transformed_input(job, block));
}

/// All inputs of some blocks of outputs.
static void run_blocks(const void *context, size_t begin, size_t end) {
    block_job *job = (block_job *)context;
    float *const transformed = job->scratch + (size_t)rk_thread() * job->plan.each;
    float *const sums = transformed + ELEMENTS * job->plan.inner * job->plan.outer;
    for (size_t block = begin; block < end; block++) {
        const size_t from = block * job->plan.outer, columns = smaller(job->plan.outer, job->outputs - from);
        for (size_t inner = 0; inner * job->plan.inner < job->inputs; inner++) {
            const size_t width = inputs_of(job, inner);
            rk_winograd_transform_kernels(job->weights, inner * job->plan.inner, width, from, columns, transformed);
            if (!multiply(job->rows, width, columns, transformed_input(job, inner), transformed, NULL, sums, inner > 0)) job->failed = 1;
        }
        rk_winograd_transform_output(job->grid, (rk_winograd_part){job->first, job->rows, job->rows, columns, job->outputs}, sums,
                            job->bias ? job->bias + from : NULL, job->residual ? job->residual + from * job->element : NULL,
                            job->y + from * job->element);
    }
}

size_t rk_winograd_block_scratch(rk_winograd_grid grid, size_t inputs, size_t outputs) {
    const block_plan plan = plan_blocks(grid, inputs, outputs);
    return plan.inputs_transformed + plan.threads * plan.each;
}

int rk_winograd_blocks(rk_winograd_grid grid, size_t inputs, size_t outputs, const void *x, rk_winograd_weights weights,
                       const float *bias, const void *residual, void *y, float *scratch) {
    block_job job = {.grid = grid, .weights = weights, .plan = plan_blocks(grid, inputs, outputs), .inputs = inputs,
                     .outputs = outputs, .x = x, .residual = residual, .bias = bias, .y = y, .element = grid.is_bf16 ? 2 : 4,
                     .inputs_transformed = scratch};
    job.scratch = scratch + job.plan.inputs_transformed;
    const size_t inner_blocks = divided(inputs, job.plan.inner), outer_blocks = divided(outputs, job.plan.outer);
    for (job.first = 0; job.first < job.plan.tiles; job.first += job.plan.rows) {
        job.rows = smaller(job.plan.rows, job.plan.tiles - job.first);
        rk_parallel(inner_blocks, 1, transform_inputs, &job);
        rk_parallel(outer_blocks, 1, run_blocks, &job);
    }
    return !job.failed;
}
