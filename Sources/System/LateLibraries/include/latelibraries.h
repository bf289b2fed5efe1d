// Libraries of the system that are loaded when one of their functions is first called, not when the program starts.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LATE_OPENMP,
    LATE_ONEDNN,
    LATE_OPENBLAS,
    LATE_SPNG,
    LATE_TURBOJPEG,
    LATE_CRYPTO,
    LATE_ZIP,
    LATE_CMARK,
    LATE_CMARK_EXTENSIONS,
    LATE_EDIT,
    LATE_CURL,
    LATE_ZMQ,
    LATE_LIBRARY_COUNT,
} late_library;

/// Loads a library that is not yet loaded.
///
/// - Returns: NULL, or one sentence that says what is wrong; it stays valid until the next call from this thread.
const char *late_library_load(late_library library);

/// Has `ready` called once the library is loaded, before the first of its functions runs; at once if it is loaded already.
/// Of several, the last one stays.
void late_library_on_load(late_library library, void (*ready)(void));

/// Whether a library has been loaded through this target, without loading it.
int late_library_is_loaded(late_library library);

/// What the library is called: "oneDNN".
const char *late_library_name(late_library library);

/// The Debian package that brings the library: "libdnnl-dev".
const char *late_library_package(late_library library);

#ifdef __cplusplus
}
#endif
