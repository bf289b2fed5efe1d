import Language

extension Transcript {
    /// What a cell gave, in order; consecutive text goes into one block.
    mutating func append(_ events: [Event]) {
        var text = ""
        func flush(_ transcript: inout Transcript) {
            transcript.append(output: text)
            text = ""
        }
        for event in events {
            switch event {
            case .text(let piece): text += piece
            case .value(_, let display): text += display + "\n"
            case .note(let note):
                flush(&self)
                append(note: note)
            case .figure(let attachment, let saved):
                flush(&self)
                if let saved { append(figure: saved) } else { append(note: attachment.title) }
            case .error(let diagnostic):
                flush(&self)
                append(error: diagnostic)
            case .progress: break
            }
        }
        flush(&self)
    }
}
