import Language

/// Passes events on and keeps what the cell gave.
final class RunListener: Front {
    private let front: any Front
    private var kept: [CellOutput] = []
    /// An error is output like any other.
    private var toleratesErrors = false
    /// A resumed run does again what was seen before: only its progress and an error are new.
    var isRepeating = false

    init(_ front: any Front) { self.front = front }

    var width: Int { front.width }

    func poll() { front.poll() }

    func receive(_ event: Event) {
        switch event {
        case .error(let diagnostic) where toleratesErrors && diagnostic.kind != .interrupted:
            kept.append(.error(.init(diagnostic, isExpected: true)))
            if !isRepeating { front.receive(.text(diagnostic.text() + "\n")) }
        case .progress, .error: pass(event)
        default: pass(event, isSeen: !isRepeating)
        }
    }

    private func pass(_ event: Event, isSeen: Bool = true) {
        if let output = CellOutput(event) { kept.append(output) }
        if isSeen { front.receive(event) }
    }

    func takeOutputs() -> [CellOutput] {
        defer { kept = [] }
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
            at: Place(source: cell.code, range: 0..<cell.code.text.utf8.count),
            help: "take 'fails' off its fence, or make it fail")
        receive(.error(missing))
        return missing
    }
}
