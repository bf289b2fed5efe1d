// The gradient of the weights of a 3×3 convolution by Winograd's algorithm: the transformed tiles of the input times those of
// the derivative, summed over all tiles, are the transformed gradient.
//
// Of all weights these would take four times their memory, to be written once and read once. So a thread sums up a block
// of weights at a time in its own cache, and turns it into weights there. Where weights are few and tiles many it is the
// tiles that are cut, and, transformed, stay in the cache.
#include "dispatch.h"
#include "parallel.h"
#include "tile.h"

enum {
    ELEMENTS = RK_WINOGRAD_ELEMENTS,
    SIDE = 48,          // inputs and outputs of a block
    FEWEST_BLOCKS = 4,  // to be shared among threads
    MOST_TILES = 128    // which every block reads anew
};

typedef struct {
    size_t inputs, outputs, tiles;
    size_t apart;  // rows from one element's matrix to the next, of which the first `tiles` hold anything
    const float *inputs_transformed, *derivatives;  // [36, apart, inputs], [36, apart, outputs]
    float *sums;  // [36, inputs, outputs], or for each thread [36, 48, 48]
    int adds;     // to what was summed up before
    float *dw;
    size_t next;  // block
} gradient_job;

/// One part of a block of weights. `height` and `most` are the tile's, as the registers hold it.
RK_INLINE void product(const gradient_job *job, size_t part, size_t row, size_t rows, size_t column, size_t columns,
                       float *sums, const size_t height, const size_t most) {
    const float *a = job->inputs_transformed + part * job->apart * job->inputs + row;
    const float *b = job->derivatives + part * job->apart * job->outputs + column;
    for (size_t c = 0; c < columns; c += 16 * most) {
        const size_t vectors = columns - c < 16 * most ? (columns - c) / 16 : most;
        for (size_t r = 0; r < rows; r += height) {
            float *to = sums + r * columns + c;
#define TILE(VECTORS)                                                                                                  \
    case VECTORS:                                                                                                      \
        product_tile(height, VECTORS, job->tiles, a + r, 1, (ptrdiff_t)job->inputs, b + c, job->outputs, to,           \
                     (ptrdiff_t)columns, job->adds);                                                                   \
        break
            switch (vectors) {
                TILE(1);
                TILE(2);
                TILE(3);
            }
#undef TILE
        }
    }
}

/// All weights, of some parts.
RK_INLINE void whole(const gradient_job *job, size_t begin, size_t end, const size_t height, const size_t most) {
    for (size_t part = begin; part < end; part++)
        product(job, part, 0, job->inputs, 0, job->outputs, job->sums + part * job->inputs * job->outputs, height, most);
}

RK_INLINE size_t blocks_of(size_t channels) { return (channels + SIDE - 1) / SIDE; }

/// Blocks of weights as they come, by the thread of number `begin`: who is held up by something else takes fewer.
RK_INLINE void blocks(gradient_job *job, size_t begin, const size_t height, const size_t most) {
    const size_t down = blocks_of(job->inputs), all = down * blocks_of(job->outputs);
    float *sums = job->sums + begin * ELEMENTS * SIDE * SIDE;
    for (size_t block; (block = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED)) < all;) {
        const size_t row = block % down * SIDE, column = block / down * SIDE;
        const size_t rows = job->inputs - row < SIDE ? job->inputs - row : SIDE;
        const size_t columns = job->outputs - column < SIDE ? job->outputs - column : SIDE;
        for (size_t part = 0; part < ELEMENTS; part++)
            product(job, part, row, rows, column, columns, sums + part * rows * columns, height, most);
        rk_winograd_transform_kernels_gradient_f32(job->inputs, rows, columns, sums, job->dw + (column * job->inputs + row) * 9);
    }
}

RK_V4_WIDE static void whole_v4(const void *job, size_t begin, size_t end) { whole(job, begin, end, 8, 3); }
RK_V3 static void whole_v3(const void *job, size_t begin, size_t end) { whole(job, begin, end, 4, 1); }
RK_V4_WIDE static void blocks_v4(const void *job, size_t begin, size_t end) { (void)end; blocks((gradient_job *)job, begin, 8, 3); }
RK_V3 static void blocks_v3(const void *job, size_t begin, size_t end) { (void)end; blocks((gradient_job *)job, begin, 4, 1); }

typedef void range_function(const void *, size_t, size_t);

static range_function *fitting(int cut) {
    if (rk_runs_v4()) return cut ? blocks_v4 : whole_v4;
    return cut ? blocks_v3 : whole_v3;
}

/// How the work is cut.
typedef struct {
    size_t tiles, chunk, apart;
    int cuts_weights;
    size_t inputs_transformed, derivatives, sums;  // floats
} gradient_plan;

static gradient_plan plan_of(rk_winograd_grid grid, size_t inputs, size_t outputs) {
    gradient_plan plan = {.tiles = rk_winograd_tiles(grid)};
    // Sums that were read and written again with every chunk would cost as much as transformed tiles that leave the cache.
    const size_t all = ELEMENTS * inputs * outputs, of_tile = ELEMENTS * (inputs + outputs);
    const size_t budget = ((size_t)1 << 19) + 2 * all;
    const size_t chunks = (plan.tiles * of_tile + budget / 2) / budget;
    plan.chunk = chunks > 1 ? (plan.tiles + chunks - 1) / chunks : plan.tiles;
    // An odd number of rows: the 36 elements of a tile do not fight for the same sets of the cache.
    plan.apart = plan.chunk | 1;
    plan.cuts_weights = plan.chunk == plan.tiles && plan.tiles <= MOST_TILES
        && blocks_of(inputs) * blocks_of(outputs) >= FEWEST_BLOCKS;
    plan.inputs_transformed = ELEMENTS * plan.apart * inputs;
    plan.derivatives = ELEMENTS * plan.apart * outputs;
    plan.sums = plan.cuts_weights ? (size_t)rk_threads() * ELEMENTS * SIDE * SIDE : all;
    return plan;
}

size_t rk_winograd_gradient_scratch(rk_winograd_grid grid, size_t inputs, size_t outputs) {
    const gradient_plan plan = plan_of(grid, inputs, outputs);
    return plan.inputs_transformed + plan.derivatives + plan.sums;
}

void rk_winograd_gradient_f32(rk_winograd_grid grid, size_t inputs, size_t outputs, const float *x, const float *dy,
                              float *dw, float *scratch) {
    const gradient_plan plan = plan_of(grid, inputs, outputs);
    float *inputs_transformed = scratch, *derivatives = inputs_transformed + plan.inputs_transformed;
    gradient_job job = {.inputs = inputs, .outputs = outputs, .apart = plan.apart, .inputs_transformed = inputs_transformed,
                        .derivatives = derivatives, .sums = derivatives + plan.derivatives, .dw = dw};
    for (size_t first = 0; first < plan.tiles; first += plan.chunk) {
        job.tiles = plan.tiles - first < plan.chunk ? plan.tiles - first : plan.chunk;
        job.adds = first > 0;
        rk_winograd_transform_input(grid, (rk_winograd_part){first, job.tiles, plan.apart, inputs, inputs}, x, inputs_transformed);
        rk_winograd_transform_output_gradient_f32(grid, (rk_winograd_part){first, job.tiles, plan.apart, outputs, outputs}, dy,
                                    derivatives);
        rk_parallel(plan.cuts_weights ? (size_t)rk_threads() : ELEMENTS, 1, fitting(plan.cuts_weights), &job);
    }
    if (!plan.cuts_weights) rk_winograd_transform_kernels_gradient_f32(inputs, inputs, outputs, job.sums, dw);
}
