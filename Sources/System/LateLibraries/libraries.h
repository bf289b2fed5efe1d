// Inside the target: looking up functions in loaded libraries.
#pragma once

#include "latelibraries.h"

/// The address of a function of a loaded library.
///
/// - Parameter trouble: one sentence where there is no such function, and NULL is returned.
void *late_library_find(late_library library, const char *function, const char **trouble)
    __attribute__((visibility("hidden")));

/// Called once, before the first library that works on OpenMP's threads is loaded: the place to set variables of the
/// environment that libgomp reads while it is loaded.
void late_prepare_openmp(void) __attribute__((visibility("hidden")));
