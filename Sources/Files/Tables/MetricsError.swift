import Basics

/// Why a file of metrics could not be read. The texts are in `message` and `hint`.
public enum MetricsError: ExplainedError, Hashable {
    case unreadable(path: String, reason: String)
    /// No format fits the first lines.
    case unknownFormat(location: String, line: String)
    case empty(path: String)
    /// A file of which every line was left out.
    case nothingRead(path: String, notes: [String])
    /// A JSON document that isn't one, or holds no rows.
    case badDocument(path: String, reason: String)
    case noRows(path: String)
    /// So many names for so many rows that the table couldn't be kept.
    case nearlyEmpty(path: String, rows: Int, columns: Int)
    /// A row of more fields than there are columns.
    case tooManyFields(location: String, count: Int, columns: Int)
    /// A text in a column of numbers.
    case notANumber(location: String, column: String, text: String)
    /// A quoted field that the end of the file cuts off, or text after a closing quote.
    case badQuotes(location: String)
    /// Something that was read otherwise than it stands, where only the file as it is would do.
    case readOtherwise(path: String, notes: [String])
    /// A line that isn't valid UTF-8.
    case notText(location: String)
    case unknownColumn(String, known: [String])
    /// A column of text where numbers are needed.
    case textColumn(String)
    case noNumbers(path: String)
}

extension MetricsError: CustomStringConvertible {
    /// One sentence that begins with the file and its line where there is one.
    public var message: String {
        switch self {
        case .unreadable(let path, let reason): "can't read '\(path)': \(reason)"
        case .unknownFormat(let location, let line):
            "\(location): can't tell what kind of metrics '\(line.shortened)' begins"
        case .empty(let path): "'\(path)' has no rows"
        case .nothingRead(let path, let notes): "'\(path)' has no rows: \(notes.joined(separator: "; "))"
        case .badDocument(let path, let reason): "'\(path)' is not a JSON document: \(reason)"
        case .noRows(let path): "'\(path)' is a JSON document without rows of metrics"
        case .nearlyEmpty(let path, let rows, let columns):
            "'\(path)' has \(columns) different names in \(rows) rows: nearly all cells of such a table would be empty"
        case .tooManyFields(let location, let count, let columns):
            "\(location): the row has \(count) fields, but there are only \(columns) columns"
        case .notANumber(let location, let column, let text):
            "\(location): '\(text.shortened)' must be a number, as the values of column '\(column)' before it are"
        case .badQuotes(let location): "\(location): a quoted field must end with a quote before the next separator"
        case .readOtherwise(let path, let notes):
            "'\(path)' can't be taken as it stands: \(notes.joined(separator: "; "))"
        case .notText(let location): "\(location): the line is not UTF-8 text"
        case .unknownColumn(let name, let known):
            "there is no column '\(name)'; the columns are " + known.map { "'\($0)'" }.joined(separator: ", ")
        case .textColumn(let name): "column '\(name)' must hold numbers, not text"
        case .noNumbers(let path): "'\(path)' has no column of numbers"
        }
    }

    /// What to try; empty when there is nothing to say.
    public var hint: String {
        switch self {
        case .unknownFormat:
            "CSV and TSV with or without a header, JSON and JSON lines, 'key=value' logs and one number per line are read"
        case .noRows: "load it and make the table: table(load(\"FILE\").rows)"
        case .nearlyEmpty: "write one name for a quantity, and what it is of beside it: name=layer3 norm=0.5"
        case .notText: "save it as UTF-8 or UTF-16"
        case .badQuotes: "a quote inside a quoted field is written twice"
        default: ""
        }
    }

    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}

extension String {
    /// At most forty characters.
    package var shortened: String { count > 40 ? prefix(39) + "…" : self }
}
