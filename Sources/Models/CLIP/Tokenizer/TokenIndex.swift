import Basics

/// Tokens by their bytes, and identifiers back to tokens.
///
/// A dictionary keyed by `String` would compare by canonical equivalence, which merges tokens that are different, and
/// building one of 49,408 entries takes longer than everything else in reading a vocabulary. This one keeps all bytes
/// in one array and finds them by open addressing.
struct TokenIndex {
    /// Identifiers reach no further than this: a table indexed by them must fit in memory.
    static let maximumID = 1 << 24

    private var bytes: [UInt8] = []
    /// Start of each entry in `bytes`; the next one's start is its end.
    private var starts: [Int32] = [0]
    private var identifiers: [Int32] = []
    /// Entry number plus one, 0 where free. The size is a power of two.
    private var slots: [Int32]
    /// Entry number by identifier, -1 where there is none.
    private var entries: [Int32] = []

    init(capacity: Int = 16) {
        var size = 32
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
        identifiers.reserveCapacity(capacity)
        starts.reserveCapacity(capacity + 1)
        entries.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * 8)
    }

    /// Number of different tokens.
    var count: Int { identifiers.count }
    /// One more than the largest identifier.
    var identifierLimit: Int { entries.count }

    /// Adds a token; one that is there already gets the new identifier.
    mutating func insert(_ token: String, _ identifier: Int) throws(RhumbError) {
        guard (0..<Self.maximumID).contains(identifier) else { throw .tokenIdentifier(token, identifier) }
        if identifiers.count * 2 >= slots.count { grow() }
        let key = Array(token.utf8)
        let (slot, entry) = key.withUnsafeBufferPointer { find($0) }
        let place: Int
        if let entry {
            place = entry
            identifiers[entry] = Int32(identifier)
        } else {
            place = identifiers.count
            identifiers.append(Int32(identifier))
            bytes.append(contentsOf: key)
            starts.append(Int32(bytes.count))
            slots[slot] = Int32(place + 1)
        }
        while entries.count <= identifier { entries.append(-1) }
        entries[identifier] = Int32(place)
    }

    func identifier(of token: String) -> Int? {
        var token = token
        return token.withUTF8 { identifier(of: $0) }
    }

    func identifier(of token: UnsafeBufferPointer<UInt8>) -> Int? {
        find(token).entry.map { Int(identifiers[$0]) }
    }

    func token(_ identifier: Int) -> String? {
        guard entries.indices.contains(identifier), entries[identifier] >= 0 else { return nil }
        let entry = Int(entries[identifier])
        return String(decoding: bytes[Int(starts[entry])..<Int(starts[entry + 1])], as: UTF8.self)
    }

    /// The slot where the key is or belongs, and its entry when it is there.
    private func find(_ key: UnsafeBufferPointer<UInt8>) -> (slot: Int, entry: Int?) {
        let mask = slots.count - 1
        var slot = Self.hash(key) & mask
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            let start = Int(starts[entry])
            if Int(starts[entry + 1]) - start == key.count, bytes[start..<start + key.count].elementsEqual(key) {
                return (slot, entry)
            }
            slot = (slot + 1) & mask
        }
        return (slot, nil)
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        bytes.withUnsafeBufferPointer { bytes in
            for entry in identifiers.indices {
                let key = UnsafeBufferPointer(rebasing: bytes[Int(starts[entry])..<Int(starts[entry + 1])])
                var slot = Self.hash(key) & mask
                while slots[slot] != 0 { slot = (slot + 1) & mask }
                slots[slot] = Int32(entry + 1)
            }
        }
    }

    /// FNV-1a, folded so that the low bits depend on all.
    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x7FFF_FFFF_FFFF_FFFF)
    }
}
