import Basics
import MessagePassing

extension RhumbError {
    /// - Parameter ending: "it was killed by signal 9".
    static func lost(_ rank: String, ending: String?) -> RhumbError {
        RhumbError(
            "\(rank) is gone" + (ending.map { ": \($0)" } ?? ""),
            hint: "the run goes on from its last step with: rhumb run --resume FOLDER")
    }

    static func parted(_ rank: String, at there: String, here: String) -> RhumbError {
        RhumbError(
            "\(rank) is at '\(there)' and this one at '\(here)': their programs have parted",
            hint: "a recipe run by several processes can't depend on the time, nor on what differs between machines")
    }

    static func differs(_ what: String, _ ranks: [String], from first: String) -> RhumbError {
        RhumbError(
            "\(what) differs between \(first) and \(ranks.joined(separator: ", "))",
            hint: "give every rank the same program, recipe, options and files")
    }

    static func noMPI(_ reason: String, _ family: mp_family) -> RhumbError {
        RhumbError(
            "this process was started by an MPI launcher, and \(reason)",
            hint: "sudo apt-get install " + (family == MP_MPICH ? "libmpich12" : "libopenmpi3"))
    }

    static func singletons(launcher: String, says wanted: Int, library: String, has count: Int, _ command: String)
        -> RhumbError
    {
        RhumbError(
            "\(launcher) says that there are \(wanted) ranks, and \(library) knows of \(count): each would do all of "
                + "the work", hint: "start it with the launcher of the same MPI: \(command)")
    }

    static func noLaunch(_ launcher: String, _ wanted: Int, _ command: String) -> RhumbError {
        RhumbError(
            "\(launcher) says that there are \(wanted) ranks, and started them without MPI: each would do all of the "
                + "work", hint: "start them with MPI: \(command)")
    }

    static func workersAndLauncher(_ launcher: String) -> RhumbError {
        RhumbError("'--workers' starts ranks of its own, and \(launcher) has started this one", hint: "leave one out")
    }

    static func noWorker(_ reason: String) -> RhumbError { RhumbError("a worker can't be started: \(reason)") }
}
