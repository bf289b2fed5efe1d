import Basics
import Glibc

/// Messages between ranks in the order of the program: every rank makes the same exchanges, and a message that belongs
/// to another one than this rank is at means that their programs have parted.
final class Mailbox {
    let transport: any Transport
    /// Of each rank; "rank 3" until they are known.
    var hosts: [String]
    /// What keeps the run from going on: on the first rank the first trouble of any other.
    private(set) var failure: RhumbError?
    /// Whether the first rank has said that the run is over, or is gone.
    private(set) var isOver = false
    /// Called on a rank other than the first when the run is over; does not return.
    var leave: () -> Void = {}
    private var boxes: [Box]
    private var number: UInt64 = 0
    /// Whether some rank's process is gone.
    private var hasLost = false
    /// Bytes on their way when an exchange was given up, which must stay where they are.
    private var abandoned: [Outgoing] = []

    /// The most bytes that go in one piece; MPI counts them in 32 bits.
    private static let piece = 1 << 28

    init(_ transport: any Transport) throws {
        self.transport = transport
        hosts = (0..<transport.count).map { _ in "" }
        boxes = (0..<transport.count).map { _ in Box() }
        for rank in others { try transport.receive(boxes[rank].header, from: rank) }
    }

    var others: [Int] { (0..<transport.count).filter { $0 != transport.rank } }

    /// "rank 2 on node7"
    func name(_ rank: Int) -> String { "rank \(rank)" + (hosts[rank].isEmpty ? "" : " on \(hosts[rank])") }

    // MARK: Exchanges

    /// Sends bytes to some ranks and receives those of some.
    ///
    /// - Returns: what came, by rank; empty of all others.
    /// - Throws: `RhumbError` where a rank is gone or can't go on; `Interruption`.
    func exchange(_ label: String, sending: [Int: [UInt8]], from sources: Set<Int>) throws -> [[UInt8]] {
        if let failure { throw failure }
        number += 1
        var outgoing = sending.map { rank, bytes in
            Outgoing(rank, Message(.data, number: number, length: bytes.count, label: label).bytes, bytes)
        }
        do {
            while true {
                outgoing = try outgoing.filter { try !$0.advance(on: transport, piece: Self.piece) }
                try collect()
                if let failure { throw failure }
                if isOver { leave() }
                if outgoing.isEmpty, sources.allSatisfy({ boxes[$0].isFull }) { break }
                try StopFlag.check()
                transport.wait()
            }
        } catch {
            abandoned += outgoing
            if let lost = error as? RankLost {
                note(lost: lost.rank)
                throw failure ?? RhumbError.lost(name(lost.rank), ending: nil)
            }
            throw error
        }
        var received = [[UInt8]](repeating: [], count: transport.count)
        for rank in sources {
            let message = boxes[rank].message!
            guard message.number == number, message.label == Message(.data, label: label).label else {
                throw RhumbError.parted(name(rank), at: message.label, here: label)
            }
            received[rank] = boxes[rank].take()
            try transport.receive(boxes[rank].header, from: rank)
        }
        return received
    }

    /// Looks, between two pieces of work, whether a rank is in trouble.
    func look() { try? collect() }

    /// Looks, and leaves where the run is over.
    func poll() {
        look()
        if isOver { leave() }
    }

    /// Takes in what has come from anybody.
    private func collect() throws {
        for rank in others where !boxes[rank].isFull && !boxes[rank].isGone {
            do {
                while try !boxes[rank].isFull && transport.isReceived(from: rank) { try accept(from: rank) }
            } catch is RankLost {
                note(lost: rank)
            }
        }
    }

    private func accept(from rank: Int) throws {
        if boxes[rank].message == nil {
            guard let message = Message(UnsafeRawBufferPointer(boxes[rank].header)) else {
                return note(lost: rank)
            }
            boxes[rank].open(message)
        } else {
            boxes[rank].place += boxes[rank].expected
        }
        let left = boxes[rank].body.count - boxes[rank].place
        if left > 0 {
            let piece = min(left, Self.piece)
            boxes[rank].expected = piece
            let start = boxes[rank].place
            return try transport.receive(
                .init(rebasing: boxes[rank].body[start..<start + piece]), from: rank)
        }
        boxes[rank].isFull = true
        switch boxes[rank].message!.kind {
        case .data: break
        case .abort:
            let lines = String(decoding: boxes[rank].take(), as: UTF8.self).split(
                separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let hint = lines.count > 1 ? String(lines[1]) : ""
            failure = failure ?? RhumbError("\(name(rank)): \(lines[0])", hint: hint)
            // It will answer to the end of the run.
            try transport.receive(boxes[rank].header, from: rank)
        case .end: (isOver, boxes[rank].isGone) = (true, true)
        case .bye: boxes[rank].isGone = true
        }
    }

    private func note(lost rank: Int) {
        (boxes[rank].isGone, hasLost) = (true, true)
        // Who has lost another waits for the first rank, which ends the run.
        if transport.rank == 0 {
            failure = failure ?? RhumbError.lost(name(rank), ending: transport.ending(of: rank))
        } else if rank == 0 {
            isOver = true
        }
    }

    // MARK: The end

    /// Says something that is no part of an exchange, as far as that can still be said.
    private func say(_ message: Message, _ body: [UInt8] = [], to rank: Int, until deadline: Double) {
        var outgoing: [Outgoing] = abandoned.filter { $0.rank == rank } + [Outgoing(rank, message.bytes, body)]
        while let next = outgoing.first, now() < deadline {
            guard let isDone = try? next.advance(on: transport, piece: Self.piece) else { return }
            if isDone { outgoing.removeFirst() } else { transport.wait() }
        }
        abandoned += outgoing
    }

    /// The first rank ends the run, whatever the others are doing.
    ///
    /// - Parameter seconds: how long they may take for an orderly end.
    func end(code: Int32, within seconds: Double) {
        let deadline = now() + seconds
        for rank in others where !boxes[rank].isGone { say(Message(.end), to: rank, until: deadline) }
        while now() < deadline, !others.allSatisfy({ boxes[$0].isGone }) {
            for rank in others where boxes[rank].isFull {
                // Of an exchange that nobody waits for any more.
                _ = boxes[rank].take()
                try? transport.receive(boxes[rank].header, from: rank)
            }
            look()
            transport.wait()
        }
        let isOrderly = !hasLost && others.allSatisfy { boxes[$0].isGone }
        transport.close(isOrderly: isOrderly, code: code)
    }

    /// Another rank is at its end, and waits for the first.
    ///
    /// - Parameter problem: why it can't go on; nil where it has done its part.
    func await(after problem: RhumbError?) {
        // What is wrong with the recipe is wrong on the first rank too, which says it best.
        let patience = now() + 0.5
        while problem != nil, !isOver, now() < patience {
            look()
            transport.wait()
        }
        if let problem, !isOver {
            let body = Array("\(problem.message)\n\(problem.hint)".utf8)
            say(Message(.abort, length: body.count), body, to: 0, until: now() + 10)
        }
        while !isOver {
            if boxes[0].isFull {
                _ = boxes[0].take()
                try? transport.receive(boxes[0].header, from: 0)
            }
            look()
            if !isOver { transport.wait() }
        }
        say(Message(.bye), to: 0, until: now() + 2)
        transport.close(isOrderly: true, code: 0)
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// What comes from a rank.
private struct Box {
    let header = UnsafeMutableRawBufferPointer.allocate(byteCount: Message.size, alignment: 8)
    var message: Message?
    var body = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Bytes of the body that are there, and those that are under way.
    var place = 0, expected = 0
    var isFull = false
    /// Whether nothing more will come.
    var isGone = false

    mutating func open(_ message: Message) {
        self.message = message
        body = .allocate(byteCount: message.length, alignment: 16)
        (place, expected) = (0, 0)
    }

    /// The body; the box is empty then.
    mutating func take() -> [UInt8] {
        let bytes = [UInt8](body)
        body.deallocate()
        (message, body, isFull) = (nil, UnsafeMutableRawBufferPointer(start: nil, count: 0), false)
        return bytes
    }
}

/// What goes to a rank: a header and its body, piece by piece.
private final class Outgoing {
    let rank: Int
    private let bytes: UnsafeMutableRawBufferPointer
    /// Where the piece under way begins, and where it ends; nothing is under way at first.
    private var start = 0, end = 0

    init(_ rank: Int, _ header: [UInt8], _ body: [UInt8]) {
        self.rank = rank
        bytes = .allocate(byteCount: header.count + body.count, alignment: 16)
        bytes.copyBytes(from: header)
        UnsafeMutableRawBufferPointer(rebasing: bytes[header.count...]).copyBytes(from: body)
    }

    deinit { bytes.deallocate() }

    /// - Returns: whether all of it is sent.
    func advance(on transport: any Transport, piece: Int) throws -> Bool {
        while true {
            if end > start {
                guard try transport.isSent(to: rank) else { return false }
                start = end
            }
            if start == bytes.count { return true }
            // The receiver asks for the header alone at first.
            end = start == 0 ? Message.size : min(start + piece, bytes.count)
            try transport.send(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: rank)
        }
    }
}
