import Language

/// How fast long work goes, for whoever watches it.
package struct Pace: Sendable, Equatable {
    /// Seconds since the work was first seen.
    package private(set) var elapsed = 0.0
    /// Where its count stood then; resumed work does not start at 0.
    package private(set) var firstDone = 0
    private var label: String?
    private var started = 0.0
    private var lastDone = 0

    package init() {}

    /// As another process has seen it.
    package init(elapsed: Double, firstDone: Int) { (self.elapsed, self.firstDone) = (elapsed, firstDone) }

    /// Takes note of a step.
    ///
    /// - Parameter now: seconds on any clock that only moves forward.
    /// - Returns: whether it is the first that was seen of its work.
    package mutating func note(_ progress: StepProgress, now: Double) -> Bool {
        let isNew = progress.label != label || progress.done < lastDone
        if isNew { (label, started, firstDone) = (progress.label, now, progress.done) }
        (elapsed, lastDone) = (now - started, progress.done)
        return isNew
    }

    /// The next step begins other work.
    package mutating func end() { label = nil }

    /// Steps a second; nil while there is nothing to go by.
    package func rate(_ progress: StepProgress) -> Double? {
        let steps = Double(progress.done - firstDone)
        return elapsed > 0 && steps > 0 ? steps / elapsed : nil
    }
}
