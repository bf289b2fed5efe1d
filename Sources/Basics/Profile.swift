import Glibc

/// Where the time of some work goes: the verbs, functions and operations that ran, how often and how long, what
/// memory of tensors they took, and how much they had to multiply and add.
///
/// Whatever is counted says when it begins and when it ends. Scopes nest; one thread by contract, which is the one that
/// calls the engine. Where no profile is taken, all that a place does is to look at ``current``.
///
///     let profile = Profile.entering(.operation, "conv2d")
///     defer { profile?.leave() }
package final class Profile {
    package enum Kind: String, Sendable { case verb, function, operation }

    /// Multiplications and additions, each counted as one, by what they were done in.
    package struct Work: Equatable, Sendable {
        package var float32: Double
        package var bfloat16: Double

        package init(float32: Double = 0, bfloat16: Double = 0) {
            (self.float32, self.bfloat16) = (float32, bfloat16)
        }

        static func += (sum: inout Work, more: Work) {
            sum.float32 += more.float32
            sum.bfloat16 += more.bfloat16
        }
    }

    /// All calls of one thing.
    package struct Row: Sendable {
        package let kind: Kind
        package let name: String
        package fileprivate(set) var calls = 0
        /// Seconds, those of other rows that ran within it left out.
        package fileprivate(set) var own = 0.0
        /// Seconds from its beginning to its end. Of calls within calls of the same thing the outermost counts.
        package fileprivate(set) var total = 0.0
        /// The most bytes of tensors that one call took at once, beyond those that were there before.
        package fileprivate(set) var bytes = 0
        /// What it and all within it had to compute.
        package fileprivate(set) var work = Work()
        fileprivate var running = 0
    }

    private struct Key: Hashable {
        let kind: Kind
        let name: String
    }

    private struct Scope {
        let row: Int
        let start: Double
        let bytes: Int
        let outerPeak: Int
        /// Of a function of the language: how deep its call stands.
        let depth: Int?
        /// Seconds of the scopes within it.
        var inner = 0.0
        var work = Work()
    }

    /// The profile that is being taken.
    nonisolated(unsafe) package private(set) static var current: Profile?

    /// In the order in which they first ran.
    package private(set) var rows: [Row] = []
    /// What everything had to compute.
    package private(set) var work = Work()
    private var places: [Key: Int] = [:]
    private var scopes: [Scope] = []

    private init() {}

    /// Begins a profile; nil while another is being taken.
    package static func begin() -> Profile? {
        guard current == nil else { return nil }
        let profile = Profile()
        current = profile
        return profile
    }

    /// Ends it. What still runs is counted up to now.
    package func end() {
        while !scopes.isEmpty { leave() }
        if Profile.current === self { Profile.current = nil }
    }

    /// Says that something begins.
    ///
    /// - Returns: the profile, which is to be told of its end; nil where none is taken.
    @inline(__always)
    package static func entering(_ kind: Kind, _ name: @autoclosure () -> String) -> Profile? {
        guard let current else { return nil }
        current.enter(kind, name())
        return current
    }

    package func enter(_ kind: Kind, _ name: String, depth: Int? = nil) {
        let key = Key(kind: kind, name: name)
        let row: Int
        if let known = places[key] {
            row = known
        } else {
            row = rows.count
            places[key] = row
            rows.append(Row(kind: kind, name: name))
        }
        rows[row].calls += 1
        rows[row].running += 1
        scopes.append(
            Scope(
                row: row, start: Self.now, bytes: TensorMemory.used, outerPeak: TensorMemory.peak, depth: depth))
        TensorMemory.peak = TensorMemory.used
    }

    /// What began last has ended.
    package func leave() {
        guard let scope = scopes.popLast() else { return }
        let seconds = Self.now - scope.start
        rows[scope.row].own += seconds - scope.inner
        rows[scope.row].bytes = max(rows[scope.row].bytes, TensorMemory.peak - scope.bytes)
        TensorMemory.peak = max(TensorMemory.peak, scope.outerPeak)
        rows[scope.row].running -= 1
        if rows[scope.row].running == 0 {
            rows[scope.row].total += seconds
            rows[scope.row].work += scope.work
        }
        if scopes.isEmpty { return work += scope.work }
        scopes[scopes.count - 1].inner += seconds
        scopes[scopes.count - 1].work += scope.work
    }

    /// What began last was none.
    package func withdraw() {
        guard let scope = scopes.popLast() else { return }
        TensorMemory.peak = max(TensorMemory.peak, scope.outerPeak)
        rows[scope.row].calls -= 1
        rows[scope.row].running -= 1
    }

    /// An error has ended the functions whose calls stand at a depth or deeper.
    package func leave(functionsFrom depth: Int) {
        while let last = scopes.last?.depth, last >= depth { leave() }
    }

    /// What runs has so much to compute.
    package func count(_ more: Work) {
        if scopes.isEmpty { work += more } else { scopes[scopes.count - 1].work += more }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// What tensors take at present, in bytes, and the most they have taken since that was last set.
package enum TensorMemory {
    nonisolated(unsafe) package static var used = 0
    nonisolated(unsafe) package static var peak = 0
}
