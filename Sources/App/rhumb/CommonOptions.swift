import Basics
import ArgumentParser
import Glibc
import Tensor

/// What every command that runs code takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads of the engine; by default one per processor.", valueName: "count"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "Instruction set to compute with: avx2, avx512 or native, the best there is. RHUMB_ISA does the same.",
            valueName: "name"),
        completion: .list(Engine.instructionSetNames))
    var isa: String?

    @Option(help: ArgumentHelp("Start of the stream that random verbs draw their seeds from.", valueName: "number"))
    var seed: UInt64?

    @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
    var noColor = false

    @Flag(name: .customLong("no-live"), help: "Progress as a plain line now and then, and nothing drawn in place.")
    var noLive = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("'--threads' must be from 1 to 1024, not \(threads)")
        }
        guard let isa else { return }
        do {
            try Engine.chooseInstructionSet(isa, for: "--isa")
        } catch let error as RhumbError {
            throw ValidationError(error.message)
        }
        // For the programs that a command starts of its own kind.
        setenv(Engine.instructionSetVariable, isa, 1)
    }
}
