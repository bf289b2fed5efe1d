import Glibc

/// Seconds since it was made, on a clock that is never set.
package struct Stopwatch: Sendable {
    private let start = Stopwatch.now()

    package init() {}

    package var seconds: Double { Stopwatch.now() - start }

    /// Seconds since some fixed moment.
    package static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
