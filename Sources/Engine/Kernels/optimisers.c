// In-place updates of parameters: one pass over memory each, where separate operations would take five to ten.
#include "dispatch.h"
#include "include/kernels.h"
#include "parallel.h"
#include <math.h>

typedef struct {
    float *p, *m, *v;
    const float *g;
    rk_adamw adamw;
    float rate, momentum, weight_decay, share;
    int nesterov;
} update;

// Loshchilov and Hutter 2019. keep = 1 - rate * decay; step_size = rate / (1 - beta1^t);
// root_correction = sqrt(1 - beta2^t).
RK_RANGE(adamw_range) {
    const update *u = context;
    const rk_adamw a = u->adamw;
    float *restrict p = u->p, *restrict m = u->m, *restrict v = u->v;
    const float *restrict g = u->g;
    for (size_t i = begin; i < end; i++) {
        m[i] += a.share1 * (g[i] - m[i]);
        v[i] = a.beta2 * v[i] + a.share2 * g[i] * g[i];
        p[i] = a.keep * p[i] - a.step_size * m[i] / (sqrtf(v[i]) / a.root_correction + a.epsilon);
    }
}

void rk_adamw_f32(size_t n, float *p, const float *g, float *m, float *v, rk_adamw a) {
    const update u = {.p = p, .m = m, .v = v, .g = g, .adamw = a};
    rk_parallel(n, RK_CHEAP_GRAIN / 2, adamw_range, &u);
}

RK_RANGE(sgd_range) {
    const update *u = context;
    float *restrict p = u->p, *restrict velocity = u->m;
    const float *restrict g = u->g;
    for (size_t i = begin; i < end; i++) {
        const float d = g[i] + u->weight_decay * p[i];
        const float moved = velocity[i] = u->momentum * velocity[i] + d;
        p[i] -= u->rate * (u->nesterov ? d + u->momentum * moved : moved);
    }
}

void rk_sgd_f32(size_t n, float *p, const float *g, float *velocity, float rate, float momentum, float weight_decay,
                int nesterov) {
    const update u = {.p = p, .m = velocity, .g = g, .rate = rate, .momentum = momentum, .weight_decay = weight_decay,
                      .nesterov = nesterov};
    rk_parallel(n, RK_CHEAP_GRAIN, sgd_range, &u);
}

RK_RANGE(approach_range) {
    const update *u = context;
    float *restrict x = u->p;
    const float *restrict target = u->g;
    const float share = u->share;
    for (size_t i = begin; i < end; i++) x[i] += share * (target[i] - x[i]);
}

void rk_approach_f32(size_t n, float *x, const float *target, float share) {
    const update u = {.p = x, .g = target, .share = share};
    rk_parallel(n, RK_CHEAP_GRAIN, approach_range, &u);
}
