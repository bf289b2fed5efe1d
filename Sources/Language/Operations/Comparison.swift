import Basics

/// Compares two values.
///
/// Values share what they hold, so `x = [x, x]` forty times over is a small value that would take for ever to walk
/// through. Pairs of lists once found alike are remembered and not walked through again.
struct Comparison {
    private struct Pair: Hashable {
        let left: UInt
        let right: UInt
    }

    private var alike: Set<Pair> = []
    /// Pairs of lists so far; the first ones are not worth remembering.
    private var pairs = 0
    private static let forgotten = 64
    /// Shorter lists of plain values are compared faster than remembered.
    private static let shortest = 32

    private mutating func remembering(
        _ left: Value, _ right: Value, count: Int, _ compare: (inout Comparison) throws -> Bool
    ) rethrows -> Bool {
        pairs += 1
        guard pairs > Self.forgotten, let leftKey = left.storageKey, let rightKey = right.storageKey else {
            return try compare(&self)
        }
        let pair = Pair(left: leftKey, right: rightKey)
        if alike.contains(pair) { return true }
        let before = pairs
        let result = try compare(&self)
        if result, count >= Self.shortest || pairs > before { alike.insert(pair) }
        return result
    }

    // MARK: Equality

    /// `==`: of equal kind and content. Objects decide themselves.
    mutating func isEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.number(let x), .number(let y)): x == y
        case (.boolean(let x), .boolean(let y)): x == y
        case (.none, .none), (.unset, .unset), (.none, .unset), (.unset, .none): true
        case (.string(let x), .string(let y)): x == y
        case (.list(let x), .list(let y)):
            x.count == y.count
                && remembering(left, right, count: x.count) { comparison in
                    zip(x, y).allSatisfy { comparison.isEqual($0, $1) }
                }
        case (.record(let x), .record(let y)):
            x.count == y.count
                && remembering(left, right, count: x.count) { comparison in
                    x.fields.allSatisfy { key, value in y[key].map { comparison.isEqual(value, $0) } ?? false }
                }
        case (.range(let x), .range(let y)): x == y
        case (.table(let x), .table(let y)):
            x.names == y.names
                && x.columns.indices.allSatisfy { column in
                    isEqual(.list(x.columns[column].values), .list(y.columns[column].values))
                }
        case (.function(let x), .function(let y)): x.isSame(as: y)
        case (.object(let object), let other), (let other, .object(let object)): object.isEqual(to: other)
        default: false
        }
    }

    // MARK: Order

    /// -1, 0 or 1 for sorting: numbers, strings, booleans, lists by their elements.
    ///
    /// NaN counts as larger than every number: the one place that all verbs give it, as PyTorch's do.
    ///
    /// - Throws: `RhumbError` for values without an order.
    mutating func order(_ left: Value, _ right: Value) throws -> Int {
        switch (left, right) {
        case (.number(let x), .number(let y)):
            if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? 0 : x.isNaN ? 1 : -1 }
            return x < y ? -1 : x > y ? 1 : 0
        case (.string(let x), .string(let y)): return x < y ? -1 : x == y ? 0 : 1
        case (.boolean(let x), .boolean(let y)): return x == y ? 0 : x ? 1 : -1
        case (.list(let x), .list(let y)):
            var result = 0
            let isAlike = try remembering(left, right, count: min(x.count, y.count)) { comparison in
                for (a, b) in zip(x, y) {
                    result = try comparison.order(a, b)
                    if result != 0 { return false }
                }
                result = x.count < y.count ? -1 : x.count > y.count ? 1 : 0
                return result == 0
            }
            return isAlike ? 0 : result
        default: throw RhumbError(Message.notOrdered(left, right))
        }
    }

    // MARK: Nearness

    /// `left ≈ right within tolerance`. Without a tolerance, numbers may differ by a millionth of the larger one.
    mutating func isClose(_ left: Value, _ right: Value, within tolerance: Double?) throws -> Bool {
        switch (left, right) {
        case (.number(let x), .number(let y)):
            return x == y || abs(x - y) <= tolerance ?? 1e-6 * Swift.max(abs(x), abs(y), 1e-6)
        case (.list(let x), .list(let y)):
            guard x.count == y.count else { return false }
            return try remembering(left, right, count: x.count) { comparison in
                try zip(x, y).allSatisfy { try comparison.isClose($0, $1, within: tolerance) }
            }
        case (.object(let object), let other), (let other, .object(let object)):
            if let result = try object.isClose(to: other, within: tolerance ?? 1e-6) { return result }
        default: break
        }
        throw RhumbError(Message.closeSides(left, right))
    }
}

extension Value {
    /// `==`: of equal kind and content. Objects decide themselves.
    public func isEqual(to other: Value) -> Bool {
        if case .number(let x) = self, case .number(let y) = other { return x == y }
        var comparison = Comparison()
        return comparison.isEqual(self, other)
    }
}
