// Which files a library may be, and loading it.
#include "libraries.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// The versions whose headers this is compiled with. oneDNN 2 and 3 differ in their interface, and cmark-gfm promises
// nothing from one version to the next, so no other file will do.
#include <cmark-gfm_version.h>
#include <oneapi/dnnl/dnnl_version.h>

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

typedef struct {
    const char *name, *package;
    const char *files[4];  // tried in this order, up to the first NULL
    int has_threads;       // works on OpenMP's threads, or does on some machines
    void *handle;
    void (*ready)(void);
} library;

static library libraries[LATE_LIBRARY_COUNT] = {
    [LATE_OPENMP] = {"OpenMP", "libgomp1", {"libgomp.so.1"}, 1},
    [LATE_ONEDNN] = {"oneDNN", "libdnnl-dev",
                     // Some systems name it by two numbers.
                     {"libdnnl.so." TEXT(DNNL_VERSION_MAJOR), "libdnnl.so." TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR), "libdnnl.so"}, 1},
    [LATE_OPENBLAS] = {"OpenBLAS", "libopenblas-dev", {"libopenblas.so.0", "libopenblas.so"}, 1},
    [LATE_SPNG] = {"libspng", "libspng-dev", {"libspng.so.0", "libspng.so"}},
    [LATE_TURBOJPEG] = {"TurboJPEG", "libturbojpeg0-dev", {"libturbojpeg.so.0", "libturbojpeg.so"}},
    [LATE_CRYPTO] = {"OpenSSL", "libssl-dev", {"libcrypto.so.3", "libcrypto.so"}},
    [LATE_ZIP] = {"libzip", "libzip-dev", {"libzip.so.5", "libzip.so.4", "libzip.so"}},
    [LATE_CMARK] = {"cmark-gfm", "libcmark-gfm-dev", {"libcmark-gfm.so." CMARK_GFM_VERSION_STRING}},
    [LATE_CMARK_EXTENSIONS] = {"cmark-gfm's extensions", "libcmark-gfm-extensions-dev",
                               {"libcmark-gfm-extensions.so." CMARK_GFM_VERSION_STRING}},
    [LATE_EDIT] = {"libedit", "libedit-dev", {"libedit.so.2", "libedit.so"}},
    // Debian builds it with OpenSSL and with GnuTLS; which of the two does not matter here.
    [LATE_CURL] = {"libcurl", "libcurl4-openssl-dev", {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"}},
    [LATE_ZMQ] = {"ZeroMQ", "libzmq3-dev", {"libzmq.so.5", "libzmq.so"}},
};

static _Thread_local char sentence[1024];

static void prepare_openmp_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, late_prepare_openmp);
}

const char *late_library_load(late_library which) {
    library *library = &libraries[which];
    if (late_library_is_loaded(which)) return NULL;
    if (library->has_threads) prepare_openmp_once();
    for (int file = 0; file < 4 && library->files[file]; file++) {
        void *handle = dlopen(library->files[file], RTLD_LAZY | RTLD_LOCAL);
        if (handle) {
            __atomic_store_n(&library->handle, handle, __ATOMIC_RELEASE);
            if (library->ready) library->ready();
            return NULL;
        }
        const char *reason = dlerror();
        if (file == 0)
            snprintf(sentence, sizeof sentence, "%s is needed for this and can't be loaded: %s", library->name,
                     reason ? reason : library->files[file]);
    }
    return sentence;
}

void *late_library_find(late_library which, const char *function, const char **trouble) {
    void *target = dlsym(__atomic_load_n(&libraries[which].handle, __ATOMIC_ACQUIRE), function);
    if (!target) {
        snprintf(sentence, sizeof sentence, "the %s of this machine is not the version that Rhumb was built with: it has no '%s'",
                 libraries[which].name, function);
        *trouble = sentence;
    }
    return target;
}

void late_library_on_load(late_library which, void (*ready)(void)) {
    libraries[which].ready = ready;
    if (late_library_is_loaded(which)) ready();
}

int late_library_is_loaded(late_library which) {
    return __atomic_load_n(&libraries[which].handle, __ATOMIC_ACQUIRE) != NULL;
}

const char *late_library_name(late_library which) { return libraries[which].name; }

const char *late_library_package(late_library which) { return libraries[which].package; }
