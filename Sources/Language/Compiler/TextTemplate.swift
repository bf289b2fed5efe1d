/// The fixed pieces of an interpolation: one before each value and one behind the last, some of them empty.
///
/// They lie in memory of their own, so that the machine copies them without touching a reference count.
struct TextTemplate {
    let valueCount: Int
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    /// Where each piece ends in `bytes`.
    private let ends: UnsafeMutablePointer<Int>

    /// - Parameter pieces: one more than there are values.
    init(_ pieces: [String]) {
        valueCount = pieces.count - 1
        bytes = .allocate(capacity: pieces.reduce(0) { $0 + $1.utf8.count })
        ends = .allocate(capacity: pieces.count)
        var end = 0
        for (position, piece) in pieces.enumerated() {
            for byte in piece.utf8 {
                bytes.initializeElement(at: end, to: byte)
                end += 1
            }
            (ends + position).initialize(to: end)
        }
    }

    func deallocate() {
        bytes.deallocate()
        ends.deallocate()
    }

    /// The piece before a value; that of `valueCount` stands behind the last.
    @inline(__always)
    subscript(position: Int) -> UnsafeBufferPointer<UInt8> {
        let start = position == 0 ? 0 : ends[position - 1]
        return UnsafeBufferPointer(rebasing: bytes[start..<ends[position]])
    }
}
