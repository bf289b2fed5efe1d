// Feature maps upsampled ×2 by repeating pixels, and the gradient of that.
#include "dispatch.h"
#include "include/kernels.h"
#include "element.h"
#include "parallel.h"

typedef struct {
    size_t width, channels, element;
    const void *x;
    void *out;
    int is_bf16;
} upsampling_job;

// A range is of rows of x, batch and height together.
static void upsample_range(const void *context, size_t begin, size_t end) {
    const upsampling_job *job = context;
    const size_t pixel = job->channels * job->element, row = job->width * pixel;
    for (size_t r = begin; r < end; r++) {
        const char *x = (const char *)job->x + r * row;
        char *y = (char *)job->out + r * 4 * row, *to = y;
        for (size_t p = 0; p < job->width; p++, x += pixel, to += 2 * pixel) {
            memcpy(to, x, pixel);
            memcpy(to + pixel, x, pixel);
        }
        memcpy(y + 2 * row, y, 2 * row);
    }
}

void rk_upsample2(size_t element_size, size_t batch, size_t height, size_t width, size_t channels, const void *x,
                  void *y) {
    const upsampling_job job = {width, channels, element_size, x, y, 0};
    rk_parallel(batch * height, RK_CHEAP_GRAIN / (4 * width * channels + 1) + 1, upsample_range, &job);
}

RK_INLINE void gradient_row(const upsampling_job *job, size_t r, int is_bf16) {
    const size_t n = job->channels, row = job->width * n;
    const void *restrict dy = job->x;
    void *restrict dx = job->out;
    for (size_t p = 0; p < job->width; p++) {
        const size_t above = r * 4 * row + p * 2 * n, below = above + 2 * row, to = r * row + p * n;
        for (size_t c = 0; c < n; c += 16) {
            const size_t lanes = n - c < 16 ? n - c : 16;
            const v16 top = read16(dy, above + c, lanes, is_bf16) + read16(dy, above + n + c, lanes, is_bf16);
            const v16 bottom = read16(dy, below + c, lanes, is_bf16) + read16(dy, below + n + c, lanes, is_bf16);
            write16(dx, to + c, lanes, top + bottom, is_bf16);
        }
    }
}

RK_RANGE(gradient_range) {
    const upsampling_job *job = context;
    for (size_t r = begin; r < end; r++) {
        if (job->is_bf16) gradient_row(job, r, 1);
        else gradient_row(job, r, 0);
    }
}

static void share_gradient(size_t batch, size_t height, upsampling_job job) {
    rk_parallel(batch * height, RK_CHEAP_GRAIN / (4 * job.width * job.channels + 1) + 1, gradient_range, &job);
}

void rk_upsample2_gradient_f32(size_t batch, size_t height, size_t width, size_t channels, const float *dy, float *dx) {
    share_gradient(batch, height, (upsampling_job){width, channels, sizeof(float), dy, dx, 0});
}

void rk_upsample2_gradient_bf16(size_t batch, size_t height, size_t width, size_t channels, const uint16_t *dy,
                             uint16_t *dx) {
    share_gradient(batch, height, (upsampling_job){width, channels, sizeof(uint16_t), dy, dx, 1});
}
