#include "parallel.h"
#include "include/kernels.h"

// The OpenMP runtime that oneDNN is built on. Its workers are awake between two primitives, so a loop of ours is
// shared in under a microsecond, and no second pool competes for the cores. Swift's clang has no omp.h, hence the
// entry points by hand (they are GCC's stable interface).
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
int omp_in_parallel(void);

static int thread_count = 1;

void rk_set_threads(int count) { thread_count = count < 1 ? 1 : count; }

int rk_threads(void) { return thread_count; }

// Asked when the program starts: later, OpenMP's own count follows the size of what oneDNN is doing.
__attribute__((constructor)) static void ask_for_threads(void) { rk_set_threads(omp_get_max_threads()); }

typedef struct {
    size_t count;
    void (*body)(const void *, size_t, size_t);
    const void *context;
} job;

static void share(void *data) {
    const job *j = data;
    const size_t threads = (size_t)omp_get_num_threads(), thread = (size_t)omp_get_thread_num();
    // Long runs are cut at whole cache lines.
    const size_t unit = j->count >= 65536 ? 64 : 1, units = j->count / unit;
    const size_t begin = units * thread / threads * unit;
    const size_t end = thread + 1 == threads ? j->count : units * (thread + 1) / threads * unit;
    if (begin < end) j->body(j->context, begin, end);
}

void rk_parallel(size_t count, size_t minimum, void (*body)(const void *, size_t, size_t), const void *context) {
    size_t threads = minimum ? count / minimum : count;
    const size_t most = (size_t)thread_count;
    if (threads > most) threads = most;
    if (threads <= 1 || omp_in_parallel()) {
        if (count > 0) body(context, 0, count);
        return;
    }
    job j = {count, body, context};
    GOMP_parallel(share, &j, (unsigned)threads, 0);
}
