import Basics

/// Puts a text together from pieces.
///
/// Short pieces gather in a buffer, so that the usual interpolation of a few words and numbers makes one string and no
/// others on the way.
struct TextBuilder: ~Copyable {
    /// Enough for most lines.
    static let capacity = 128

    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var used = 0
    /// What came before the buffer's content.
    private var text = ""

    /// - Parameter buffer: at least `capacity` bytes that outlive the builder.
    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    /// Appends whole characters in UTF-8.
    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        if used + bytes.count > buffer.count { return appendLong(bytes) }
        guard let start = bytes.baseAddress else { return }
        (buffer.baseAddress! + used).update(from: start, count: bytes.count)
        used += bytes.count
    }

    private mutating func appendLong(_ bytes: UnsafeBufferPointer<UInt8>) {
        flush()
        text.append(String(decoding: bytes, as: UTF8.self))
    }

    mutating func append(_ piece: String) {
        if piece.utf8.count <= buffer.count / 2,
            piece.utf8.withContiguousStorageIfAvailable({ append($0) }) != nil
        {
            return
        }
        flush()
        text.append(piece)
    }

    /// A number as `NumberText.shown` writes it.
    @inline(__always)
    mutating func append(_ number: Double) {
        guard let whole = NumberText.whole(number) else { return append(NumberText.shown(number)) }
        if used + NumberText.longestWhole > buffer.count { flush() }
        used += NumberText.write(whole, to: buffer.baseAddress! + used)
    }

    consuming func finish() -> String {
        if text.isEmpty { return String(decoding: buffer[..<used], as: UTF8.self) }
        flush()
        return text
    }

    private mutating func flush() {
        if used == 0 { return }
        text.append(String(decoding: buffer[..<used], as: UTF8.self))
        used = 0
    }
}
