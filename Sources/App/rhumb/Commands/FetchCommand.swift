import ArgumentParser
import Basics
import Console
import Glibc
import Hub
import Language
import Notebook

struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Download models from the Hugging Face hub into its cache.",
        discussion: """
            Takes the files that 'load' reads, safetensors before PyTorch's; 'org/name:path' takes a file or folder of \
            the repository. They go where the hub's own client keeps them (HF_HUB_CACHE, HF_HOME), checked, and 'load' \
            finds them by name. What was interrupted goes on where it stopped. HF_TOKEN, or the client's token file, \
            opens private and gated repositories; HF_ENDPOINT is another server.
            """)

    @Argument(help: ArgumentHelp("Names: org/name, or org/name:file.", valueName: "name"))
    var names: [String]

    @Option(help: ArgumentHelp("A branch, a tag or a commit.", valueName: "revision"))
    var revision = "main"

    @Option(help: ArgumentHelp("Which of several sets of weights: fp16 for half precision.", valueName: "name"))
    var variant: String?

    @Option(help: ArgumentHelp("model, or dataset, of which every file is taken.", valueName: "type"))
    var repoType = HubCache.Kind.model

    @Flag(help: "List what would be downloaded, and exit.")
    var dryRun = false

    @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
    var noColor = false

    @Flag(name: .customLong("no-live"), help: "Progress as a plain line now and then, and nothing drawn in place.")
    var noLive = false

    func validate() throws {
        for name in names where HubName(name) == nil {
            throw ValidationError("a name must be 'org/name' or 'org/name:file', not '\(name)'")
        }
        for (option, text) in [("--revision", revision), ("--variant", variant ?? "-")] where text.isEmpty {
            throw ValidationError("'\(option)' must not be empty")
        }
    }

    func run() throws {
        Interrupts.install()
        // A file that grows too large for the file system is an error of the write, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        let settings = try HubSettings()
        let line = TransferLine(wantsColour: !noColor, wantsLive: !noLive)
        let fetch = try HubFetch(settings) { text in
            line.end()
            ConsoleFront.remark(text.visible + "\n")
        }
        for name in names.compactMap(HubName.init) {
            do {
                let plan = try fetch.plan(name, kind: repoType, revision: revision, variant: variant)
                for note in plan.notes { ConsoleFront.remark(note.visible + "\n") }
                if dryRun {
                    list(plan)
                    continue
                }
                defer { line.end() }
                try fetch.run(plan) { progress in
                    line.show(
                        progress.path + (progress.count > 1 ? " (\(progress.index) of \(progress.count))" : ""),
                        done: progress.done, total: progress.total)
                }
                line.end()
                conclude(name, plan)
            } catch is Interruption {
                line.end()
                ConsoleFront.remark("stopped; what has come is kept, and the same command goes on\n")
                throw Failure.Shown(code: 130)
            }
        }
    }

    private func list(_ plan: FetchPlan) {
        for item in plan.items {
            print(
                (item.isCached ? "in the cache " : "to download  ")
                    + Words.bytes(item.file.size).padded(to: 8) + "  " + item.file.path.visible)
        }
        let missing = plan.items.count { !$0.isCached }
        let what = missing == 0 ? "nothing" : "\(Words.count(missing, "file")), \(Words.bytes(plan.missingSize))"
        print("\(what) to download, of commit \(plan.commitName.prefix(12))")
    }

    private func conclude(_ name: HubName, _ plan: FetchPlan) {
        let missing = plan.items.count { !$0.isCached }
        let what = missing == 0 ? "already in the cache" : "downloaded"
        print(
            "\(what): \(Words.count(plan.items.count, "file")), \(Words.bytes(plan.size)), in \(plan.snapshot.path.visible)"
        )
        if repoType == .model {
            let options =
                (revision == "main" ? "" : " revision: \"\(revision)\"")
                + (variant.map { " variant: \"\($0)\"" } ?? "")
            print("load \"\(name)\"\(options)")
        }
    }
}

extension HubCache.Kind: ExpressibleByArgument {}
