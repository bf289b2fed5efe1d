import Files
import Glibc
import Language
import Notebook

/// Shows a session's events as JSON, an event a line; `docs/programs.md` says what each holds.
package final class EventLines: Front {
    private let output: LineOutput
    private let clock = Stopwatch()
    private var lastProgress = -1.0

    /// Seconds between two lines about progress.
    private static let interval = 0.25

    package init(_ output: LineOutput) { self.output = output }

    package func receive(_ event: Event) {
        if case .progress(let step) = event {
            let isOver = step.total.map { step.done >= $0 } ?? false
            guard isOver || clock.seconds - lastProgress >= Self.interval else { return }
            lastProgress = clock.seconds
        }
        write(event.json)
    }

    /// Ends the process when nobody reads any more or nothing can be written, as text at a terminal does.
    private func write(_ json: JSON) {
        let trouble = output.write(json)
        guard trouble != 0 else { return }
        guard trouble != EPIPE else { exit(128 + SIGPIPE) }
        var message = Array("error: can't write the output: \(String(cString: strerror(trouble)))\n".utf8)
        _ = Glibc.write(STDERR_FILENO, &message, message.count)
        exit(1)
    }

    /// The last line: how the code ended.
    package func finish(_ failure: Diagnostic?) {
        write([
            "event": "end", "status": failure == nil ? "ok" : "error",
            "code": .integer(Int(failure?.kind.exitCode ?? 0)), "seconds": .number(clock.seconds),
        ])
    }
}

extension Event {
    /// The event as data.
    package var json: JSON {
        switch self {
        case .text(let text): ["event": "text", "text": .string(text)]
        case .note(let text): ["event": "note", "text": .string(text)]
        case .value(let value, let display, let file):
            [
                "event": "value", "type": .string(value.typeName), "text": .string(display), "value": value.json,
                "file": file.map { .string($0) } ?? .null,
            ]
        case .figure(let attachment, let saved):
            [
                "event": "figure", "title": .string(attachment.title),
                "files": .array((saved?.files ?? []).map { .string((saved?.folder ?? "") + "/" + $0) }),
            ]
        case .progress(let step):
            [
                "event": "progress", "label": .string(step.label), "done": .integer(step.done),
                "total": step.total.map { .integer($0) } ?? .null, "detail": .string(step.detail),
            ]
        case .error(let diagnostic): .object([.init("event", "error")] + diagnostic.members)
        }
    }
}

extension Diagnostic {
    /// An error with its place, and as it is shown to a person.
    package var members: [JSON.Member] {
        [
            .init("kind", .string(kind.rawValue)), .init("message", .string(message)),
            .init("source", .string(span.source.name)), .init("line", .integer(span.line)),
            .init("column", .integer(span.column)), .init("label", .string(label)), .init("help", .string(help)),
            .init(
                "trace",
                .array(
                    trace.map { call in
                        [
                            "function": .string(call.function), "source": .string(call.span.source.name),
                            "line": .integer(call.span.line),
                        ]
                    })), .init("text", .string(text())),
        ]
    }
}
