import Basics

/// `start..stop by step`: the numbers from `start` up to but not including `stop`.
public struct NumberRange: Equatable, Sendable {
    /// nil is open, which only makes sense between brackets: `x[2..]`.
    public let start: Double?
    public let stop: Double?
    public let step: Double

    public init(start: Double?, stop: Double?, step: Double = 1) {
        self.start = start
        self.stop = stop
        self.step = step
    }

    /// How many numbers; nil when an end is open.
    public var count: Int? {
        guard let start, let stop else { return nil }
        return Self.count(from: start, to: stop, by: step)
    }

    public subscript(position: Int) -> Double { (start ?? 0) + Double(position) * step }

    /// How many steps lead from `start` to before `stop`.
    ///
    /// A range such as `0..1 by 0.1` has ten numbers although ten additions of 0.1 fall short of 1: a last step that
    /// misses `stop` by rounding alone is not counted.
    static func count(from start: Double, to stop: Double, by step: Double) -> Int {
        let steps = (stop - start) / step
        guard steps > 0, steps.isFinite else { return 0 }
        let nearest = steps.rounded()
        let count = abs(steps - nearest) <= 1e-9 * max(1, nearest) ? nearest : steps.rounded(.up)
        return count < 0x1p62 ? Int(count) : Int.max
    }

    func contains(_ number: Double) -> Bool {
        guard let start, let stop, step > 0 ? number < stop : number > stop else { return false }
        let steps = (number - start) / step
        return steps >= 0 && abs(steps - steps.rounded()) <= 1e-9
    }

    /// As written: `0..10`, `0..1 by 0.1`.
    public var text: String {
        let ends = (start.map(NumberText.shown) ?? "") + ".." + (stop.map(NumberText.shown) ?? "")
        return step == 1 ? ends : ends + " by " + NumberText.shown(step)
    }
}
