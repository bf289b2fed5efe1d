// The functions of OpenBLAS, and of LAPACK inside it, that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_OPENBLAS, cblas_dgemm)
LATE(LATE_OPENBLAS, cblas_sgemm)
LATE(LATE_OPENBLAS, dgecon_)
LATE(LATE_OPENBLAS, dgeqrf_)
LATE(LATE_OPENBLAS, dgesdd_)
LATE(LATE_OPENBLAS, dgetrf_)
LATE(LATE_OPENBLAS, dgetrs_)
LATE(LATE_OPENBLAS, dorgqr_)
LATE(LATE_OPENBLAS, dposv_)
LATE(LATE_OPENBLAS, dpotrf_)
LATE(LATE_OPENBLAS, dsyevd_)
LATE(LATE_OPENBLAS, openblas_get_config)
LATE(LATE_OPENBLAS, openblas_set_num_threads)
