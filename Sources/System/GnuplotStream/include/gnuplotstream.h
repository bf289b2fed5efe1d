// A C interface over gnuplot-iostream: one gnuplot process, fed commands through a pipe.
//
// No C++ exception crosses this interface, SIGPIPE is never raised by it, and what gnuplot prints is kept.
#ifndef RHUMB_GNUPLOTSTREAM_H
#define RHUMB_GNUPLOTSTREAM_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A running gnuplot process.
typedef struct gnuplotstream gnuplotstream;

/// Bytes that gnuplot wrote; a zero byte follows them.
typedef struct {
    char *bytes;
    size_t count;
} gnuplotstream_text;

/// What a gnuplot process left behind; freed by `gnuplotstream_result_free`.
typedef struct {
    /// The exit status of gnuplot: 0 when every command succeeded, 128 + n after signal n.
    int status;
    /// What it wrote to its standard output.
    gnuplotstream_text output;
    /// What it wrote to its standard error.
    gnuplotstream_text diagnostics;
    /// What it wrote to each of its files.
    gnuplotstream_text *files;
    int file_count;
    /// Whether it was ended because its time was over, or because somebody asked to stop.
    bool was_late;
    bool was_stopped;
} gnuplotstream_result;

/// Starts `program -d` (`program` is a path; no start-up file of the user is read) with a number of files in memory
/// that it can write to. It is ended when it still runs after so many `seconds`, or two seconds after `should_stop`, which
/// another thread asks many times a second and which may be NULL, first says so. Returns NULL on failure and then sets `*error` to a message to be freed with `free`.
gnuplotstream *gnuplotstream_open(
    const char *program, int file_count, double seconds, bool (*should_stop)(void), char **error);

/// The path under which gnuplot writes to file `index`, for its `set output`. It lives as long as `stream`.
const char *gnuplotstream_path(const gnuplotstream *stream, int index);

/// Sends `count` bytes of commands. Returns 0, or -1 once gnuplot no longer reads (the diagnostics tell why).
int gnuplotstream_write(gnuplotstream *stream, const char *bytes, size_t count);

/// Closes the pipe, waits for gnuplot to end and frees `stream`. Returns 0 and fills in `result`, or -1 and sets
/// `*error` to a message to be freed with `free`.
int gnuplotstream_close(gnuplotstream *stream, gnuplotstream_result *result, char **error);

/// Frees what a result holds.
void gnuplotstream_result_free(gnuplotstream_result *result);

#ifdef __cplusplus
}
#endif

#endif
