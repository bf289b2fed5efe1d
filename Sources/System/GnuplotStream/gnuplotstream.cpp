#include "gnuplotstream.h"

#include <cerrno>
#include <csignal>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <gnuplot-iostream.h>

namespace {

/// A file in memory that a child process writes and this one reads afterwards. A pipe would block both ends once it is
/// full, and a file on disk would need a writable folder.
class Capture {
public:
    explicit Capture(const char *name) : descriptor(memfd_create(name, 0)) {
        if (descriptor < 0) throw std::runtime_error(std::string("no file in memory: ") + std::strerror(errno));
        path = "/proc/self/fd/" + std::to_string(descriptor);
    }
    ~Capture() { close(descriptor); }
    Capture(const Capture &) = delete;
    Capture &operator=(const Capture &) = delete;

    /// A name under which the child, which inherits the descriptor, opens the file. For a redirection a plain `2>&12`
    /// would do, but POSIX shells need only understand descriptors of one digit.
    std::string path;

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

/// A copy for the C side; throws when there is no memory for it.
gnuplotstream_text copied(const std::string &text) {
    char *copy = static_cast<char *>(std::malloc(text.size() + 1));
    if (!copy) throw std::bad_alloc();
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return {copy, text.size()};
}

/// Ends a process that is still there after some time, or two seconds after it is asked to: a figure is usually done by
/// then. The process tells its number through a file, which is empty until it runs.
class Watch {
public:
    Watch(const Capture &process, double seconds, bool (*shouldStop)(void))
        : thread([this, &process, seconds, shouldStop] { run(process, seconds, shouldStop); }) {}
    ~Watch() { end(); }
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    void end() {
        {
            const std::lock_guard<std::mutex> lock(mutex);
            isOver = true;
        }
        changed.notify_all();
        if (thread.joinable()) thread.join();
    }

    /// To be read after the end.
    bool wasLate = false;
    bool wasStopped = false;

private:
    using Clock = std::chrono::steady_clock;

    void run(const Capture &process, double seconds, bool (*shouldStop)(void)) {
        const auto since = [](Clock::time_point start) {
            return std::chrono::duration<double>(Clock::now() - start).count();
        };
        const auto start = Clock::now();
        auto asked = Clock::time_point::max();
        std::unique_lock<std::mutex> lock(mutex);
        while (!changed.wait_for(lock, std::chrono::milliseconds(20), [this] { return isOver; })) {
            if (shouldStop && asked == Clock::time_point::max() && shouldStop()) asked = Clock::now();
            const bool isLate = since(start) > seconds;
            if (!isLate && (asked == Clock::time_point::max() || since(asked) < 2)) continue;
            const int number = std::atoi(process.contents().c_str());
            if (number <= 0) continue;
            wasLate = isLate;
            wasStopped = !isLate;
            kill(number, SIGKILL);
            return;
        }
    }

    std::mutex mutex;
    std::condition_variable changed;
    bool isOver = false;
    std::thread thread;
};

void setError(char **error, const char *message) {
    *error = strdup(message);
}

}  // namespace

struct gnuplotstream {
    Capture output{"gnuplot output"};
    Capture diagnostics{"gnuplot diagnostics"};
    Capture status{"gnuplot status"};
    Capture process{"gnuplot process"};
    std::vector<std::unique_ptr<Capture>> files;
    std::unique_ptr<Gnuplot> gnuplot;
    std::unique_ptr<Watch> watch;

    // The shell that runs gnuplot reports its exit status through a file and itself succeeds, because gnuplot-iostream
    // drops the status and prints a line of its own when the command fails. An interrupt at the keyboard reaches the
    // whole foreground group, and is left to the watch. gnuplot takes the place of a
    // shell that has told its number.
    gnuplotstream(const std::string &program, int fileCount, double seconds, bool (*shouldStop)(void)) {
        for (int index = 0; index < fileCount; ++index) files.push_back(std::make_unique<Capture>("gnuplot file"));
        gnuplot = std::make_unique<Gnuplot>(
            "trap '' INT; sh -c 'echo $$ >\"$1\"; exec \"$0\" -d' " + shellQuoted(program) + " " + process.path + " >" +
            output.path + " 2>" + diagnostics.path + "; echo $? >" + status.path);
        watch = std::make_unique<Watch>(process, seconds, shouldStop);
    }
};

gnuplotstream *gnuplotstream_open(
    const char *program, int file_count, double seconds, bool (*should_stop)(void), char **error) {
    try {
        return new gnuplotstream(program, file_count, seconds, should_stop);
    } catch (const std::exception &exception) {
        setError(error, exception.what());
    } catch (...) {
        setError(error, "unknown C++ exception");
    }
    return nullptr;
}

const char *gnuplotstream_path(const gnuplotstream *stream, int index) {
    return stream->files[static_cast<size_t>(index)]->path.c_str();
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
    *result = {};
    try {
        {
            const PipeSignalBlock block;
            owner->gnuplot.reset();
        }
        owner->watch->end();
        result->was_late = owner->watch->wasLate;
        result->was_stopped = owner->watch->wasStopped;
        const std::string status = owner->status.contents();
        result->status = status.empty() ? 127 : std::atoi(status.c_str());
        result->output = copied(owner->output.contents());
        result->diagnostics = copied(owner->diagnostics.contents());
        result->files = static_cast<gnuplotstream_text *>(
            std::calloc(owner->files.size() + 1, sizeof(gnuplotstream_text)));
        if (!result->files) throw std::bad_alloc();
        for (const auto &file : owner->files) result->files[result->file_count++] = copied(file->contents());
        return 0;
    } catch (const std::exception &exception) {
        setError(error, exception.what());
    } catch (...) {
        setError(error, "unknown C++ exception");
    }
    gnuplotstream_result_free(result);
    return -1;
}

void gnuplotstream_result_free(gnuplotstream_result *result) {
    std::free(result->output.bytes);
    std::free(result->diagnostics.bytes);
    for (int index = 0; index < result->file_count; ++index) std::free(result->files[index].bytes);
    std::free(result->files);
    *result = {};
}
