import Basics
import Glibc
import MessagePassing

/// This process among those that run one program together. Alone it is rank 0 of 1.
///
///     for index in Ranks.share(of: pictures.count) { … }
///     let all = try Ranks.gather("pictures", mine)
///
/// All ranks make the same calls in the same order, from the session's thread.
public enum Ranks {
    nonisolated(unsafe) static var mailbox: Mailbox?
    /// Whether this rank is doing its share of something.
    nonisolated(unsafe) static var isApart = false

    /// From 0.
    public static var rank: Int { mailbox?.transport.rank ?? 0 }
    /// How many run the program; 1 for a process alone.
    public static var count: Int { mailbox?.transport.count ?? 1 }
    /// Whether this rank owns terminal, run folder and checkpoints.
    public static var isFirst: Bool { rank == 0 }
    /// Whether this rank writes what lasts of the work under way: the first one, and each in a share of its own.
    public static var writes: Bool { isFirst || isApart }
    /// Whether there is work to share.
    public static var areMany: Bool { count > 1 && !isApart }
    /// The machine of each rank, by its name in the network.
    public static var hosts: [String] { mailbox?.hosts ?? [hostName] }
    /// What they reach each other by: "Open MPI v4.1.4"; nil for a process alone.
    public static var transport: String? { mailbox?.transport.name }
    /// How many of the ranks are on this machine.
    public static var countHere: Int { hosts.count { $0 == hosts[rank] } }
    /// Why the run can't go on: a rank is gone, or has met an error.
    public static var failure: RhumbError? { mailbox?.failure }

    // MARK: Beginning and end

    /// Joins the ranks that a launcher has started, or starts some on this machine.
    ///
    /// - Parameters:
    ///   - workers: how many processes there are to be, this one among them; nil for what the launcher says.
    ///   - leave: called on a rank other than the first when the run is over; ends the process.
    /// - Throws: `RhumbError` for a launcher that has started single processes, and where MPI can't be loaded.
    public static func join(workers: Int?, leave: @escaping () -> Void) throws {
        guard mailbox == nil else { return }
        let launcher = Launcher.current
        if let workers, workers > 1, let launcher, launcher.count > 1 {
            throw RhumbError.workersAndLauncher(launcher.name)
        }
        guard let transport = try transport(launcher, workers: workers) else { return }
        guard transport.count > 1 else { return transport.close(isOrderly: true, code: 0) }
        let mailbox = try Mailbox(transport)
        mailbox.leave = leave
        Self.mailbox = mailbox
        if rank > 0 {
            // A terminal sends them to all; the first rank answers for all.
            signal(SIGINT, SIG_IGN)
            signal(SIGTERM, SIG_IGN)
        }
        transport.watch { StopFlag.raise() }
        mailbox.hosts = try gather("hosts", Array(hostName.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func transport(_ launcher: Launcher?, workers: Int?) throws -> (any Transport)? {
        if let launcher {
            if case .workers(let text) = launcher.kind { return try Workers.join(text) }
            if launcher.kind == .withoutMPI {
                throw RhumbError.noLaunch(launcher.name, launcher.count, launcher.command)
            }
            if launcher.count > 1 || launcher.name == "prun" {
                let transport = try MPITransport(launcher.kind == .mpich ? MP_MPICH : MP_OPEN_MPI)
                guard transport.count >= launcher.count else {
                    throw RhumbError.singletons(
                        launcher: launcher.name, says: launcher.count, library: transport.name, has: transport.count,
                        launcher.command)
                }
                return transport
            }
        }
        return try workers.flatMap { $0 > 1 ? try Workers.start($0) : nil }
    }

    /// Looks whether another rank is in trouble; a rank other than the first leaves where the run is over.
    ///
    /// - Returns: whether the work under way is to stop.
    public static func poll() -> Bool {
        guard let mailbox else { return false }
        mailbox.poll()
        return mailbox.failure != nil
    }

    /// Ends the run in all processes.
    ///
    /// - Parameters:
    ///   - code: the exit code of the first rank.
    ///   - problem: why this rank can't go on; nil where it has done its part.
    public static func end(code: Int32, problem: RhumbError? = nil) {
        guard let mailbox else { return }
        Self.mailbox = nil
        if mailbox.transport.rank == 0 {
            mailbox.end(code: code, within: mailbox.failure == nil ? 5 : 2)
        } else {
            mailbox.await(after: problem)
        }
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        return gethostname(&name, 255) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) : "localhost"
    }
}
