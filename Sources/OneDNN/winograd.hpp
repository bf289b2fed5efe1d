// What both ways of Winograd's convolution share: with components of weights that are kept, and with such that are made.
#pragma once

#include "kernels.h"
#include "runtime.hpp"

extern "C" int omp_get_thread_num(void);

namespace rhumb {

constexpr size_t parts = RK_WINOGRAD_PARTS;
constexpr size_t cacheLine = 64;

inline size_t rounded(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

/// The tiles of a result as large as its picture, or doubled.
rk_winograd_grid winogradGrid(const onednn_tensor &x, const onednn_tensor &y);

}  // namespace rhumb
