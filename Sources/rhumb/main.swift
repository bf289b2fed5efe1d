import ArgumentParser

Failure.exiting {
    var command = try RhumbCommand.parseAsRoot()
    try command.run()
}
