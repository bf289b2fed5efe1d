import Basics

/// How sentencepiece normalises characters: a double-array trie (Darts) of byte strings, and what they become.
struct CharacterMap {
    private var units: [UInt32] = []
    private var strings: [UInt8] = []

    /// - Parameter blob: `precompiled_charsmap` of a model; empty for none.
    init(_ blob: [UInt8]) throws(RhumbError) {
        guard !blob.isEmpty else { return }
        guard blob.count > 4 else { throw .sentencePiece("its character map is cut off") }
        func word(_ place: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(blob[place + $1]) << (8 * UInt32($1)) }
        }
        let size = Int(word(0))
        guard size % 4 == 0, size > 0, 4 + size <= blob.count else {
            throw .sentencePiece("its character map is cut off")
        }
        units = (0..<size / 4).map { word(4 + 4 * $0) }
        strings = Array(blob[(4 + size)...])
    }

    /// What the longest known beginning of a text becomes, and how many bytes it is; one character stands for itself.
    func prefix(of text: ArraySlice<UInt8>) -> (bytes: ArraySlice<UInt8>, count: Int) {
        if let (value, count) = longest(text), value < strings.count {
            let end = strings[value...].firstIndex(of: 0) ?? strings.endIndex
            return (strings[value..<end], count)
        }
        let lead = text.first ?? 0
        let count = min(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, text.count)
        return (text.prefix(count), count)
    }

    private func longest(_ text: ArraySlice<UInt8>) -> (value: Int, count: Int)? {
        guard !units.isEmpty else { return nil }
        func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & (1 << 9)) >> 6)) }
        var found: (value: Int, count: Int)?
        var node = offset(units[0])
        for (index, byte) in text.enumerated() {
            node ^= Int(byte)
            guard units.indices.contains(node), units[node] & (1 << 31 | 0xFF) == UInt32(byte) else { break }
            let unit = units[node]
            node ^= offset(unit)
            guard units.indices.contains(node) else { break }
            if unit >> 8 & 1 == 1 { found = (Int(units[node] & 0x7FFF_FFFF), index + 1) }
        }
        return found
    }
}
