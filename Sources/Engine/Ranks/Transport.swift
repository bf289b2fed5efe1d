/// Carries bytes between the processes of a run. One message at a time goes to and comes from each.
protocol Transport: AnyObject {
    var rank: Int { get }
    var count: Int { get }
    /// How it is called in tables: "sockets", "Open MPI v4.1.4".
    var name: String { get }

    /// Begins to send; the bytes must stay where they are until `isSent`.
    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws
    /// Begins to receive exactly so many bytes; they must stay where they are until `isReceived`.
    func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws
    /// - Throws: `RankLost` when that process is gone.
    func isSent(to rank: Int) throws -> Bool
    /// - Throws: `RankLost` when that process is gone.
    func isReceived(from rank: Int) throws -> Bool
    /// Sleeps until something may have moved, a few milliseconds at most.
    func wait()
    /// Has `lost` called, on any thread, when another process ends; nothing where the launcher sees to that.
    func watch(_ lost: @escaping @Sendable () -> Void)
    /// How the process of a rank ended, where that is known: "killed by signal 9".
    func ending(of rank: Int) -> String?
    /// Ends the work of this process among the others.
    ///
    /// - Parameter isOrderly: false where others may never come to their end; they are then ended.
    func close(isOrderly: Bool, code: Int32)
}

/// That a process is gone.
struct RankLost: Error {
    let rank: Int
}
