import Basics
import CZMQ
import Glibc
import LateLibraries

/// ZeroMQ's side of this process, which all sockets belong to.
package final class SocketContext: @unchecked Sendable {
    fileprivate let raw: UnsafeMutableRawPointer

    /// - Throws: `RhumbError` where the library is missing, with the package that brings it.
    package init() throws {
        if let trouble = late_library_load(LATE_ZMQ) {
            throw RhumbError(
                String(cString: trouble),
                hint: "sudo apt-get install " + String(cString: late_library_package(LATE_ZMQ)))
        }
        guard let raw = zmq_ctx_new() else { throw RhumbError("ZeroMQ can't start: \(Socket.problem)") }
        self.raw = raw
    }

    /// Ends every wait of every socket; nothing is sent or received any more.
    package func shutDown() { zmq_ctx_shutdown(raw) }

    /// Waits until all sockets are closed and what they had to send is sent, a second at most for each.
    package func end() { zmq_ctx_term(raw) }
}

/// A socket of ZeroMQ, for messages of several frames. One thread at a time may use it.
package final class Socket: @unchecked Sendable {
    package enum Kind {
        case router, publisher, reply, pair
        /// The other ends of these, for clients.
        case dealer, subscriber, request
    }

    private let raw: UnsafeMutableRawPointer

    /// Longer frames than this break the connection: no code that somebody typed is so long.
    private static let longest: Int64 = 256 << 20

    /// - Parameter linger: milliseconds that what is still to be sent may take once it is closed.
    package init(_ context: SocketContext, _ kind: Kind, linger: Int32 = 1000) throws {
        let type =
            switch kind {
            case .router: ZMQ_ROUTER
            case .publisher: ZMQ_PUB
            case .reply: ZMQ_REP
            case .pair: ZMQ_PAIR
            case .dealer: ZMQ_DEALER
            case .subscriber: ZMQ_SUB
            case .request: ZMQ_REQ
            }
        guard let raw = zmq_socket(context.raw, type) else {
            throw RhumbError("ZeroMQ has no socket left: \(Self.problem)")
        }
        self.raw = raw
        var linger = linger, longest = Self.longest, unlimited: Int32 = 0
        zmq_setsockopt(raw, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
        zmq_setsockopt(raw, ZMQ_MAXMSGSIZE, &longest, MemoryLayout<Int64>.size)
        // What a cell prints is not lost because it comes fast.
        zmq_setsockopt(raw, ZMQ_SNDHWM, &unlimited, MemoryLayout<Int32>.size)
        zmq_setsockopt(raw, ZMQ_RCVHWM, &unlimited, MemoryLayout<Int32>.size)
        if kind == .router {
            // A client that comes back under its name takes it over.
            var handover: Int32 = 1
            zmq_setsockopt(raw, ZMQ_ROUTER_HANDOVER, &handover, MemoryLayout<Int32>.size)
        }
        if kind == .subscriber { zmq_setsockopt(raw, ZMQ_SUBSCRIBE, "", 0) }
    }

    package func bind(_ address: String) throws {
        guard zmq_bind(raw, address) == 0 else {
            throw RhumbError("can't listen at '\(address)': \(Self.problem)", hint: "is another kernel running there?")
        }
    }

    package func connect(_ address: String) throws {
        guard zmq_connect(raw, address) == 0 else { throw RhumbError("can't reach '\(address)': \(Self.problem)") }
    }

    package func close() { zmq_close(raw) }

    fileprivate static var problem: String { String(cString: zmq_strerror(zmq_errno())) }

    /// Sends frames as one message; false once the context is shut down, or when the other side is gone.
    @discardableResult
    package func send(_ frames: [[UInt8]]) -> Bool {
        for (index, frame) in frames.enumerated() {
            let flags = index + 1 < frames.count ? ZMQ_SNDMORE : 0
            while zmq_send(raw, frame, frame.count, flags) < 0 {
                guard zmq_errno() == EINTR else { return false }
            }
        }
        return true
    }

    /// The frames of the next message, for which it waits; nil once the context is shut down.
    package func receive() -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        var message = zmq_msg_t()
        repeat {
            zmq_msg_init(&message)
            while zmq_msg_recv(&message, raw, 0) < 0 {
                guard zmq_errno() == EINTR else {
                    zmq_msg_close(&message)
                    return nil
                }
            }
            let count = zmq_msg_size(&message)
            frames.append(
                zmq_msg_data(&message).map { Array(UnsafeRawBufferPointer(start: $0, count: count)) } ?? [])
            let isMore = zmq_msg_more(&message) != 0
            zmq_msg_close(&message)
            if !isMore { return frames }
        } while true
    }

    /// Which of some sockets have a message, for the first of which it waits.
    ///
    /// - Parameter milliseconds: how long at most; -1 for as long as it takes. A signal ends the wait too.
    /// - Returns: nil once the context is shut down.
    package static func poll(_ sockets: [Socket], milliseconds: Int) -> [Bool]? {
        var items = sockets.map { zmq_pollitem_t(socket: $0.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
        if zmq_poll(&items, Int32(items.count), milliseconds) < 0, zmq_errno() != EINTR { return nil }
        return items.map { $0.revents & Int16(ZMQ_POLLIN) != 0 }
    }
}
