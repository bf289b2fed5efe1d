import Files
import Foundation
import Jupyter
import XCTest

/// A front end of Jupyter's: starts the kernel as Jupyter does, and speaks to it over the same sockets.
final class KernelClient {
    let running: Executable.Running
    private let context: SocketContext
    private let shell: Socket, control: Socket, iopub: Socket, heartbeat: Socket
    private let signature: MessageSignature

    private static let key = "a key that both sides know"
    /// Seconds that an answer may take.
    private static let patience = 30.0

    struct NoAnswer: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: `XCTSkip` where ZeroMQ is missing.
    init(_ rhumb: Executable, environment: [String: String] = [:]) throws {
        do { context = try SocketContext() } catch { throw XCTSkip("\(error)") }
        let base = rhumb.folder.path + "/k"
        let connection: JSON = [
            "transport": "ipc", "ip": .string(base), "key": .string(Self.key), "signature_scheme": "hmac-sha256",
            "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5,
        ]
        try rhumb.file("connection.json", connection.text())
        signature = MessageSignature(key: Self.key.utf8)
        func socket(_ kind: Socket.Kind, _ number: Int, _ context: SocketContext) throws -> Socket {
            let socket = try Socket(context, kind, linger: 0)
            try socket.connect("ipc://\(base)-\(number)")
            return socket
        }
        shell = try socket(.dealer, 1, context)
        iopub = try socket(.subscriber, 2, context)
        control = try socket(.dealer, 4, context)
        heartbeat = try socket(.request, 5, context)
        running = try rhumb.start(["jupyter", "kernel", "connection.json"], environment: environment)
        // What is published before the subscription has arrived is lost: asked until something is heard.
        for _ in 0..<200 {
            try send("kernel_info_request", [:])
            _ = try answer(on: shell)
            if try Socket.poll([iopub], milliseconds: 50) == [true] { break }
        }
        while try XCTUnwrap(Socket.poll([iopub], milliseconds: 100))[0] { _ = iopub.receive() }
    }

    /// Ends the kernel, whatever it does, and gives what it wrote on standard error.
    @discardableResult
    func end() throws -> Executable.Result {
        if running.process.isRunning {
            try send("shutdown_request", ["restart": false], toControl: true)
            for _ in 0..<500 where running.process.isRunning { usleep(10_000) }
            if running.process.isRunning { running.process.terminate() }
        }
        try? running.input.fileHandleForWriting.close()
        for socket in [shell, control, iopub, heartbeat] { socket.close() }
        context.shutDown()
        context.end()
        return running.finish()
    }

    // MARK: Messages

    @discardableResult
    func send(_ type: String, _ content: JSON, toControl: Bool = false) throws -> String {
        let message = WireMessage(type, session: "client", content: content)
        (toControl ? control : shell).send(try message.frames(signedBy: signature))
        return message.id
    }

    /// Sends frames as they are.
    func send(raw frames: [[UInt8]]) { shell.send(frames) }

    func frames(_ type: String, _ content: JSON, key: String = key) throws -> [[UInt8]] {
        try WireMessage(type, session: "client", content: content).frames(
            signedBy: MessageSignature(key: key.utf8))
    }

    private func answer(on socket: Socket) throws -> WireMessage {
        guard Socket.poll([socket], milliseconds: Int(Self.patience * 1000)) == [true],
            let frames = socket.receive()
        else { throw NoAnswer(description: "no answer in \(Self.patience) s") }
        return try WireMessage(frames: frames, signedBy: signature)
    }

    /// The answer to a message, others being left aside.
    func reply(to id: String, onControl: Bool = false) throws -> WireMessage {
        while true {
            let message = try answer(on: onControl ? control : shell)
            if message.parent["msg_id"]?.string == id { return message }
        }
    }

    /// Asks, and gives the content of the answer.
    func ask(_ type: String, _ content: JSON = [:], toControl: Bool = false) throws -> JSON {
        try reply(to: send(type, content, toControl: toControl), onControl: toControl).content
    }

    /// What was published about a message, until the kernel is idle again; the two messages of its state apart.
    func published(about id: String) throws -> [WireMessage] {
        var messages: [WireMessage] = []
        while true {
            let message = try answer(on: iopub)
            guard message.parent["msg_id"]?.string == id else { continue }
            if message.type == "status" {
                if message.content["execution_state"]?.string == "idle" { return messages }
                continue
            }
            messages.append(message)
        }
    }

    /// Waits for the next message of a type.
    func published(_ type: String, about id: String) throws -> WireMessage {
        while true {
            let message = try answer(on: iopub)
            if message.type == type, message.parent["msg_id"]?.string == id { return message }
        }
    }

    @discardableResult
    func sendCode(_ code: String, silent: Bool = false, expressions: JSON = [:]) throws -> String {
        try send(
            "execute_request",
            [
                "code": .string(code), "silent": .bool(silent), "store_history": .bool(!silent),
                "user_expressions": expressions, "allow_stdin": true, "stop_on_error": true,
            ])
    }

    /// Runs code: its answer, and what it published besides the code itself.
    func run(
        _ code: String, silent: Bool = false, expressions: JSON = [:]
    ) throws -> (reply: JSON, outputs: [WireMessage]) {
        let id = try sendCode(code, silent: silent, expressions: expressions)
        let outputs = try published(about: id).filter { $0.type != "execute_input" }
        return (try reply(to: id).content, outputs)
    }

    /// Whether the heart beats.
    func beats() -> Bool {
        heartbeat.send([Array("ping".utf8)])
        return Socket.poll([heartbeat], milliseconds: 5000) == [true] && heartbeat.receive() == [Array("ping".utf8)]
    }
}
