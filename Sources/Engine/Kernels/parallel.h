// Sharing a loop between the threads of the pool.
#pragma once
#include "include/kernels.h"

/// Elements a thread should have: some microseconds of copies and sums, or of exponentials. Waking a thread costs one,
/// and far more on a busy machine.
enum { RK_CHEAP_GRAIN = 32768, RK_COSTLY_GRAIN = 8192 };

/// The number of the calling thread in the pool: 0 for the one that shares loops out.
int rk_thread(void);
