// OpenBLAS: its C interface for BLAS, and the Fortran LAPACK symbols that the same library exports.
// Debian ships no LAPACKE header with OpenBLAS, so the few routines that are used are declared here. All of them work
// in double precision: matrices are small, and float32 results are then right to their last digits.
#pragma once
#include <cblas.h>

// Singular value decomposition, divide and conquer.
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
             const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info);
// Eigenvalues and vectors of a symmetric matrix, divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info);
// QR factorisation, and the orthogonal factor made explicit.
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork,
             int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
             const int *lwork, int *info);
// LU factorisation, an estimate of its reciprocal condition in the 1-norm, and solution by it.
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgecon_(const char *norm, const int *n, const double *a, const int *lda, const double *anorm, double *rcond,
             double *work, int *iwork, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *ipiv,
             double *b, const int *ldb, int *info);
// Cholesky factor.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
// Solution of a symmetric positive definite system.
void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb,
            int *info);
