import Basics
import Language

/// Verbs about the session itself rather than about values.
public enum NotebookVerbs {
    private static let family = "session"

    public static var all: [Verb] { [record, note, show, breakpoint] }

    /// Whether a block typed at the prompt is about the session, so that a recording leaves it out.
    static func isAboutSession(_ block: String) -> Bool {
        let block = block.drop(while: \.isWhitespace)
        let word = block.prefix { $0.isLetter }
        return block.hasPrefix("?")
            || ["record", "note", "vars", "help", "example", "forget", "doctor", "breakpoint"].contains(word)
    }

    static var record: Verb {
        Verb(
            "record", family: family, summary: "write what is typed as a recipe",
            parameters: [
                Parameter(
                    "path", .optional(.file(["md"])), default: .none,
                    help: "the recipe to write; without it recording ends")
            ],
            details: """
                Everything typed so far that worked goes into the file at once, everything typed later as soon as it \
                has run.
                Lines that failed are left out, and so are `help`, `vars` and the like; figures give their cell a \
                name. The
                recipe starts from the session's own seed. A relative path counts from the current folder, and folders \
                that are
                missing are made.
                """,
            examples: [.init("record \"steering.md\"", needsPrompt: true)],
            seeAlso: ["note"], effects: [.looksOutside]
        ) { call in
            let session = try session(of: call)
            guard !(try call.value("path").isNone) else {
                guard let path = session.recorder.path else { throw RhumbError("nothing is being recorded") }
                session.recorder.stop()
                call.host.note("recorded: \(path)")
                return .none
            }
            let path = try call.string("path")
            guard path.hasSuffix(".md") else {
                throw call.failure(
                    "path", "a recipe's name must end in '.md', not '\(path)'", hint: "record \"\(path).md\"")
            }
            try (call.host as? HostAdapter)?.mayWrite(path)
            do {
                try session.recorder.start(path)
            } catch {
                throw call.failure("path", "\(error)")
            }
            call.host.note("recording: \(path)")
            return .none
        }
    }

    static var note: Verb {
        Verb(
            "note", family: family, summary: "a paragraph for the recipe being recorded, and for the transcript",
            parameters: [Parameter("text", .string, help: "Markdown")],
            examples: [.init("note \"The direction separates both groups.\"")],
            seeAlso: ["record"]
        ) { call in
            let text = try call.string("text")
            if let session = (call.host as? HostAdapter)?.session {
                do { try session.recorder.add(note: text) } catch { throw RhumbError("\(error)") }
            }
            call.host.note(text)
            return .none
        }
    }

    static var show: Verb {
        Verb(
            "show", family: family,
            summary: "a value in full: every row and column of a table, every element of a list, a picture",
            parameters: [Parameter("value", .any, help: "what to show")],
            details: """
                At the prompt a table that is larger than the screen opens in the pager, where the arrow keys move \
                sideways too. Elsewhere, and with a pager that can't do that, columns that don't fit beside each other \
                follow below in blocks, with the numbers of their rows.
                """,
            examples: [.init("show [1, 2, 3]", gives: "[1, 2, 3]")],
            seeAlso: ["vars", "print"]
        ) { call in
            switch try call.value("value") {
            case .table(let table):
                if let host = call.host as? HostAdapter {
                    host.show(table, isWhole: true)
                } else {
                    call.host.write(table.wholeText(width: call.host.width) + "\n")
                }
            case .list(let items) where items.count > 1 && Value.list(items).summary.displayWidth > call.host.width:
                for item in items { call.host.write(item.display(width: call.host.width) + "\n") }
            case .string(let text): call.host.write(text + "\n")
            case let value: call.host.show(value)
            }
            return .none
        }
    }

    static var breakpoint: Verb {
        Verb(
            "breakpoint", family: family, summary: "stop here and open the prompt, with the variables of the place",
            details: """
                In a recipe, a script or a function: the prompt that opens sees the variables of the function around it, \
                can change them, and runs anything else too. `continue` or Ctrl-D goes on; `quit` ends the run as \
                Ctrl-C does. What is typed there is no part of the run's record.

                Where there is no terminal to type at (pipes, notebooks, `rhumb check`, several processes) and in safe \
                mode, a line says that it was passed. `rhumb lint` names those left in.
                """,
            examples: [.init("for i in 1..4 { if i == 3 { breakpoint } }", needsPrompt: true)],
            seeAlso: ["vars", "show"], effects: [.looksOutside, .seesVariables, .readsVariables, .changesVariables]
        ) { call in
            guard let place = call.interpreter.takePlace() else {
                throw RhumbError("'breakpoint' stands alone, not as a value", hint: "write breakpoint")
            }
            try call.host.pause(at: place)
            return .none
        }
    }

    private static func session(of call: Arguments) throws -> Session {
        guard let session = (call.host as? HostAdapter)?.session else {
            throw RhumbError("'\(call.verb.name)' belongs to the prompt", hint: "start 'rhumb' and type it there")
        }
        return session
    }
}
