// In-place updates of parameters: one pass over memory each, where separate operations would take five to ten.
#include "include/kernels.h"
#include "dispatch.h"
#include <math.h>

// Loshchilov and Hutter 2019. keep = 1 - rate * decay; step_size = rate / (1 - beta1^t);
// root_correction = sqrt(1 - beta2^t).
RK_CLONES void rk_adamw_f32(size_t n, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
                            rk_adamw a) {
    for (size_t i = 0; i < n; i++) {
        m[i] += a.share1 * (g[i] - m[i]);
        v[i] = a.beta2 * v[i] + a.share2 * g[i] * g[i];
        p[i] = a.keep * p[i] - a.step_size * m[i] / (sqrtf(v[i]) / a.root_correction + a.epsilon);
    }
}

RK_CLONES void rk_sgd_f32(size_t n, float *restrict p, const float *restrict g, float *restrict velocity, float rate,
                          float momentum, float weight_decay, int nesterov) {
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + weight_decay * p[i];
        float u = velocity[i] = momentum * velocity[i] + d;
        p[i] -= rate * (nesterov ? d + momentum * u : u);
    }
}

RK_CLONES void rk_approach_f32(size_t n, float *restrict x, const float *restrict target, float share) {
    for (size_t i = 0; i < n; i++) x[i] += share * (target[i] - x[i]);
}
