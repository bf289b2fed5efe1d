import ArgumentParser

Failure.exiting {
    var command = try RhumbCommand.parseAsRoot(RhumbCommand.commandFirst(Array(CommandLine.arguments.dropFirst())))
    try command.run()
}
