// Keeping this process, and those that it starts, to some folders, without a network: Landlock and seccomp of Linux.
#pragma once
#include <stddef.h>

/// Files and folders that may be used from now on, by their paths; those that are not there are left out.
struct confinement_paths {
    /// Read, with all below.
    const char *const *readable;
    size_t readable_count;
    /// Read, written, made and removed, with all below; no links are made there.
    const char *const *writable;
    size_t writable_count;
    /// Read and executed, files by themselves.
    const char *const *programs;
    size_t program_count;
};

/// Confines the calling process for good. It must have a single thread, which later ones descend from.
///
/// Returns 0, or what is in the way: ENOSYS where the kernel has no Landlock (Linux 5.13) or no seccomp, EBUSY where there
/// is more than one thread, or another error of the system.
int confinement_begin(const struct confinement_paths *paths);

/// The bytes that this process may still allocate before it is refused memory.
///
/// Returns 0 or an error of the system.
int confinement_limit_memory(size_t bytes);

/// Calls `stop` after some seconds, in a signal handler, and ends the process with exit code 1 when it is still there
/// `grace` seconds after that.
void confinement_limit_time(unsigned seconds, unsigned grace, void (*stop)(void));
