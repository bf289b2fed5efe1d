// A C interface over gnuplot-iostream: one gnuplot process, fed commands through a pipe.
//
// No C++ exception crosses this interface, SIGPIPE is never raised by it, and what gnuplot prints is kept.
#ifndef RHUMB_GNUPLOTSTREAM_H
#define RHUMB_GNUPLOTSTREAM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A running gnuplot process.
typedef struct gnuplotstream gnuplotstream;

/// What a gnuplot process left behind. Both texts are owned by the caller and freed by `gnuplotstream_result_free`.
typedef struct {
    /// The exit status of gnuplot: 0 when every command succeeded, 128 + n after signal n.
    int status;
    /// The bytes gnuplot wrote to its standard output (the text terminals draw there).
    char *output;
    size_t output_count;
    /// The bytes gnuplot wrote to its standard error.
    char *diagnostics;
    size_t diagnostics_count;
} gnuplotstream_result;

/// Starts `program -d` (`program` is a path; no start-up file of the user is read).
/// Returns NULL on failure and then sets `*error` to a message to be freed with `free`.
gnuplotstream *gnuplotstream_open(const char *program, char **error);

/// Sends `count` bytes of commands. Returns 0, or -1 once gnuplot no longer reads (the diagnostics tell why).
int gnuplotstream_write(gnuplotstream *stream, const char *bytes, size_t count);

/// Closes the pipe, waits for gnuplot to end and frees `stream`. Returns 0 and fills in `result`, or -1 and sets
/// `*error` to a message to be freed with `free`.
int gnuplotstream_close(gnuplotstream *stream, gnuplotstream_result *result, char **error);

/// Frees the texts of a result.
void gnuplotstream_result_free(gnuplotstream_result *result);

#ifdef __cplusplus
}
#endif

#endif
