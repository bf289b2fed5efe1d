// Sharing a loop between the threads of the OpenMP runtime.
#pragma once
#include <stddef.h>

/// Runs `body(context, begin, end)` over pieces of 0..<count, one a thread, where each gets at least `minimum`;
/// on the calling thread alone when there is less. Bodies write to places of their own: how the range is cut must
/// not show in the result.
void rk_parallel(size_t count, size_t minimum, void (*body)(const void *context, size_t begin, size_t end),
                 const void *context);

/// Elements a thread should have: some microseconds of copies and sums, or of exponentials. Waking a thread costs one,
/// and far more on a busy machine.
enum { RK_CHEAP_GRAIN = 32768, RK_COSTLY_GRAIN = 8192 };
