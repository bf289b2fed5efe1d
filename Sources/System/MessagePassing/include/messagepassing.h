// MPI, loaded when a launcher has started this process as one of several. Compiled against no MPI's headers: what Open
// MPI (libmpi.so.40) and MPICH (libmpich.so.12, whose interface Intel MPI and MVAPICH have too) share is the names of
// their functions, and what differs, their handles, is in one table. All calls come from one thread.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { MP_OPEN_MPI, MP_MPICH } mp_family;

/// Loads a library of the family and starts it.
///
/// - Returns: NULL, or one sentence that says what is wrong.
const char *mp_start(mp_family family);

/// The number of this process, from 0, and how many there are. 0 and 1 before `mp_start`.
int mp_rank(void);
int mp_count(void);

/// How the library names itself, a line: "Open MPI v4.1.4".
const char *mp_version(void);

/// Begins to receive exactly `count` bytes from a process; one message at a time from each.
///
/// - Returns: 0, or MPI's error.
int mp_receive(int from, void *bytes, int count);
/// Begins to send `count` bytes to a process; one message at a time to each. The bytes must stay until it is sent.
int mp_send(int to, const void *bytes, int count);

/// Whether what was begun is done: 1, 0, or -1 for an error of MPI's.
int mp_received(int from);
int mp_sent(int to);

/// Ends MPI in this process, which waits for the others to do so.
void mp_finish(void);
/// Ends all processes.
void mp_abort(int code);

#ifdef __cplusplus
}
#endif
