// Softmax, layer norm and group norm with their gradients.
#include "dispatch.h"
#include "include/kernels.h"
#include <math.h>
#include <stdlib.h>

RK_CLONES void rk_softmax_rows_f32(size_t rows, size_t columns, const float *x, float *y) {
    for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
        float m = -INFINITY, sum = 0;
        for (size_t c = 0; c < columns; c++) m = x[c] > m ? x[c] : m;
        for (size_t c = 0; c < columns; c++) { y[c] = expf(x[c] - m); sum += y[c]; }
        float scale = 1.0f / sum;
        for (size_t c = 0; c < columns; c++) y[c] *= scale;
    }
}

// dx = y (dy - sum(dy y))
RK_CLONES void rk_softmax_rows_gradient_f32(size_t rows, size_t columns, const float *y, const float *dy, float *dx) {
    for (size_t r = 0; r < rows; r++, y += columns, dy += columns, dx += columns) {
        float dot = 0;
        for (size_t c = 0; c < columns; c++) dot += y[c] * dy[c];
        for (size_t c = 0; c < columns; c++) dx[c] = y[c] * (dy[c] - dot);
    }
}

RK_CLONES void rk_layer_norm_f32(size_t rows, size_t columns, const float *x, const float *weight, const float *bias,
                                 float epsilon, float *y, float *mean, float *rstd) {
    for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
        float m = 0, v = 0;
        for (size_t c = 0; c < columns; c++) m += x[c];
        m /= (float)columns;
        for (size_t c = 0; c < columns; c++) v += (x[c] - m) * (x[c] - m);
        float s = 1.0f / sqrtf(v / (float)columns + epsilon);
        for (size_t c = 0; c < columns; c++) {
            float h = (x[c] - m) * s;
            y[c] = (weight ? h * weight[c] : h) + (bias ? bias[c] : 0.0f);
        }
        if (mean) mean[r] = m;
        if (rstd) rstd[r] = s;
    }
}

// With h the normalised row and g = dy * weight: dx = (g - mean(g) - h mean(g h)) / std
RK_CLONES void rk_layer_norm_gradient_f32(size_t rows, size_t columns, const float *x, const float *weight,
                                          const float *mean, const float *rstd, const float *dy, float *dx,
                                          float *dweight, float *dbias) {
    for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
        float m = mean[r], s = rstd[r], sum_g = 0, sum_gh = 0;
        for (size_t c = 0; c < columns; c++) {
            float h = (x[c] - m) * s, g = weight ? dy[c] * weight[c] : dy[c];
            sum_g += g;
            sum_gh += g * h;
        }
        sum_g /= (float)columns;
        sum_gh /= (float)columns;
        for (size_t c = 0; c < columns; c++) {
            float h = (x[c] - m) * s, g = weight ? dy[c] * weight[c] : dy[c];
            dx[c] = (g - sum_g - h * sum_gh) * s;
        }
        if (dweight) for (size_t c = 0; c < columns; c++) dweight[c] += dy[c] * (x[c] - m) * s;
        if (dbias) for (size_t c = 0; c < columns; c++) dbias[c] += dy[c];
    }
}

RK_CLONES void rk_group_norm_f32(size_t batch, size_t positions, size_t channels, size_t groups, const float *x,
                                 const float *weight, const float *bias, float epsilon, float *y, float *mean,
                                 float *rstd) {
    size_t width = channels / groups, plane = positions * channels;
    for (size_t b = 0; b < batch; b++, x += plane, y += plane)
        for (size_t g = 0; g < groups; g++) {
            double m = 0, v = 0;
            for (size_t p = 0; p < positions; p++)
                for (size_t c = g * width; c < (g + 1) * width; c++) m += x[p * channels + c];
            m /= (double)(positions * width);
            for (size_t p = 0; p < positions; p++)
                for (size_t c = g * width; c < (g + 1) * width; c++) {
                    double d = x[p * channels + c] - m;
                    v += d * d;
                }
            float s = (float)(1.0 / sqrt(v / (double)(positions * width) + epsilon));
            for (size_t p = 0; p < positions; p++)
                for (size_t c = g * width; c < (g + 1) * width; c++) {
                    float h = (x[p * channels + c] - (float)m) * s;
                    y[p * channels + c] = (weight ? h * weight[c] : h) + (bias ? bias[c] : 0.0f);
                }
            mean[b * groups + g] = (float)m;
            rstd[b * groups + g] = s;
        }
}

RK_CLONES void rk_group_norm_gradient_f32(size_t batch, size_t positions, size_t channels, size_t groups,
                                          const float *x, const float *weight, const float *mean, const float *rstd,
                                          const float *dy, float *dx, float *dweight, float *dbias) {
    size_t width = channels / groups, plane = positions * channels;
    float count = (float)(positions * width);
    for (size_t b = 0; b < batch; b++, x += plane, dy += plane, dx += plane)
        for (size_t g = 0; g < groups; g++) {
            float m = mean[b * groups + g], s = rstd[b * groups + g], sum_g = 0, sum_gh = 0;
            for (size_t p = 0; p < positions; p++)
                for (size_t c = g * width; c < (g + 1) * width; c++) {
                    size_t i = p * channels + c;
                    float h = (x[i] - m) * s, d = weight ? dy[i] * weight[c] : dy[i];
                    sum_g += d;
                    sum_gh += d * h;
                    if (dweight) dweight[c] += dy[i] * h;
                    if (dbias) dbias[c] += dy[i];
                }
            for (size_t p = 0; p < positions; p++)
                for (size_t c = g * width; c < (g + 1) * width; c++) {
                    size_t i = p * channels + c;
                    float h = (x[i] - m) * s, d = weight ? dy[i] * weight[c] : dy[i];
                    dx[i] = (d - sum_g / count - h * sum_gh / count) * s;
                }
        }
}
