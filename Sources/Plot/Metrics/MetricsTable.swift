/// Named columns of equal length, as read from a file of metrics.
public struct MetricsTable: Sendable, Hashable {
    public internal(set) var columns: [MetricsColumn] = []
    public internal(set) var rowCount = 0
    /// How many lines of a log held no metrics and were passed over.
    public internal(set) var skippedLines = 0

    public init() {}

    /// The column of that name.
    public subscript(name: String) -> MetricsColumn? {
        columns.first { $0.name == name }
    }

    /// The columns of numbers.
    public var numericColumns: [MetricsColumn] { columns.filter { !$0.isText } }

    /// Makes all columns as long as there are rows; a row that an error broke off is dropped.
    mutating func evenOut() {
        for index in columns.indices {
            columns[index].cut(to: rowCount)
            columns[index].pad(to: rowCount)
        }
    }
}

/// One column of a table of metrics.
public struct MetricsColumn: Sendable, Hashable {
    public let name: String
    /// Whether the column holds text; its first value decides.
    private(set) var isText = false
    // One of the two is empty. Two arrays instead of one enumeration, whose payload couldn't grow in place.
    private var numberList: [Double?] = []
    private var textList: [String?] = []

    public enum Values: Sendable, Hashable {
        /// `nil` where the file has nothing.
        case numbers([Double?])
        case text([String?])
    }

    init(name: String) {
        self.name = name
    }

    public var values: Values { isText ? .text(textList) : .numbers(numberList) }

    /// The numbers, `nil` for a column of text. A missing value is NaN, which plots as a gap.
    public var numbers: [Double]? {
        isText ? nil : numberList.map { $0 ?? .nan }
    }

    /// Puts a value in the last row; the rows before it that have none get gaps. Of several values in a row the last
    /// counts.
    ///
    /// - Returns: `false` for a text among numbers.
    mutating func append(_ value: MetricsValue, at row: Int) -> Bool {
        cut(to: row)
        pad(to: row)
        switch value {
        case .missing: break
        case .number(let number):
            if isText { textList.append(NumberText.plain(number)) } else { numberList.append(number) }
        case .text(let text):
            if !isText {
                guard numberList.allSatisfy({ $0 == nil }) else { return false }
                isText = true
                textList = numberList.map { _ in nil }
                numberList = []
            }
            textList.append(text)
        }
        return true
    }

    mutating func cut(to count: Int) {
        if isText {
            while textList.count > count { textList.removeLast() }
        } else {
            while numberList.count > count { numberList.removeLast() }
        }
    }

    mutating func pad(to count: Int) {
        if isText {
            while textList.count < count { textList.append(nil) }
        } else {
            while numberList.count < count { numberList.append(nil) }
        }
    }
}

/// One value as it stands in a file.
enum MetricsValue: Hashable {
    case number(Double)
    case text(String)
    case missing

    /// What a field says: a number, a text, or one of the usual words for nothing.
    ///
    /// - Parameter decimalComma: Whether `0,5` is a number, as in files whose fields are separated by semicolons.
    init(_ field: Substring, decimalComma: Bool = false) {
        let text = field.trimmingBlanks
        if let number = Double(text) {
            self = .number(number)
        } else if decimalComma, text.contains(","), let number = Double(text.replacing(",", with: ".")) {
            self = .number(number)
        } else if Self.nothing.contains(text.lowercased()) {
            self = .missing
        } else {
            self = .text(String(text))
        }
    }

    private static let nothing: Set<String> = ["", "na", "n/a", "null", "none", "-", "--"]
}

extension Substring {
    /// Without blanks and tabs at its ends.
    var trimmingBlanks: Substring {
        var kept = self
        while let first = kept.first, first == " " || first == "\t" { kept.removeFirst() }
        while let last = kept.last, last == " " || last == "\t" || last == "\r" { kept.removeLast() }
        return kept
    }
}
