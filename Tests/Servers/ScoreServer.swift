import Files
import Foundation

/// A server that scores pictures, on a port of this machine, and does to a request what a test says.
public final class ScoreServer: @unchecked Sendable {
    public enum Answer: Sendable {
        case status(Int, String)
        /// Nothing, and the connection ends.
        case nothing
        /// The same after so many seconds.
        case late(Double, String)
    }

    private let local = LocalPort()
    public let port: Int
    private let lock = NSLock()
    private var bodies: [JSON] = []
    private let answer: @Sendable (JSON, Int) -> Answer

    /// - Parameter answer: gets what was sent, and how many requests came before.
    public init(_ answer: @escaping @Sendable (JSON, Int) -> Answer) {
        self.answer = answer
        port = local.number
        local.serve(self) { $0.serve($1) }
    }

    deinit { stop() }

    public func stop() { local.close() }

    public var address: String { "http://127.0.0.1:\(port)/score" }
    /// What was sent, in order.
    public var requests: [JSON] { lock.withLock { bodies } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let end = Self.headEnd(bytes) {
                let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
                let length =
                    head.split(separator: "content-length: ").dropFirst().first
                    .flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
                if bytes.count >= end + length { break }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
        let body = bytes[Self.headEnd(bytes)!...].withUnsafeBytes { (try? JSON(parsing: $0)) ?? .null }
        let before = lock.withLock {
            bodies.append(body)
            return bodies.count - 1
        }
        switch answer(body, before) {
        case .nothing: return
        case .late(let seconds, let text):
            usleep(UInt32(seconds * 1e6))
            send(connection, 200, text)
        case .status(let status, let text): send(connection, status, text)
        }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { Array(bytes[$0..<$0 + 4]) == mark }.map { $0 + 4 }
    }

    private func send(_ connection: Int32, _ status: Int, _ text: String) {
        let reply = "HTTP/1.1 \(status) X\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
        _ = reply.withCString { Glibc.send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }
}
