/// The first 64 bytes of a message: what it is, which of the program's exchanges it belongs to, and how long its body
/// is.
struct Message: Equatable {
    enum Kind: UInt64 {
        /// A part of an exchange.
        case data = 1
        /// A rank other than the first can't go on; the body says why.
        case abort
        /// The first rank ends the run.
        case end
        /// The answer to that.
        case bye
    }

    static let size = 64
    private static let longestLabel = 40

    var kind: Kind
    /// Counts the exchanges of a run, from 1.
    var number: UInt64 = 0
    var length = 0
    /// What the exchange is for; at most 40 bytes count.
    var label = ""

    init(_ kind: Kind, number: UInt64 = 0, length: Int = 0, label: String = "") {
        (self.kind, self.number, self.length) = (kind, number, length)
        self.label = String(decoding: label.utf8.prefix(Self.longestLabel), as: UTF8.self)
    }

    /// - Returns: nil for bytes that no rank of this program sends.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.size, let kind = Kind(rawValue: bytes.loadUnaligned(as: UInt64.self)) else {
            return nil
        }
        let length = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        guard length <= 1 << 40 else { return nil }
        let text = bytes[24...].prefix { $0 != 0 }
        self.init(
            kind, number: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self), length: Int(length),
            label: String(decoding: text, as: UTF8.self))
    }

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        bytes.withUnsafeMutableBytes { buffer in
            buffer.storeBytes(of: kind.rawValue, as: UInt64.self)
            buffer.storeBytes(of: number, toByteOffset: 8, as: UInt64.self)
            buffer.storeBytes(of: UInt64(length), toByteOffset: 16, as: UInt64.self)
            for (place, byte) in label.utf8.prefix(Self.longestLabel).enumerated() { buffer[24 + place] = byte }
        }
        return bytes
    }
}
