import Basics
import Files
import Glibc
import Notebook
import Synchronization

/// The five sockets of a kernel, what is sent on them and what is let in.
final class Wires: @unchecked Sendable {
    let context: SocketContext
    let shell: Socket, control: Socket, stdin: Socket, heartbeat: Socket
    /// Sent on from two threads: that which runs cells, and that which answers control messages.
    private let iopub: Mutex<Socket>
    private let signature: MessageSignature?
    /// Names this kernel's run among others, in every message that it sends.
    let session: String
    /// Signatures of what came, so that nobody can send a message a second time.
    private let seen = Mutex<Set<[UInt8]>>([])
    private static let mostSeen = 1 << 16
    /// Files that stand for the sockets, where these are local.
    private let files: [String]

    /// Binds all sockets.
    init(_ connection: ConnectionFile, session: String) throws {
        self.session = session
        files = ConnectionFile.Channel.allCases.compactMap(connection.file)
        signature = connection.key.isEmpty ? nil : MessageSignature(key: connection.key.utf8)
        let context = try SocketContext()
        self.context = context
        func socket(_ kind: Socket.Kind, _ channel: ConnectionFile.Channel) throws -> Socket {
            let socket = try Socket(context, kind)
            try socket.bind(connection.endpoint(channel))
            return socket
        }
        shell = try socket(.router, .shell)
        control = try socket(.router, .control)
        stdin = try socket(.router, .stdin)
        heartbeat = try socket(.reply, .heartbeat)
        iopub = Mutex(try socket(.publisher, .iopub))
    }

    /// Sends everything that is still to be sent, and closes.
    func close() {
        for socket in [shell, stdin] { socket.close() }
        iopub.withLock { $0.close() }
        context.shutDown()
        context.end()
        // ZeroMQ leaves the files of its local sockets.
        for file in files { unlink(file) }
    }

    /// The next message on a socket.
    ///
    /// - Returns: nil for one that is dropped, which standard error says, and once the context is shut down.
    func receive(_ socket: Socket) -> WireMessage? {
        guard let frames = socket.receive() else { return nil }
        do {
            let message = try WireMessage(frames: frames, signedBy: signature)
            if signature != nil, let code = WireMessage.signature(in: frames) {
                let isNew = seen.withLock { seen in
                    if seen.count >= Self.mostSeen { seen.removeAll() }
                    return seen.insert(code).inserted
                }
                guard isNew else {
                    Self.remark("a message was dropped: it came a second time")
                    return nil
                }
            }
            return message
        } catch {
            Self.remark("a message was dropped: \(error)")
            return nil
        }
    }

    func reply(_ type: String, to request: WireMessage, on socket: Socket, _ content: JSON) {
        let message = WireMessage(
            type, session: session, parent: request.header, identities: request.identities, content: content)
        if let frames = frames(message) { socket.send(frames) }
    }

    /// Sends to all who listen.
    ///
    /// - Parameter parent: what it is about; nil where it is about nothing that somebody asked.
    func publish(_ type: String, about parent: WireMessage?, _ content: JSON) {
        let message = WireMessage(
            type, session: session, parent: parent?.header ?? [:], identities: [Array(type.utf8)], content: content)
        guard let frames = frames(message) else { return }
        _ = iopub.withLock { $0.send(frames) }
    }

    private func frames(_ message: WireMessage) -> [[UInt8]]? {
        do {
            return try message.frames(signedBy: signature)
        } catch {
            Self.remark("a message could not be sent: \(error)")
            return nil
        }
    }

    /// A line on standard error, where Jupyter keeps its log.
    static func remark(_ text: String) {
        var line = Array("rhumb: \(text)\n".utf8)
        _ = write(STDERR_FILENO, &line, line.count)
    }
}
