import Glibc

/// Processes of one machine, each two joined by a pair of sockets.
final class SocketTransport: Transport {
    let rank: Int
    let name = "sockets"
    private let descriptors: [Int32]
    private var outgoing: [UnsafeRawBufferPointer]
    private var incoming: [UnsafeMutableRawBufferPointer]
    /// The processes that this one started, by rank.
    private let children: [Int: pid_t]
    /// How those ended that were asked for it.
    private var endings: [Int: Int32] = [:]

    /// - Parameters:
    ///   - descriptors: the socket that leads to each rank; -1 for this one.
    ///   - children: of the first rank, the process of each of the others.
    init(rank: Int, descriptors: [Int32], children: [Int: pid_t] = [:]) {
        (self.rank, self.descriptors, self.children) = (rank, descriptors, children)
        outgoing = .init(repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: descriptors.count)
        incoming = .init(repeating: UnsafeMutableRawBufferPointer(start: nil, count: 0), count: descriptors.count)
        for descriptor in descriptors where descriptor >= 0 {
            // Their bit is not among what Swift imports of fcntl's third argument.
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    var count: Int { descriptors.count }

    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) { outgoing[rank] = bytes }

    func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) { incoming[rank] = bytes }

    func isSent(to rank: Int) throws -> Bool {
        while !outgoing[rank].isEmpty {
            let written = Glibc.send(
                descriptors[rank], outgoing[rank].baseAddress!, outgoing[rank].count, Int32(MSG_NOSIGNAL))
            if written > 0 {
                outgoing[rank] = UnsafeRawBufferPointer(rebasing: outgoing[rank][written...])
            } else if written < 0, errno == EAGAIN {
                return false
            } else if errno != EINTR {
                throw RankLost(rank: rank)
            }
        }
        return true
    }

    func isReceived(from rank: Int) throws -> Bool {
        while !incoming[rank].isEmpty {
            let count = recv(descriptors[rank], incoming[rank].baseAddress!, incoming[rank].count, 0)
            if count > 0 {
                incoming[rank] = UnsafeMutableRawBufferPointer(rebasing: incoming[rank][count...])
            } else if count < 0, errno == EAGAIN {
                return false
            } else if count == 0 || errno != EINTR {
                throw RankLost(rank: rank)
            }
        }
        return true
    }

    func wait() {
        var polled: [pollfd] = []
        for rank in 0..<count where descriptors[rank] >= 0 {
            let events = (incoming[rank].isEmpty ? 0 : POLLIN) | (outgoing[rank].isEmpty ? 0 : POLLOUT)
            if events != 0 { polled.append(pollfd(fd: descriptors[rank], events: Int16(events), revents: 0)) }
        }
        let found = poll(&polled, nfds_t(polled.count), 20)
        // The other end of a socket may be closed for long, which poll tells at once each time.
        if found > 0, polled.contains(where: { $0.revents & Int16(POLLHUP) != 0 }) { usleep(1000) }
    }

    func watch(_ lost: @escaping @Sendable () -> Void) {
        // The first rank ends the run when any is gone, the others when the first is.
        let watched = descriptors.indices.filter { descriptors[$0] >= 0 && (rank == 0 || $0 == 0) }
        let polled = watched.map { pollfd(fd: descriptors[$0], events: 0, revents: 0) }
        Background.run {
            var polled = polled
            while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
            lost()
        }
    }

    func ending(of rank: Int) -> String? {
        guard let process = children[rank] else { return nil }
        var status = endings[rank] ?? 0
        // Its sockets close a moment before it can be waited for.
        for _ in 0..<100 where endings[rank] == nil {
            if waitpid(process, &status, WNOHANG) == process { endings[rank] = status } else { usleep(10_000) }
        }
        guard endings[rank] != nil else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? "it ended with exit code \(status >> 8 & 0xff)" : "it was killed by signal \(signal)"
    }

    func close(isOrderly: Bool, code: Int32) {
        for descriptor in descriptors where descriptor >= 0 { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }
        for (rank, process) in children where endings[rank] == nil {
            if !isOrderly { kill(process, SIGKILL) }
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
        }
    }
}

/// A thread that nothing waits for.
enum Background {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func run(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let failed = pthread_create(
            &thread, nil,
            { pointer in
                let work = Unmanaged<Work>.fromOpaque(pointer!).takeRetainedValue()
                // Signals are for the session's thread.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                work.body()
                return nil
            }, work.toOpaque())
        if failed == 0 { pthread_detach(thread) } else { work.release() }
    }
}
