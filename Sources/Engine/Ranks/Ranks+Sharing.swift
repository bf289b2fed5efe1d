import Basics

extension Ranks {
    /// The part of so many things that is a rank's: neighbours, in the order of the ranks, as even as can be.
    ///
    /// - Parameter other: the rank; this one by default.
    public static func share(of total: Int, rank other: Int? = nil) -> Range<Int> {
        guard areMany else { return 0..<total }
        let rank = other ?? rank
        return total * rank / count..<total * (rank + 1) / count
    }

    /// Does a share of something: what it calls finds no others, since they are doing their own shares.
    public static func apart<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = isApart
        isApart = true
        defer { isApart = before }
        return try body()
    }

    /// What each rank gives, in the order of the ranks.
    ///
    /// - Parameter label: what this exchange is for, of at most 40 bytes; ranks at another one have parted.
    /// - Throws: `RhumbError` where a rank is gone, has met an error or does something else; `Interruption`.
    public static func gather(_ label: String, _ bytes: [UInt8]) throws -> [[UInt8]] {
        guard areMany, let mailbox else { return [bytes] }
        var all = try mailbox.exchange(
            label, sending: Dictionary(uniqueKeysWithValues: mailbox.others.map { ($0, bytes) }),
            from: Set(mailbox.others))
        all[rank] = bytes
        return all
    }

    /// The same for numbers of a plain type, one list after the other.
    public static func gather<Number: BitwiseCopyable>(_ label: String, _ own: [Number]) throws -> [Number] {
        guard areMany else { return own }
        return try gather(label, own.withUnsafeBytes { Array($0) }).flatMap { numbers(of: $0) }
    }

    /// What the first rank gives.
    public static func broadcast(_ label: String, _ bytes: @autoclosure () throws -> [UInt8]) throws -> [UInt8] {
        guard areMany, let mailbox else { return try bytes() }
        guard isFirst else { return try mailbox.exchange(label, sending: [:], from: [0])[0] }
        let bytes = try bytes()
        _ = try mailbox.exchange(
            label, sending: Dictionary(uniqueKeysWithValues: mailbox.others.map { ($0, bytes) }), from: [])
        return bytes
    }

    /// Waits for all ranks.
    public static func barrier(_ label: String) throws { _ = try gather(label, [] as [UInt8]) }

    /// Checks that something is the same everywhere.
    ///
    /// - Parameters:
    ///   - what: as the message names it: "the recipe".
    ///   - text: it, or a checksum of it.
    /// - Throws: `RhumbError` that names the ranks where it differs from the first one's.
    public static func agree(_ what: String, on text: String) throws {
        guard areMany, let mailbox else { return }
        let all = try gather(what, Array(text.utf8))
        let others = all.indices.filter { all[$0] != all[0] }
        guard others.isEmpty else {
            throw RhumbError.differs(what, others.map(mailbox.name), from: mailbox.name(0))
        }
    }

    static func numbers<Number: BitwiseCopyable>(of bytes: [UInt8]) -> [Number] {
        let count = bytes.count / MemoryLayout<Number>.stride
        return [Number](unsafeUninitializedCapacity: count) { numbers, filled in
            UnsafeMutableRawBufferPointer(numbers).copyBytes(from: bytes.prefix(count * MemoryLayout<Number>.stride))
            filled = count
        }
    }
}
