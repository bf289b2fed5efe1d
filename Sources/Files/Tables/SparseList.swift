/// The values of a column with the rows they stand in: what a row doesn't have takes no memory.
struct SparseList<Element: Sendable & Hashable>: Sendable, Hashable {
    private(set) var elements: [Element] = []
    /// The row of each element; `nil` as long as every row from the first on has one.
    private var rows: [Int]?

    init() {}

    /// The values of another list in the same rows.
    init<Other>(_ other: SparseList<Other>, _ change: (Other) -> Element) {
        elements = other.elements.map(change)
        rows = other.rows
    }

    /// Puts a value in a row that lies behind all others.
    mutating func append(_ element: Element, at row: Int) {
        if rows == nil, row != elements.count { rows = Array(elements.indices) }
        elements.append(element)
        rows?.append(row)
    }

    /// Drops the values from a row on.
    mutating func cut(to count: Int) {
        while !elements.isEmpty, (rows?.last ?? elements.count - 1) >= count {
            elements.removeLast()
            rows?.removeLast()
        }
    }

    /// A value or `nil` for each of so many rows.
    func filled(to count: Int) -> [Element?] {
        guard let rows else {
            return elements.map(Optional.some) + repeatElement(nil, count: max(0, count - elements.count))
        }
        var all = [Element?](repeating: nil, count: count)
        for (row, element) in zip(rows, elements) { all[row] = element }
        return all
    }
}
