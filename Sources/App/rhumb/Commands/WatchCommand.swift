import ArgumentParser
import Console
import Foundation
import Notebook

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a run from another terminal, to its end.",
        discussion: """
            Shows the cell that is worked on, how far its work has come with the curve of its metric, the latest \
            pictures, and the last lines of the transcript. Where the output is not a terminal, it writes a line when \
            something has changed. Ends with the run: exit code 0 when that is complete, else 1.
            """)

    @Argument(help: "The folder of a run; by default the newest one below 'runs'.", completion: .directory)
    var folder: String?

    @Flag(help: "Show the run as it is now, and exit.")
    var once = false

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
    var every = 1.0

    @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
    var noColor = false

    @Flag(name: .customLong("no-live"), help: "A line when something has changed, and nothing drawn in place.")
    var noLive = false

    func validate() throws {
        if !(every >= 0.1) { throw ValidationError("'--every' must be at least 0.1 seconds, not \(every)") }
    }

    func run() throws {
        let watcher = try folder.map(RunWatcher.init) ?? .newest(below: "runs")
        let console = WatchConsole(Workbench.appearance(wantsColour: !noColor, wantsLive: !noLive))
        if once { return console.showOnce(try watcher.look()) }
        Interrupts.install()
        while !Interrupt.isRequested {
            let glance = try watcher.look()
            console.show(glance)
            if glance.state.isOver {
                if glance.state != .over(.complete) { throw Failure.Shown(code: 1) }
                return
            }
            let start = Stopwatch()
            while !Interrupt.isRequested, start.seconds < every { usleep(50_000) }
        }
        console.end()
        throw Failure.Shown(code: 130)
    }
}
