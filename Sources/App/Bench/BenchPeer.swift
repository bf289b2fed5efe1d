import Files

/// Another program at work: one process that stays alive from row to row, told what to do by lines of JSON.
///
/// A process that died or did not answer in time is started anew for the next row; after two such rows in succession it
/// is given up.
final class BenchPeer {
    /// A row that a program could not do, in words; empty for one that was given up before.
    struct Trouble: Error {
        let reason: String
    }
    /// The program does not do this kind of work at all; why.
    struct NotDone: Error {
        let reason: String
    }

    private let peer: Benchmark.Peer
    private let interpreter: [String]
    /// Seconds for one answer.
    private let timeout: Double
    private let waiting: (_ program: String) throws -> Void
    private var process: ChildProcess?
    private var troubles = 0
    private static let mostTroubles = 2
    /// What it calls itself, `PyTorch 2.15.0`; at first as the benchmark calls it.
    private(set) var name: String
    /// What it runs on, as it names that.
    private(set) var details: [String] = []

    /// - Parameter waiting: called a few times a second while an answer is waited for; what it throws ends the wait.
    init(
        _ peer: Benchmark.Peer, interpreter: [String], timeout: Double,
        waiting: @escaping (_ program: String) throws -> Void
    ) {
        (self.peer, self.interpreter, self.timeout, self.waiting) = (peer, interpreter, timeout, waiting)
        name = peer.name
    }

    /// Starts the process; ``greet()`` waits for it to be ready.
    func start() throws(BenchError) {
        process = try ChildProcess(interpreter[0], interpreter.dropFirst() + [peer.script])
    }

    /// Takes the name of a process that was started.
    ///
    /// - Throws: `NotDone` when it can't run here, such as for want of a module; `Trouble`.
    func greet() throws {
        let answer = try answer(to: "its name")
        guard let name = answer["name"]?.string else {
            throw trouble("answered something else than its name: \(answer.text())")
        }
        self.name = name
        details = answer["on"]?.array?.compactMap(\.string) ?? []
    }

    /// Asks for a row to be got ready; ``awaitReady(for:)`` waits until it is.
    func prepare(_ work: String) throws {
        if process == nil {
            guard troubles < Self.mostTroubles else { throw Trouble(reason: "") }
            do {
                try start()
                try greet()
            } catch let error as BenchError {
                throw trouble(error.description)
            }
        }
        process?.send(line: JSON.object([JSON.Member("prepare", .string(work))]).text())
    }

    func awaitReady(for work: String) throws {
        let answer = try answer(to: work)
        guard answer["ready"]?.bool == true else { throw trouble("answered something else: \(answer.text())") }
    }

    /// Does the work once.
    func run(_ work: String) throws -> (seconds: Double, result: Double, memory: Int?) {
        process?.send(line: JSON.object([JSON.Member("run", .string(work))]).text())
        let answer = try answer(to: work)
        guard let seconds = answer["seconds"]?.number, seconds > 0, let result = answer["result"]?.number else {
            throw trouble("gave no time and result: \(answer.text())")
        }
        troubles = 0
        return (seconds, result, answer["memory"]?.integer)
    }

    /// The next answer, which is a JSON object.
    private func answer(to request: String) throws -> JSON {
        guard let process else { throw Trouble(reason: "is not running") }
        let line: String
        do {
            line = try process.receiveLine(within: timeout) { try waiting(name) }
        } catch ChildProcess.Silence.ended(let manner) {
            throw trouble(manner)
        } catch ChildProcess.Silence.late {
            throw trouble("gave no answer within \(BenchReport.time(timeout))")
        }
        guard let answer = try? JSON(parsing: line), answer.members != nil else {
            throw trouble("answered something else than JSON: \(line)")
        }
        if let reason = answer["missing"]?.string { throw NotDone(reason: reason) }
        // It goes on after an error of its own.
        if let reason = answer["failed"]?.string { throw Trouble(reason: reason) }
        return answer
    }

    /// Ends a process that can't be talked to any longer.
    private func trouble(_ reason: String) -> Trouble {
        process = nil
        troubles += 1
        return Trouble(reason: reason + (troubles < Self.mostTroubles ? "" : "; it is given up"))
    }
}
