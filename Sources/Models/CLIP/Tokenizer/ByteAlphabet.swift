/// The 256 printable characters that byte-level vocabularies write bytes with.
///
/// Bytes that print keep their Latin-1 character; the others take U+0100 and up, in order (Radford et al., GPT-2,
/// 2019).
enum ByteAlphabet {
    static let scalars: [Unicode.Scalar] = {
        var others: UInt32 = 0x100
        return (UInt32(0)..<256).map { byte in
            if printable.contains(where: { $0.contains(byte) }) { return Unicode.Scalar(byte)! }
            defer { others += 1 }
            return Unicode.Scalar(others)!
        }
    }()

    private static let printable: [ClosedRange<UInt32>] = [0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF]

    private static let bytes = Dictionary(uniqueKeysWithValues: zip(scalars, UInt8(0)...255))

    /// The text's UTF-8 bytes, a character for each.
    static func encoded(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text { for byte in UTF8.encode(scalar)! { result.append(scalars[Int(byte)]) } }
        return result
    }

    /// The bytes a token stands for; one with a character outside the alphabet stands for itself.
    static func decoded(_ token: String) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = bytes[scalar] else { return Array(token.utf8) }
            result.append(byte)
        }
        return result
    }
}
