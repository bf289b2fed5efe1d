extension Transcript {
    /// What a cell gave, in order; consecutive text goes into one block.
    public mutating func append(_ outputs: [CellOutput]) {
        var text = ""
        func flush(_ transcript: inout Transcript) {
            transcript.append(output: text)
            text = ""
        }
        for output in outputs {
            switch output {
            case .text(let piece): text += piece
            case .value(let display, _), .table(let display, _): text += display + "\n"
            case .note(let note):
                flush(&self)
                append(note: note)
            case .figure(let figure):
                flush(&self)
                append(figure: figure)
            case .error(let failure) where failure.isExpected: text += failure.text + "\n"
            case .error(let failure):
                flush(&self)
                append(block: Self.fenced(failure.text, as: "text"))
            }
        }
        flush(&self)
    }
}
