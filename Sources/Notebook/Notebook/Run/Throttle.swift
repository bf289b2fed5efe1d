/// Keeps something that may wait to a small share of the time: a twentieth at most.
struct Throttle {
    private let interval: Double
    private var last = Stopwatch.now()
    /// Seconds that it took the last time.
    private var cost = 0.0

    /// - Parameter interval: seconds between two times, at least; also until the first.
    init(every interval: Double) { self.interval = interval }

    mutating func restart() { last = Stopwatch.now() }

    mutating func ifDue(_ body: () -> Void) {
        let start = Stopwatch.now()
        guard start - last >= max(interval, 20 * cost) else { return }
        body()
        last = Stopwatch.now()
        cost = last - start
    }
}
