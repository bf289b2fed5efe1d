import Basics

// What training can object to. Its messages are here and nowhere else.

extension RhumbError {
    static func trainingFinished(steps: Int) -> RhumbError {
        RhumbError(
            "this run has done all its \(steps) steps",
            hint: "the learning-rate schedule is over: begin another run with more steps")
    }

    static func anotherRun(_ folder: String) -> RhumbError {
        RhumbError("the checkpoint in '\(folder)' is that of another run")
    }

    static func notACheckpoint(_ path: String, of what: String, reason: String?) -> RhumbError {
        RhumbError(
            "'\(path)' is not a checkpoint of \(what)" + (reason.map { ": \($0)" } ?? ""),
            hint: "name the folder that the training run wrote into")
    }
}
