// The few functions of MPI that Rhumb calls, in Open MPI or MPICH.
#include "messagepassing.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A handle is a pointer in Open MPI and an int in MPICH. Both travel in one register, of which MPICH reads the lower
// half.
typedef intptr_t handle;

static struct {
    int (*Init)(int *, char ***);
    int (*Comm_rank)(handle, int *);
    int (*Comm_size)(handle, int *);
    int (*Comm_set_errhandler)(handle, handle);
    int (*Get_library_version)(char *, int *);
    int (*Isend)(const void *, int, handle, int, int, handle, void *);
    int (*Irecv)(void *, int, handle, int, int, handle, void *);
    int (*Test)(void *, int *, void *);
    int (*Cancel)(void *);
    int (*Wait)(void *, void *);
    int (*Finalize)(void);
    int (*Abort)(handle, int);
} mpi;

// MPI_COMM_WORLD, MPI_BYTE and MPI_STATUS_IGNORE of the library that is loaded.
static handle world, byte;
static void *no_status;
static int rank = 0, count = 1;
static char version[256], sentence[1024];

// MPI_Request, a handle in memory, of what goes to and comes from each process; `busy` while it is under way.
typedef struct {
    int64_t request;
    int busy;
} transfer;
static transfer *incoming, *outgoing;

static const char *files[2][3] = {
    [MP_OPEN_MPI] = {"libmpi.so.40", "libmpi.so"},
    [MP_MPICH] = {"libmpich.so.12", "libmpi.so.12", "libmpich.so"},
};

static int find(void *library, void *function, const char *name) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    if (!found) snprintf(sentence, sizeof sentence, "this machine's MPI has no '%s'", name);
    return found != NULL;
}

static const char *start(mp_family family) {
    void *library = NULL;
    for (int file = 0; file < 3 && files[family][file] && !library; file++) {
        // Open MPI's plug-ins look for its functions among those of the program.
        library = dlopen(files[family][file], RTLD_NOW | RTLD_GLOBAL);
        if (!library && file == 0)
            snprintf(sentence, sizeof sentence, "%s can't be loaded: %s", family == MP_MPICH ? "MPICH" : "Open MPI",
                     dlerror());
    }
    if (!library) return sentence;
    if (!find(library, &mpi.Init, "MPI_Init") || !find(library, &mpi.Comm_rank, "MPI_Comm_rank") ||
        !find(library, &mpi.Comm_size, "MPI_Comm_size") ||
        !find(library, &mpi.Comm_set_errhandler, "MPI_Comm_set_errhandler") ||
        !find(library, &mpi.Get_library_version, "MPI_Get_library_version") ||
        !find(library, &mpi.Isend, "MPI_Isend") ||
        !find(library, &mpi.Irecv, "MPI_Irecv") || !find(library, &mpi.Test, "MPI_Test") ||
        !find(library, &mpi.Cancel, "MPI_Cancel") || !find(library, &mpi.Wait, "MPI_Wait") ||
        !find(library, &mpi.Finalize, "MPI_Finalize") || !find(library, &mpi.Abort, "MPI_Abort"))
        return sentence;
    handle errors_return;
    if (family == MP_OPEN_MPI) {
        void *addresses[3];
        if (!find(library, &addresses[0], "ompi_mpi_comm_world") || !find(library, &addresses[1], "ompi_mpi_byte") ||
            !find(library, &addresses[2], "ompi_mpi_errors_return"))
            return sentence;
        world = (handle)addresses[0];
        byte = (handle)addresses[1];
        errors_return = (handle)addresses[2];
        no_status = NULL;
    } else {
        // The numbers of the MPICH ABI Compatibility Initiative.
        world = 0x44000000;
        byte = 0x4c00010d;
        errors_return = 0x54000001;
        no_status = (void *)1;
    }
    if (mpi.Init(NULL, NULL) != 0) return "MPI can't start";
    mpi.Comm_set_errhandler(world, errors_return);
    mpi.Comm_rank(world, &rank);
    mpi.Comm_size(world, &count);
    // Longer than any library's text.
    static char text[16384];
    int length = 0;
    if (mpi.Get_library_version(text, &length) == 0) {
        // MPICH writes "MPICH Version:\t4.0.2" and a line for each of its options.
        size_t end = strcspn(text, "\n,");
        snprintf(version, sizeof version, "%.*s", (int)(end < sizeof version ? end : sizeof version - 1), text);
        for (char *c = version; *c; c++)
            if (*c == '\t') *c = ' ';
    }
    incoming = calloc((size_t)count, sizeof *incoming);
    outgoing = calloc((size_t)count, sizeof *outgoing);
    return incoming && outgoing ? NULL : "there is not enough memory to start MPI";
}

const char *mp_start(mp_family family) { return start(family); }

int mp_rank(void) { return rank; }
int mp_count(void) { return count; }
const char *mp_version(void) { return version; }

int mp_receive(int from, void *bytes, int size) {
    incoming[from].busy = 1;
    return mpi.Irecv(bytes, size, byte, from, 0, world, &incoming[from].request);
}

int mp_send(int to, const void *bytes, int size) {
    outgoing[to].busy = 1;
    return mpi.Isend(bytes, size, byte, to, 0, world, &outgoing[to].request);
}

static int test(transfer *transfer) {
    if (!transfer->busy) return 1;
    int done = 0;
    if (mpi.Test(&transfer->request, &done, no_status) != 0) return -1;
    if (done) transfer->busy = 0;
    return done;
}

int mp_received(int from) { return test(&incoming[from]); }
int mp_sent(int to) { return test(&outgoing[to]); }

void mp_finish(void) {
    if (!mpi.Finalize) return;
    // What was waited for from others that had nothing more to say.
    for (int from = 0; incoming && from < count; from++) {
        if (!incoming[from].busy || test(&incoming[from]) != 0) continue;
        mpi.Cancel(&incoming[from].request);
        mpi.Wait(&incoming[from].request, no_status);
        incoming[from].busy = 0;
    }
    mpi.Finalize();
}

void mp_abort(int code) {
    if (mpi.Abort) mpi.Abort(world, code);
}
