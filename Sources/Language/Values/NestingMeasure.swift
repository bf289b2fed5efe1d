import Synchronization

/// How deeply a value is nested, measured without recursion. What several places share is looked at once.
struct NestingMeasure {
    let limit: Int
    /// Ends the measurement when what it costs goes beyond.
    let budget: Int
    private(set) var cost = 0
    private var known: [UInt: Int] = [:]

    /// Of a container, besides its elements.
    private static let costOfContainer = 8

    private struct Level {
        let key: UInt
        let elements: [Value]
        var next = 0
        var deepest = 0
    }

    init(limit: Int, budget: Int) {
        self.limit = limit
        self.budget = budget
    }

    /// 1 for a list of numbers. A depth of `limit` or more is not looked into any further.
    ///
    /// - Returns: nil when the budget didn't suffice.
    mutating func depth(of value: Value) -> Int? {
        guard let first = level(of: value) else { return 0 }
        var levels = [first]
        while var level = levels.popLast() {
            var inner: Level?
            while level.next < level.elements.count, inner == nil {
                let element = level.elements[level.next]
                level.next += 1
                cost += 1
                guard element.isContainer, let found = self.level(of: element) else { continue }
                if let depth = known[found.key] {
                    level.deepest = max(level.deepest, depth)
                } else {
                    inner = found
                }
            }
            if cost > budget { return nil }
            if let inner {
                levels += [level, inner]
                if levels.count >= limit { return limit }
                // A function may lead back to itself; what is still being measured adds nothing to it.
                known[inner.key] = 0
                cost += Self.costOfContainer
            } else {
                known[level.key] = level.deepest + 1
                if levels.isEmpty { return level.deepest + 1 }
                levels[levels.count - 1].deepest = max(levels[levels.count - 1].deepest, level.deepest + 1)
            }
        }
        return 0
    }

    private func level(of value: Value) -> Level? {
        guard let key = value.storageKey else { return nil }
        switch value {
        case .list(let items): return Level(key: key, elements: items)
        case .record(let record): return Level(key: key, elements: record.values)
        case .table(let table): return Level(key: key, elements: table.columns.map { .list($0.values) })
        case .function(let function): return Level(key: key, elements: function.cells.map(\.value))
        default: return nil
        }
    }
}

/// How much measuring has been paid for.
///
/// Every value put into another one pays a little; a measurement spends what it costs. So a session that builds values
/// spends a bounded part of its time here, however large they are.
enum NestingBudget {
    private static let available = Atomic<Int>(1 << 16)
    /// A measurement that ran out of budget waits for twice as much.
    private static let wanted = Atomic<Int>(0)
    private static let earnings = 256
    private static let most = 1 << 40

    /// What may be spent on a measurement now; nil when it had better wait.
    static func credit() -> Int? {
        let credit = min(available.load(ordering: .relaxed) + earnings, most)
        available.store(credit, ordering: .relaxed)
        return credit >= wanted.load(ordering: .relaxed) ? credit : nil
    }

    static func spend(_ cost: Int, of credit: Int, isDone: Bool) {
        available.store(max(0, credit - cost), ordering: .relaxed)
        wanted.store(isDone ? 0 : min(2 * credit, most), ordering: .relaxed)
    }
}

extension Value {
    /// Tells the storage of a container from that of all others alive; nil for what is not a container.
    var storageKey: UInt? {
        switch self {
        case .list(let items): Value.key(items)
        case .record(let record): record.storageKey
        case .table(let table):
            table.columns.first.flatMap { Value.key($0.values) }.map { $0 ^ UInt(table.columns.count) << 48 }
        case .function(let function): UInt(bitPattern: ObjectIdentifier(function))
        default: nil
        }
    }

    private static func key(_ items: [Value]) -> UInt? {
        items.isEmpty ? nil : items.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }

    /// How many values it would be if nothing were shared: what writing it down would take. Beyond 2⁵³ no longer exact.
    package var writtenCount: Double {
        var known: [UInt: Double] = [:]
        return Value.writtenCount(self, &known)
    }

    private static func writtenCount(_ value: Value, _ known: inout [UInt: Double]) -> Double {
        let elements: [Value]
        switch value {
        case .list(let items): elements = items
        case .record(let record): elements = record.values
        case .table(let table): return table.columns.reduce(1) { $0 + writtenCount(.list($1.values), &known) }
        default: return 1
        }
        let key = value.storageKey
        if let key, let count = known[key] { return count }
        let count = elements.reduce(1) { $0 + ($1.isContainer ? writtenCount($1, &known) : 1) }
        if let key, elements.contains(where: \.isContainer) { known[key] = count }
        return count
    }
}
