/// What two neighbouring tokens become, and how early that rule stands.
struct MergeTable {
    struct Merge {
        /// Position in the list of rules; the lowest goes first.
        let rank: Int32
        let result: Int32
    }

    private var keys: [UInt64]
    private var values: [Merge]

    init(capacity: Int) {
        var size = 32
        while size < capacity * 2 { size *= 2 }
        // No pair has this key: identifiers stay below 2^24.
        keys = [UInt64](repeating: .max, count: size)
        values = [Merge](repeating: Merge(rank: 0, result: 0), count: size)
    }

    private func slot(_ key: UInt64) -> Int {
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: key &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
        while keys[slot] != key && keys[slot] != .max { slot = (slot + 1) & mask }
        return slot
    }

    subscript(left: Int32, right: Int32) -> Merge? {
        get {
            let slot = slot(Self.key(left, right))
            return keys[slot] == .max ? nil : values[slot]
        }
    }

    /// Adds a rule; of two rules for one pair the later counts. There must be room for it.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        let slot = slot(key)
        keys[slot] = key
        values[slot] = merge
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
