import Language

/// One thing that a cell gave, as its run keeps it.
public enum CellOutput: Sendable, Equatable {
    /// What the program printed, line ends included.
    case text(String)
    /// A value that was shown; `file` is the first one of the figure that it is and that follows.
    case value(display: String, file: String?)
    /// A table that was shown; every digit of it is in the file, relative to the run folder.
    case table(display: String, file: String?)
    /// A remark that is not the program's output.
    case note(String)
    /// A figure or picture; its files are relative to the run folder.
    case figure(SavedFigure)
    case error(Failure)

    /// An error as it was shown.
    public struct Failure: Sendable, Equatable {
        public let kind: Diagnostic.Kind
        public let message: String
        /// The name of the text it points into, and the number of the line there, from 1.
        public let file: String
        public let line: Int
        /// Message, excerpt, carets and help.
        public let text: String
        /// The cell is marked `fails`, and this is the error that it promises.
        public let isExpected: Bool
    }
}

extension CellOutput {
    /// Nil for what leaves no trace: progress.
    init?(_ event: Event, isExpected: Bool = false) {
        switch event {
        case .text(let text): self = .text(text)
        case .value(.table, let display, let file): self = .table(display: display, file: file)
        case .value(_, let display, let file): self = .value(display: display, file: file)
        case .note(let note): self = .note(note)
        case .figure(_, let saved?): self = .figure(saved)
        case .figure(let attachment, nil): self = .note(attachment.title)
        case .error(let diagnostic): self = .error(Failure(diagnostic, isExpected: isExpected))
        case .progress: return nil
        }
    }
}

extension CellOutput.Failure {
    init(_ diagnostic: Diagnostic, isExpected: Bool) {
        kind = diagnostic.kind
        message = diagnostic.message
        file = diagnostic.span.source.name
        line = diagnostic.span.line
        text = diagnostic.text()
        self.isExpected = isExpected
    }
}
