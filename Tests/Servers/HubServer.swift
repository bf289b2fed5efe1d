import Files
import Foundation

/// A server that speaks as the Hugging Face hub does, on ports of this machine: the hub's own, and one behind it that
/// keeps large files. It does to a request what a test says.
public final class HubServer: @unchecked Sendable {
    public struct Request: Sendable {
        public let target: String
        /// By their names in lower case.
        public let headers: [String: String]
        /// Whether it came to the port of the large files.
        public let isStorage: Bool
        /// How often this address was asked for before.
        public let repetition: Int
    }

    /// What is done to a request instead of answering it well.
    public enum Fault: Sendable {
        case status(Int, code: String? = nil, message: String? = nil, headers: [String: String] = [:])
        /// The connection ends after so many bytes of the body.
        case cut(Int)
        /// The whole file, whatever was asked for.
        case whole
        /// One byte of the body is another one.
        case corrupt
        /// More than was announced in the list of files.
        case long
        /// Nothing comes for so many seconds.
        case silence(Double)
        /// So many bytes at a time, with a pause after each.
        case slow(bytes: Int, seconds: Double)
        case page(String)
    }

    /// The commit that `main` is.
    public static let commit = "0123456789abcdef0123456789abcdef01234567"
    public let repository: String
    private let files: [(path: String, bytes: [UInt8], isLarge: Bool)]
    private let hub = LocalPort(), storage = LocalPort()
    public let port: Int, storagePort: Int
    private let lock = NSLock()
    private var asked: [Request] = []
    private var intervene: @Sendable (Request) -> Fault?

    /// - Parameters:
    ///   - files: their contents; large ones are kept behind the hub.
    ///   - intervene: says what is done to a request; nil answers it well.
    public init(
        _ repository: String = "org/name", _ files: [(path: String, bytes: [UInt8], isLarge: Bool)],
        intervene: @escaping @Sendable (Request) -> Fault? = { _ in nil }
    ) {
        (self.repository, self.files, self.intervene) = (repository, files, intervene)
        (port, storagePort) = (hub.number, storage.number)
        hub.serve(self) { $0.serve($1, false) }
        storage.serve(self) { $0.serve($1, true) }
    }

    deinit { stop() }

    public func stop() { for local in [hub, storage] { local.close() } }

    public var endpoint: String { "http://127.0.0.1:\(port)" }
    /// What came, in order.
    public var requests: [Request] { lock.withLock { asked } }
    public func forget() { lock.withLock { asked = [] } }
    public func set(_ intervene: @escaping @Sendable (Request) -> Fault?) {
        lock.withLock { self.intervene = intervene }
    }

    /// What the hub calls a file: SHA-256 where it is large, else git's SHA-1.
    public func identifier(of path: String) -> String {
        guard let file = files.first(where: { $0.path == path }) else { return "" }
        let sum = Checksum(file.isLarge ? .sha256 : .sha1)
        let head = file.isLarge ? [] : Array("blob \(file.bytes.count)\0".utf8)
        (head + file.bytes).withUnsafeBytes { sum.update($0) }
        return (try? sum.finish()) ?? ""
    }

    // MARK: One request

    private func serve(_ connection: Int32, _ isStorage: Bool) {
        defer { close(connection) }
        var head: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            head += buffer[..<count]
        }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let target = lines[0].components(separatedBy: " ").dropFirst().first ?? ""
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        let (request, act) = lock.withLock {
            let before = asked.count { $0.target == target }
            let request = Request(target: target, headers: headers, isStorage: isStorage, repetition: before)
            asked.append(request)
            return (request, intervene)
        }
        answer(request, connection, act(request))
    }

    private func answer(_ request: Request, _ connection: Int32, _ fault: Fault?) {
        switch fault {
        case .status(let status, let code, let message, let headers):
            var headers = headers
            headers["X-Error-Code"] = code
            headers["X-Error-Message"] = message
            return send(connection, status, headers, Array(#"{"error":"\#(message ?? "no")"}"#.utf8))
        case .page(let text): return send(connection, 200, ["Content-Type": "text/html"], Array(text.utf8))
        case .silence(let seconds): usleep(UInt32(seconds * 1e6))
        default: break
        }
        let path = request.target.removingPercentEncoding ?? request.target
        let commits = ["main", Self.commit, "refs/pr/1"]
        if request.isStorage {
            guard let file = files.first(where: { path == "/blobs/\(identifier(of: $0.path))?signature=secret" }) else {
                return send(connection, 403, [:], [])
            }
            return send(connection, file.bytes, request, ["ETag": "\"other-\(file.bytes.count)\""], fault)
        }
        for prefix in ["models/\(repository)", "datasets/\(repository)"] {
            guard path.hasPrefix("/api/\(prefix)/") else { continue }
            let rest = path.dropFirst("/api/\(prefix)/".count)
            if rest.hasPrefix("revision/") {
                guard commits.contains(String(rest.dropFirst("revision/".count))) else {
                    return send(connection, 404, ["X-Error-Code": "RevisionNotFound"], [])
                }
                return send(connection, 200, [:], Array(#"{"id":"\#(repository)","sha":"\#(Self.commit)"}"#.utf8))
            }
            if rest.hasPrefix("tree/\(Self.commit)?recursive=true") { return sendTree(connection, request) }
        }
        for prefix in ["/\(repository)/resolve/\(Self.commit)/", "/datasets/\(repository)/resolve/\(Self.commit)/"] {
            guard path.hasPrefix(prefix) else { continue }
            guard let file = files.first(where: { $0.path == path.dropFirst(prefix.count) }) else {
                return send(connection, 404, ["X-Error-Code": "EntryNotFound"], [])
            }
            let name = identifier(of: file.path)
            var headers = ["X-Repo-Commit": Self.commit, "ETag": "\"\(name)\""]
            guard file.isLarge else { return send(connection, file.bytes, request, headers, fault) }
            headers["X-Linked-Etag"] = "\"\(name)\""
            headers["X-Linked-Size"] = String(file.bytes.count)
            headers["Location"] = "http://127.0.0.1:\(storagePort)/blobs/\(name)?signature=secret"
            return send(connection, 302, headers, Array("Found. Redirecting".utf8))
        }
        send(connection, 401, ["X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"], [])
    }

    /// The list of files, two on a page.
    private func sendTree(_ connection: Int32, _ request: Request) {
        let start = request.target.components(separatedBy: "cursor=").dropFirst().first.flatMap { Int($0) } ?? 0
        let entries = files[start..<min(start + 2, files.count)].map { file in
            let name = identifier(of: file.path)
            return file.isLarge
                ? #"{"type":"file","path":"\#(file.path)","oid":"\#(String(repeating: "a", count: 40))","size":\#(file.bytes.count),"#
                    + #""lfs":{"oid":"\#(name)","size":\#(file.bytes.count),"pointerSize":134}}"#
                : #"{"type":"file","path":"\#(file.path)","oid":"\#(name)","size":\#(file.bytes.count)}"#
        }
        let folder = [#"{"type":"directory","path":"a folder","oid":"x","size":0}"#]
        var headers: [String: String] = [:]
        if start + 2 < files.count {
            let base = request.target.components(separatedBy: "&cursor=")[0]
            headers["Link"] = "<\(endpoint)\(base)&cursor=\(start + 2)>; rel=\"next\""
        }
        send(connection, 200, headers, Array("[\((entries + folder).joined(separator: ","))]".utf8))
    }

    /// A file, or what was asked of it.
    private func send(
        _ connection: Int32, _ bytes: [UInt8], _ request: Request, _ headers: [String: String], _ fault: Fault?
    ) {
        var (headers, status, body) = (headers, 200, bytes)
        if let range = request.headers["range"], let from = Int(range.dropFirst(6).dropLast()) {
            if case .whole = fault {
            } else if from >= bytes.count {
                headers["Content-Range"] = "bytes */\(bytes.count)"
                return send(connection, 416, headers, [])
            } else {
                headers["Content-Range"] = "bytes \(from)-\(bytes.count - 1)/\(bytes.count)"
                (status, body) = (206, Array(bytes[from...]))
            }
        }
        switch fault {
        case .corrupt: body[body.count / 2] ^= 1
        case .long: body += [1, 2, 3]
        case .cut(let count):
            send(connection, status, headers, Array(body.prefix(count)), announced: body.count)
            return
        case .slow(let count, let seconds):
            return send(connection, status, headers, body, pause: (count, seconds))
        default: break
        }
        send(connection, status, headers, body)
    }

    private func send(
        _ connection: Int32, _ status: Int, _ headers: [String: String], _ body: [UInt8], announced: Int? = nil,
        pause: (bytes: Int, seconds: Double)? = nil
    ) {
        var head = "HTTP/1.1 \(status) X\r\nContent-Length: \(announced ?? body.count)\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        write(connection, Array((head + "\r\n").utf8))
        var rest = body[...]
        while !rest.isEmpty {
            guard write(connection, Array(rest.prefix(pause?.bytes ?? body.count))) else { return }
            rest = rest.dropFirst(pause?.bytes ?? body.count)
            if let pause { usleep(UInt32(pause.seconds * 1e6)) }
        }
    }

    /// - Returns: false where nobody listens any more.
    @discardableResult
    private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
