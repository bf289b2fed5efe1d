// Sums in a fixed number of lanes: they vectorise without licence to reorder, and the order is the same everywhere.
#pragma once
#include <stddef.h>

enum { RK_LANES = 32 };

#define RK_LANE_SUMS_2(N, I, A, FIRST, B, SECOND)                                                                      \
    do {                                                                                                               \
        float lanes_a[RK_LANES] = {0}, lanes_b[RK_LANES] = {0};                                                        \
        size_t base = 0;                                                                                               \
        for (; base + RK_LANES <= (N); base += RK_LANES)                                                               \
            for (size_t l = 0; l < RK_LANES; l++) { const size_t I = base + l; lanes_a[l] += (FIRST); lanes_b[l] += (SECOND); } \
        for (; base < (N); base++) { const size_t I = base; lanes_a[0] += (FIRST); lanes_b[0] += (SECOND); }           \
        float total_a = 0, total_b = 0;                                                                                \
        for (int l = 0; l < RK_LANES; l++) { total_a += lanes_a[l]; total_b += lanes_b[l]; }                           \
        (A) = total_a;                                                                                                 \
        (B) = total_b;                                                                                                 \
    } while (0)

#define RK_LANE_SUM(N, I, A, EXPR)                                                                                     \
    do {                                                                                                               \
        float lanes_a[RK_LANES] = {0}, total_a = 0;                                                                    \
        size_t base = 0;                                                                                               \
        for (; base + RK_LANES <= (N); base += RK_LANES)                                                               \
            for (size_t l = 0; l < RK_LANES; l++) { const size_t I = base + l; lanes_a[l] += (EXPR); }                 \
        for (; base < (N); base++) { const size_t I = base; lanes_a[0] += (EXPR); }                                    \
        for (int l = 0; l < RK_LANES; l++) total_a += lanes_a[l];                                                      \
        (A) = total_a;                                                                                                 \
    } while (0)
