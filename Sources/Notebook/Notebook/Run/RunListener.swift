import Language

/// Passes events on and keeps what the cell gave.
final class RunListener: Front {
    private let front: any Front
    private let record: LiveRecord
    private var kept: [CellOutput] = []
    /// Whether something came since the outputs were written last.
    private var hasNews = false
    private var throttle = Throttle(every: 0.5)
    /// Writes what the cell has given so far, so that a run that is killed leaves that.
    var keep: ([CellOutput]) -> Void = { _ in }
    /// An error is output like any other.
    private var toleratesErrors = false
    /// A resumed run does again what was seen before: only its progress and an error are new.
    var isRepeating = false
    /// Somebody looks at the variables of a breakpoint.
    private var isPaused = false

    init(_ front: any Front, _ record: LiveRecord) { (self.front, self.record) = (front, record) }

    var width: Int { front.width }

    func poll() {
        front.poll()
        keepNews()
    }

    /// A cell begins.
    func begin(cell number: Int) {
        throttle.restart()
        record.begin(cell: number)
    }

    func pause(_ session: Session, at place: Place) -> PauseEnd? {
        let outside = isPaused
        isPaused = true
        defer { isPaused = outside }
        return front.pause(session, at: place)
    }

    func receive(_ event: Event) {
        // What is typed at a breakpoint is no part of the run.
        if isPaused { return front.receive(event) }
        defer { keepNews() }
        switch event {
        case .progress(let progress):
            record.note(progress)
            front.receive(event)
        case .error(let diagnostic) where toleratesErrors && diagnostic.kind != .interrupted:
            kept.append(.error(.init(diagnostic, isExpected: true)))
            hasNews = true
            if !isRepeating { front.receive(.text(diagnostic.text() + "\n")) }
        case .error: pass(event)
        default: pass(event, isSeen: !isRepeating)
        }
    }

    private func pass(_ event: Event, isSeen: Bool = true) {
        if let output = CellOutput(event) {
            kept.append(output)
            hasNews = true
        }
        if isSeen { front.receive(event) }
    }

    private func keepNews() {
        guard hasNews, !isRepeating else { return }
        throttle.ifDue {
            keep(kept)
            hasNews = false
        }
    }

    /// The cell is over.
    func takeOutputs() -> [CellOutput] {
        defer { (kept, hasNews) = ([], false) }
        record.end()
        return kept
    }

    func toleratingErrors(_ body: () -> Diagnostic?) -> Diagnostic? {
        toleratesErrors = true
        defer { toleratesErrors = false }
        return body()
    }

    /// What is wrong with a cell that promised an error and gave none.
    func missingFailure(of cell: Recipe.Cell) -> Diagnostic {
        let missing = Diagnostic(
            .expectation, "this cell is marked 'fails' but ran to its end",
            at: SourceSpan(source: cell.code, range: 0..<cell.code.text.utf8.count),
            help: "take 'fails' off its fence, or make it fail")
        receive(.error(missing))
        return missing
    }
}
