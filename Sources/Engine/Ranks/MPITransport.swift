import Basics
import Glibc
import MessagePassing

/// Processes that an MPI launcher has started, on one machine or many.
final class MPITransport: Transport {
    let rank, count: Int
    let name: String
    private var naps: UInt32 = 0

    /// Starts MPI.
    ///
    /// - Throws: `RhumbError` where its library is missing, or does not start.
    init(_ family: mp_family) throws {
        if let trouble = mp_start(family) { throw RhumbError.noMPI(String(cString: trouble), family) }
        (rank, count, name) = (Int(mp_rank()), Int(mp_count()), String(cString: mp_version()))
    }

    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws {
        guard mp_send(Int32(rank), bytes.baseAddress, Int32(bytes.count)) == 0 else { throw RankLost(rank: rank) }
        naps = 0
    }

    func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws {
        guard mp_receive(Int32(rank), bytes.baseAddress, Int32(bytes.count)) == 0 else { throw RankLost(rank: rank) }
        naps = 0
    }

    func isSent(to rank: Int) throws -> Bool { try isDone(mp_sent(Int32(rank)), rank) }

    func isReceived(from rank: Int) throws -> Bool { try isDone(mp_received(Int32(rank)), rank) }

    private func isDone(_ answer: Int32, _ rank: Int) throws -> Bool {
        guard answer >= 0 else { throw RankLost(rank: rank) }
        if answer > 0 { naps = 0 }
        return answer > 0
    }

    /// MPI itself would wait by asking again and again, on a processor that another rank may need.
    func wait() {
        naps = min(naps + 1, 20)
        usleep(naps * 50)
    }

    func watch(_ lost: @escaping @Sendable () -> Void) {}

    func ending(of rank: Int) -> String? { nil }

    func close(isOrderly: Bool, code: Int32) {
        if isOrderly { mp_finish() } else { mp_abort(code == 0 ? 1 : code) }
    }
}
