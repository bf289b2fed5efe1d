import ArgumentParser
import Glibc
import Tensor

Failure.exiting {
    try Engine.checkProcessor()
    if let name = getenv(Engine.instructionSetVariable) {
        try Engine.chooseInstructionSet(String(cString: name), for: Engine.instructionSetVariable)
    }
    var command = try RhumbCommand.parseAsRoot(RhumbCommand.commandFirst(Array(CommandLine.arguments.dropFirst())))
    switch command {
    case is RunCommand, is PromptCommand, is DoctorCommand: break
    default: try RankedRun.refuse("rhumb " + (type(of: command).configuration.commandName ?? ""))
    }
    try command.run()
}
