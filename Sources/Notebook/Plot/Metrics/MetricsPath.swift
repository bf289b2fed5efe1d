/// Where the values of a column stand along x, and which of its rows they are.
///
/// Trainers write some quantities every step and others now and then, each in rows of its own: a row where a column has
/// nothing is passed over, and a line joins the values on either side. A value that is NaN is there, as of a training
/// that diverged, and leaves a gap. Where x falls back, as after a resume, a new piece of line begins.
public struct MetricsPath: Sendable {
    /// A position for each row of the path.
    public private(set) var x: [Double] = []
    /// The row of the column; `nil` where the line is to have a gap between two pieces.
    public private(set) var rows: [Int?] = []
    /// How often x fell back.
    public private(set) var falls = 0
    /// How many values stand at the position of another row because theirs has none.
    public private(set) var borrowed = 0

    /// - Parameters:
    ///   - x: The column along x, `nil` where it has nothing; without it, rows are numbered from 0. A value whose row
    ///     has no position stands at the one before, or at the first.
    ///   - y: The column along y.
    ///   - chosen: The rows to take, in order; `nil` takes all.
    ///
    /// A column along x that falls again and again is not a step that falls back: the line then follows it to and fro.
    public init(x column: [Double?]?, y: [Double?], chosen: [Int]? = nil) {
        let all = chosen ?? Array(y.indices)
        let isBroken = column.map { column in UsualX.fallsSeldom(all.lazy.map { column[$0] }) } ?? false
        var last: Double? = column.flatMap { column in all.lazy.compactMap { column[$0] }.first }
        var previous = -Double.infinity
        x.reserveCapacity(all.count)
        rows.reserveCapacity(all.count)
        for row in all {
            if let own = column?[row] { last = own }
            guard y[row] != nil else { continue }
            guard let position = column == nil ? Double(row) : last else { continue }
            if let column, column[row] == nil { borrowed += 1 }
            if position < previous, isBroken {
                falls += 1
                x.append(previous)
                rows.append(nil)
            }
            x.append(position)
            rows.append(row)
            if !position.isNaN { previous = position }
        }
    }

    /// The values along the path, gaps being NaN.
    public func values(_ column: [Double?]) -> [Double] { rows.map { $0.flatMap { column[$0] } ?? .nan } }

    /// A series as long as the path, smoothed over the values that are there.
    public func smoothed(_ values: [Double], _ smoothing: Smoothing) -> [Double] {
        let present = rows.indices.filter { rows[$0] != nil }
        let smooth = smoothing(present.map { values[$0] })
        var result = values
        for (index, value) in zip(present, smooth) { result[index] = value }
        return result
    }
}

/// Which column usually runs along x.
public enum UsualX {
    /// What people call it, the first the likeliest.
    public static let names = [
        "alpha", "step", "_step", "global_step", "trainer/global_step", "trainer/step", "iteration", "iter", "update",
        "round",
        "epoch", "x", "time",
    ]

    /// The column that is called so and rises, or falls all along; else the first that falls back now and then.
    ///
    /// - Parameters:
    ///   - columns: The names of the columns of numbers.
    ///   - values: The values of one of them.
    public static func choose(_ columns: [String], _ values: (String) -> [Double?]) -> String? {
        var named: [String: String] = [:]
        for column in columns { named[column.lowercased()] = named[column.lowercased()] ?? column }
        let usable = names.compactMap { named[$0] }.map { (name: $0, values: values($0)) }
            .filter { $0.values.contains { $0?.isFinite == true } }
        return
            (usable.first { falls($0.values) == 0 || falls($0.values.reversed()) == 0 }
            ?? usable.first { fallsSeldom($0.values) })?.name
    }

    /// How often a value is less than the one before.
    private static func falls(_ values: some Sequence<Double?>) -> Int {
        var last = -Double.infinity
        var count = 0
        for case let value? in values where value.isFinite {
            if value < last { count += 1 }
            last = value
        }
        return count
    }

    /// Whether at most a quarter of the values are less than the one before.
    static func fallsSeldom(_ values: some Collection<Double?>) -> Bool { falls(values) * 4 <= values.count }
}
