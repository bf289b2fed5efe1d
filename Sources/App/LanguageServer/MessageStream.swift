import Files
import Glibc

/// Messages over a pair of descriptors: `Content-Length`, a blank line, JSON.
public final class MessageStream {
    public enum Incoming {
        case message(JSON)
        /// What came is not JSON.
        case garbled(String)
    }

    private let input: Int32, output: Int32
    private var bytes: [UInt8] = []
    private var position = 0
    private static let longest = 256 << 20, longestHead = 1 << 16

    /// Over standard input and output.
    public convenience init() { self.init(input: STDIN_FILENO, output: STDOUT_FILENO) }

    public init(input: Int32, output: Int32) { (self.input, self.output) = (input, output) }

    /// The next message; nil at the end of the input, and where what comes is not of the protocol.
    public func read() -> Incoming? {
        var length: Int?
        while let line = line() {
            if line.isEmpty {
                guard let length, let body = take(length) else { return nil }
                guard let text = String(validating: body, as: UTF8.self) else { return .garbled("it is not UTF-8") }
                do { return .message(try JSON(parsing: text)) } catch { return .garbled("\(error)") }
            }
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "content-length" {
                guard let count = Int(parts[1].filter { $0 != " " }), (0...Self.longest).contains(count) else {
                    return nil
                }
                length = count
            }
        }
        return nil
    }

    public func write(_ message: JSON) {
        let text = message.text()
        let all = Array("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)
        var done = 0
        while done < all.count {
            let count = all[done...].withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: the next message will say so.
            guard count > 0 else { return }
            done += count
        }
    }

    /// A line of the head, without its end.
    private func line() -> String? {
        var line: [UInt8] = []
        while line.count < Self.longestHead, let byte = take(1)?.first {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            line.append(byte)
        }
        return nil
    }

    private func take(_ count: Int) -> [UInt8]? {
        while bytes.count - position < count {
            bytes.removeFirst(position)
            position = 0
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let read = Glibc.read(input, &piece, piece.count)
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { return nil }
            bytes += piece[..<read]
        }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }
}
