#include "gnuplotstream.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include <gnuplot-iostream.h>

namespace {

/// A file in memory that a child process writes and this one reads afterwards. A pipe would block both ends once it is
/// full, and a file on disk would need a writable folder.
class Capture {
public:
    explicit Capture(const char *name) : descriptor(memfd_create(name, 0)) {
        if (descriptor < 0) throw std::runtime_error(std::string("no memory file: ") + std::strerror(errno));
    }
    ~Capture() { close(descriptor); }
    Capture(const Capture &) = delete;
    Capture &operator=(const Capture &) = delete;

    /// A name under which the child, which inherits the descriptor, opens the file. A plain `2>&12` would do, but
    /// POSIX shells need only understand descriptors of one digit.
    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

    std::string contents() const {
        std::string text;
        char buffer[65536];
        for (;;) {
            const ssize_t count = pread(descriptor, buffer, sizeof buffer, static_cast<off_t>(text.size()));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return text;
            text.append(buffer, static_cast<size_t>(count));
        }
    }

private:
    int descriptor;
};

/// Keeps SIGPIPE from this thread while it lives, without changing how the process handles the signal elsewhere.
class PipeSignalBlock {
public:
    PipeSignalBlock() {
        sigset_t pending;
        sigpending(&pending);
        wasPending = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&signals);
        sigaddset(&signals, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &signals, &previous);
    }
    ~PipeSignalBlock() {
        if (!wasPending) {
            const timespec now = {0, 0};
            while (sigtimedwait(&signals, nullptr, &now) < 0 && errno == EINTR) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    }
    PipeSignalBlock(const PipeSignalBlock &) = delete;
    PipeSignalBlock &operator=(const PipeSignalBlock &) = delete;

private:
    sigset_t signals;
    sigset_t previous;
    bool wasPending;
};

std::string shellQuoted(const std::string &text) {
    std::string quoted = "'";
    for (const char character : text) {
        if (character == '\'') {
            quoted += "'\\''";
        } else {
            quoted += character;
        }
    }
    return quoted + "'";
}

char *copied(const std::string &text) {
    char *copy = static_cast<char *>(std::malloc(text.size() + 1));
    if (copy) std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

void setError(char **error, const char *message) {
    if (error) *error = copied(message);
}

}  // namespace

struct gnuplotstream {
    Capture output{"gnuplot output"};
    Capture diagnostics{"gnuplot diagnostics"};
    Capture status{"gnuplot status"};
    std::unique_ptr<Gnuplot> gnuplot;

    // The shell that runs gnuplot reports its exit status through a file and itself succeeds, because gnuplot-iostream
    // drops the status and prints a line of its own when the command fails. An interrupt at the keyboard reaches the
    // whole foreground group; the figure, some tens of milliseconds away, is still finished.
    explicit gnuplotstream(const std::string &program) {
        gnuplot = std::make_unique<Gnuplot>(
            "trap '' INT; " + shellQuoted(program) + " -d >" + output.path() + " 2>" + diagnostics.path() +
            "; echo $? >" + status.path());
    }
};

gnuplotstream *gnuplotstream_open(const char *program, char **error) {
    try {
        return new gnuplotstream(program);
    } catch (const std::exception &exception) {
        setError(error, exception.what());
    } catch (...) {
        setError(error, "unknown C++ exception");
    }
    return nullptr;
}

int gnuplotstream_write(gnuplotstream *stream, const char *bytes, size_t count) {
    try {
        const PipeSignalBlock block;
        stream->gnuplot->write(bytes, static_cast<std::streamsize>(count));
        return stream->gnuplot->good() ? 0 : -1;
    } catch (...) {
        return -1;
    }
}

int gnuplotstream_close(gnuplotstream *stream, gnuplotstream_result *result, char **error) {
    const std::unique_ptr<gnuplotstream> owner(stream);
    try {
        {
            const PipeSignalBlock block;
            owner->gnuplot.reset();
        }
        const std::string output = owner->output.contents();
        const std::string diagnostics = owner->diagnostics.contents();
        const std::string status = owner->status.contents();
        result->status = status.empty() ? 127 : std::atoi(status.c_str());
        result->output = copied(output);
        result->output_count = output.size();
        result->diagnostics = copied(diagnostics);
        result->diagnostics_count = diagnostics.size();
        if (result->output && result->diagnostics) return 0;
        gnuplotstream_result_free(result);
        setError(error, "out of memory");
    } catch (const std::exception &exception) {
        setError(error, exception.what());
    } catch (...) {
        setError(error, "unknown C++ exception");
    }
    return -1;
}

void gnuplotstream_result_free(gnuplotstream_result *result) {
    std::free(result->output);
    std::free(result->diagnostics);
    result->output = nullptr;
    result->diagnostics = nullptr;
}
