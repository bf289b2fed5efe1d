// The function of OpenMP's runtime that Rhumb calls; oneDNN calls others itself.
#include "../trampoline.h"

LATE(LATE_OPENMP, omp_set_num_threads)
