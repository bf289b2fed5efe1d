/// One column of a table of metrics.
public struct MetricsColumn: Sendable, Hashable {
    public let name: String
    /// Whether the column holds text; its first value decides.
    public private(set) var isText = false
    /// The unit that all its numbers have, which is left out: `95 %`.
    public private(set) var unit: String?
    /// Whether a number, and whether a word for nothing such as `None`, is among the values.
    private(set) var hasNumbers = false
    private var hasWords = false
    // One of the two is empty. Two lists instead of one enumeration, whose payload couldn't grow in place.
    private var numberList = SparseList<Double>()
    private var textList = SparseList<String>()
    /// How many rows the table has.
    private var count = 0

    public enum Values: Sendable, Hashable {
        /// `nil` where the file has nothing.
        case numbers([Double?])
        case text([String?])
    }

    init(name: String, isText: Bool = false) {
        self.name = name
        self.isText = isText
    }

    public var values: Values { isText ? .text(textList.filled(to: count)) : .numbers(numberList.filled(to: count)) }

    /// The numbers, `nil` for a column of text. A missing value is NaN.
    public var numbers: [Double]? {
        isText ? nil : numberList.filled(to: count).map { $0 ?? .nan }
    }

    /// Whether nothing but words such as `none` is in the column, which then are texts.
    var holdsOnlyWords: Bool { !isText && hasWords && !hasNumbers }

    /// Puts a value in a row, which is the last. Of several values in a row the last counts.
    ///
    /// - Parameter isWord: Whether the value is missing by a word for nothing.
    /// - Returns: `false` for a text where a number or a word for nothing was before, and for a number of another unit:
    ///   the column is one of text then, and what it held before isn't as it stands in the file.
    @discardableResult
    mutating func append(_ value: MetricsValue, at row: Int, isWord: Bool = false) -> Bool {
        cut(to: row)
        switch value {
        case .missing:
            if isWord { hasWords = true }
        case .number(let number): return append(number, unit: nil, at: row)
        case .measured(let number, let unit): return append(number, unit: unit, at: row)
        case .text(let text):
            let wasClean = isText || !(hasNumbers || hasWords)
            becomeText()
            textList.append(text, at: row)
            return wasClean
        }
        return true
    }

    /// Puts a number in a row, as ``append(_:at:isWord:)`` does.
    mutating func append(_ number: Double, at row: Int) -> Bool {
        cut(to: row)
        return append(number, unit: nil, at: row)
    }

    private mutating func append(_ number: Double, unit wanted: String?, at row: Int) -> Bool {
        if isText {
            textList.append(DataColumns.text(number) + (wanted.map { " " + $0 } ?? ""), at: row)
            return false
        }
        // Nothing of something needs no unit.
        guard !hasNumbers || unit == wanted || number == 0 else {
            becomeText()
            textList.append(DataColumns.text(number), at: row)
            return false
        }
        if wanted != nil { unit = wanted }
        hasNumbers = true
        numberList.append(number, at: row)
        return true
    }

    private mutating func becomeText() {
        guard !isText else { return }
        isText = true
        unit = nil
        textList = SparseList(numberList, DataColumns.text)
        numberList = SparseList()
    }

    private mutating func cut(to row: Int) {
        numberList.cut(to: row)
        textList.cut(to: row)
    }

    /// Makes the column as long as the table; what a row that was broken off had is dropped.
    mutating func evenOut(to count: Int) {
        cut(to: count)
        self.count = count
    }

    public static func == (a: MetricsColumn, b: MetricsColumn) -> Bool {
        a.name == b.name && a.unit == b.unit && a.values == b.values
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(values)
    }
}
