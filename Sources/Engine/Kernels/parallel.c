// A pool of threads that is a good neighbour.
//
// Loops are cut into pieces, several a thread. Each thread begins with pieces of its own, which keeps its part of a tensor
// in its own cache from one loop to the next, and then takes what others have not begun. So a thread that something else
// keeps from its core holds up one piece at most, and one that has not come at all holds up nothing: the loop is over when
// all pieces are, whoever did them. Who waits, waits awake for some microseconds only, about as long as waking it would
// take, and then asleep.
#define _GNU_SOURCE
#include "parallel.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_THREADS = 256,
    PIECES = 4,          // a thread has, where there is enough to do
    AWAKE_NANOSECONDS = 60000,
};

/// Pieces of a loop that belong to a thread; in a cache line of its own.
typedef struct {
    _Alignas(64) _Atomic(size_t) next;
    size_t end;
} share;

static struct {
    // Grows by one with each loop; who sleeps, sleeps on it.
    _Alignas(64) _Atomic(uint32_t) loops;
    _Atomic(uint32_t) sleepers;
    _Atomic(int) rests;  // another pool works: nobody waits awake
    // The threads inside the loop, OPEN while more may enter, and LEADER_SLEEPS.
    _Alignas(64) _Atomic(uint32_t) inside;
    // The loop. Written by the leader while nobody is inside.
    _Alignas(64) size_t count, piece, pieces, threads;
    void (*body)(const void *, size_t, size_t);
    const void *context;
    share shares[MOST_THREADS];
} pool;

enum { OPEN = 1u << 31, LEADER_SLEEPS = 1u << 30, COUNT = LEADER_SLEEPS - 1 };

static int thread_count = 1, started = 1;
static atomic_flag is_taken = ATOMIC_FLAG_INIT;
static _Thread_local int thread_number, is_inside;

int rk_threads(void) { return thread_count; }
int rk_thread(void) { return thread_number; }

void rk_set_threads(int count) {
    thread_count = count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : count;
}

// The cores this process may run on, or fewer by OMP_NUM_THREADS, which people set for every such program.
__attribute__((constructor)) static void find_threads(void) {
    cpu_set_t cores;
    const long all = sysconf(_SC_NPROCESSORS_ONLN);
    int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : (int)(all < 1 ? 1 : all);
    const char *wish = getenv("OMP_NUM_THREADS");
    const int wanted = wish ? atoi(wish) : 0;
    rk_set_threads(wanted > 0 ? wanted : count);
}

// MARK: Waiting

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void sleep_on(_Atomic(uint32_t) *word, uint32_t value) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}
static void wake(_Atomic(uint32_t) *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/// Waits awake for a while until the word is no longer `value`: 1 if so.
static int changes_soon(_Atomic(uint32_t) *word, uint32_t value) {
    const uint64_t end = now() + AWAKE_NANOSECONDS;
    do {
        for (int i = 0; i < 32; i++) {
            if (atomic_load_explicit(word, memory_order_acquire) != value) return 1;
            if (atomic_load_explicit(&pool.rests, memory_order_relaxed)) return 0;
            __builtin_ia32_pause();
        }
    } while (now() < end);
    return 0;
}

// MARK: A loop

static void work(size_t own) {
    is_inside = 1;
    for (size_t turn = 0; turn < pool.threads; turn++) {
        share *from = &pool.shares[(own + turn) % pool.threads];
        for (size_t piece; (piece = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed)) < from->end;) {
            const size_t begin = piece * pool.piece, end = begin + pool.piece;
            pool.body(pool.context, begin, end < pool.count ? end : pool.count);
        }
    }
    is_inside = 0;
}

static void *serve(void *number) {
    thread_number = (int)(intptr_t)number;
    uint32_t seen = 0;
    for (;;) {
        if (!changes_soon(&pool.loops, seen)) {
            atomic_fetch_add(&pool.sleepers, 1);
            // Looks once more inside: a loop that began in between is not missed.
            while (atomic_load(&pool.loops) == seen) sleep_on(&pool.loops, seen);
            atomic_fetch_sub(&pool.sleepers, 1);
        }
        seen = atomic_load(&pool.loops);
        uint32_t inside = atomic_load(&pool.inside);
        while (inside & OPEN)
            if (atomic_compare_exchange_weak(&pool.inside, &inside, inside + 1)) break;
        if (!(inside & OPEN)) continue;
        if ((size_t)thread_number < pool.threads) work((size_t)thread_number);
        if (atomic_fetch_sub(&pool.inside, 1) == (LEADER_SLEEPS | 1)) wake(&pool.inside, 1);
    }
    return NULL;
}

/// As many threads as are wanted, or as many as there can be.
static void start(int wanted) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, (size_t)4 << 20);
    while (started < wanted) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)started) != 0) break;
        started++;
    }
    pthread_attr_destroy(&attributes);
}

void rk_parallel(size_t count, size_t minimum, void (*body)(const void *, size_t, size_t), const void *context) {
    if (count == 0) return;
    const size_t fair = minimum ? count / minimum : count;
    size_t threads = (size_t)thread_count;
    if (threads > fair) threads = fair;
    if (threads <= 1 || is_inside || thread_number != 0) return body(context, 0, count);
    // A second thread of the program's own does its loop by itself.
    if (atomic_flag_test_and_set(&is_taken)) return body(context, 0, count);
    if ((size_t)started < threads) start((int)threads);

    // Pieces of one size; long runs are cut at whole cache lines.
    size_t piece = count / (threads * PIECES);
    if (piece < minimum) piece = minimum;
    if (piece == 0) piece = 1;
    if (piece >= 64) piece = (piece + 63) / 64 * 64;
    const size_t pieces = (count + piece - 1) / piece;
    pool.count = count;
    pool.piece = piece;
    pool.pieces = pieces;
    pool.threads = threads;
    pool.body = body;
    pool.context = context;
    for (size_t t = 0; t < threads; t++) {
        atomic_store_explicit(&pool.shares[t].next, pieces * t / threads, memory_order_relaxed);
        pool.shares[t].end = pieces * (t + 1) / threads;
    }
    atomic_store_explicit(&pool.rests, 0, memory_order_relaxed);
    atomic_store(&pool.inside, OPEN);
    atomic_fetch_add(&pool.loops, 1);
    if (atomic_load(&pool.sleepers) > 0) wake(&pool.loops, (int)threads - 1);

    work(0);
    uint32_t inside = atomic_fetch_and(&pool.inside, ~(uint32_t)OPEN) & ~(uint32_t)OPEN;
    while (inside & COUNT) {
        if (!changes_soon(&pool.inside, inside)) {
            if (atomic_compare_exchange_strong(&pool.inside, &inside, inside | LEADER_SLEEPS)) {
                inside |= LEADER_SLEEPS;
                sleep_on(&pool.inside, inside);
            }
        }
        inside = atomic_load(&pool.inside);
    }
    atomic_flag_clear(&is_taken);
}

void rk_rest(void) { atomic_store_explicit(&pool.rests, 1, memory_order_relaxed); }

// A forked child has the leader alone.
static void forget(void) {
    started = 1;
    atomic_flag_clear(&is_taken);
    atomic_store(&pool.inside, 0);
    atomic_store(&pool.sleepers, 0);
}
__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(NULL, NULL, forget); }
