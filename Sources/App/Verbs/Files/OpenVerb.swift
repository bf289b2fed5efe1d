import Language
import Notebook

/// `open`: what a run ended with, at the prompt.
enum OpenVerb {
    static var open: Verb {
        Verb(
            "open", family: "session", summary: "bring back the values that a run ended with",
            parameters: [
                Parameter("run", .file([]), help: "the folder of the run, such as \"runs/quickstart-20250131-142501\""),
                .option(
                    "only", .list(of: .string), default: [], help: "the names of the variables wanted; all by default"),
                .option(
                    "record", .boolean, default: false,
                    help: "give the values as a record, so that several runs lie side by side"),
            ],
            result: "record of the values, which also become variables of the session unless `record:` says otherwise",
            details: """
                Numbers, texts, lists, records, tables, tensors, pictures and directions come back as they were, to \
                the last bit. Models, trainers and functions are not saved in a run's folder; they are named, and come \
                from running the cells that make them. Two runs stand side by side as two records: `a = \
                open("runs/one")`, `b = open("runs/other")`, then `a.score - b.score`. The text after it is read once \
                the names are there, so it stands at the top level, in no block and in no function; a variable goes \
                before a verb of its name.
                """,
            examples: [
                .init("open \"runs/quickstart-20250131-142501\"", needsPrompt: true),
                .init(
                    "a = open \"runs/A\" record: true\nb = open \"runs/B\" record: true\na.reward - b.reward",
                    needsPrompt: true),
            ],
            seeAlso: ["vars", "load", "record"], effects: [.readsFiles, .changesVariables, .bringsVariables]
        ) { call in
            let path = try call.string("run")
            try call.willRead(path)
            let record = try RecordedRun(path)
            let wanted = try call.strings("only")
            let (values, lost) = try record.restored(make: StoredValues.make)
            for name in wanted where !values.contains(where: { $0.name == name }) {
                let known = values.map(\.name)
                throw call.failure(
                    "only",
                    lost.contains(name) ? "'\(name)' is not saved in the run" : "the run has no variable '\(name)'",
                    hint: "there are: \(known.joined(separator: ", "))")
            }
            let opened = values.filter { wanted.isEmpty || wanted.contains($0.name) }.map { ($0.name, $0.value) }
            if try call.boolean("record") { return .record(Record(opened)) }
            for (name, value) in opened { call.interpreter[name] = value }
            call.host.note(
                opened.isEmpty ? "the run saved no values" : "opened: " + opened.map(\.0).joined(separator: ", "))
            if !lost.isEmpty, wanted.isEmpty { call.host.note("not saved: " + lost.joined(separator: ", ")) }
            return .record(Record(opened))
        }
    }
}
