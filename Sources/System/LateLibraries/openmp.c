// What libgomp, OpenMP's runtime, is told by the environment.
#include "libraries.h"
#include <stdlib.h>

void late_prepare_openmp(void) {
    // libgomp reads these while it is loaded, and never again. Its threads would wait awake for a millisecond and more, and
    // keep the cores from our own pool and from other programs; a few thousand turns are about as long as waking them takes.
    if (!getenv("GOMP_SPINCOUNT") && !getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "2000", 0);
}
