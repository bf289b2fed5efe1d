import ArgumentParser
import Basics
import FoundationEssentials
import Jupyter
import Tensor
import Verbs

struct JupyterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jupyter", abstract: "Install the kernel for Jupyter, or run it.",
        discussion: """
            Once installed, JupyterLab, VS Code, nbconvert and Quarto offer 'Rhumb' for notebooks and run the kernel \
            themselves. It needs ZeroMQ: sudo apt-get install libzmq3-dev.
            """,
        subcommands: [Install.self, Kernel.self])
}

extension JupyterCommand {
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Tell Jupyter of this program, and print the folder that says so.",
            discussion: """
                The folder is kernels/NAME of a data folder of Jupyter; 'jupyter kernelspec list' shows all, and \
                'jupyter kernelspec remove rhumb' takes it away. Install it again when this program moves.
                """)

        @Flag(help: "For this user alone: ~/.local/share/jupyter, or what JUPYTER_DATA_DIR names (the default).")
        var user = false

        @Option(
            help: ArgumentHelp(
                "For a Python environment, by its folder: PREFIX/share/jupyter. That of the system is /usr/local.",
                valueName: "folder"),
            completion: .directory)
        var prefix: String?

        @Option(help: "What notebooks call the kernel by.")
        var name = "rhumb"

        @Option(name: .customLong("display-name"), help: "What menus call it.")
        var displayName = "Rhumb"

        @Option(help: ArgumentHelp("Threads of its engine; by default one per processor.", valueName: "count"))
        var threads: Int?

        func validate() throws {
            if user, prefix != nil { throw ValidationError("'--user' and '--prefix' are two places: give one") }
            if let threads, !(1...1024).contains(threads) {
                throw ValidationError("'--threads' must be from 1 to 1024, not \(threads)")
            }
        }

        func run() throws {
            // Better now than when a notebook opens.
            _ = try SocketContext()
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let specification = try KernelSpecification(
                name: name, displayName: displayName, program: program,
                options: threads.map { ["--threads", "\($0)"] } ?? [])
            print(try specification.install(prefix.map { .prefix($0) } ?? .user).visible)
        }
    }

    struct Kernel: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "kernel", abstract: "Run the kernel for one notebook; Jupyter does this.")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The connection file that Jupyter has written.", completion: .file(extensions: ["json"]))
        var connection: String

        func run() throws {
            _ = Workbench(common)
            let kernel = try Jupyter.Kernel(
                ConnectionFile(reading: connection), registry: .rhumb(), seed: common.seed ?? 0)
            kernel.run()
        }
    }
}
