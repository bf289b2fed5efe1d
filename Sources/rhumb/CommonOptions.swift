import ArgumentParser

/// What every command that runs code takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads of the engine; by default one a processor.", valueName: "count"))
    var threads: Int?

    @Option(help: ArgumentHelp("Start of the stream that random verbs draw their seeds from.", valueName: "number"))
    var seed: UInt64?

    @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
    var noColor = false

    @Flag(name: .customLong("no-live"), help: "Progress as a plain line now and then, and nothing drawn in place.")
    var noLive = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("'--threads' takes a number from 1 to 1024, not \(threads)")
        }
    }
}
