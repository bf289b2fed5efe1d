import ArgumentParser
import Basics
import Notebook

struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Print the manual page.",
        discussion: "To read it: rhumb man | man -l -")

    func run() throws {
        print(try ManualPage(toolDescription: RhumbCommand._dumpHelp(), version: Rhumb.version).text(), terminator: "")
    }
}
