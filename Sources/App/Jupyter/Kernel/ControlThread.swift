import Basics
import Files
import Foundation
import Glibc
import Notebook
import Synchronization

/// Answers what must be answered while a cell runs: interrupts, the request to end, heartbeats; and sees that the
/// kernel ends when the program that started it is gone.
final class ControlThread: @unchecked Sendable {
    private let wires: Wires
    private let connection: ConnectionFile
    /// What a request for information is answered.
    private let information: JSON
    /// Tells the thread that runs cells to end.
    private let stop: Socket
    private let isEnding = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)
    /// The process that started this one; nil where its end means nothing.
    private let parent: pid_t?

    /// Seconds that a cell has to stop when the kernel is to end.
    private static let patience = 3.0
    private static let interval = 500

    /// - Parameter stop: an end of a pair, whose other end gets an empty message.
    init(_ wires: Wires, _ connection: ConnectionFile, information: JSON, stop: Socket) {
        (self.wires, self.connection, self.information, self.stop) = (wires, connection, information, stop)
        // Jupyter says that it is the parent; a shell or a service between the two would be another one.
        parent = getenv("JPY_PARENT_PID") == nil ? nil : getppid()
    }

    func start() {
        Thread.detachNewThread { self.run() }
        let heartbeat = wires.heartbeat
        Thread.detachNewThread {
            while let frames = heartbeat.receive(), heartbeat.send(frames) {}
            heartbeat.close()
        }
    }

    /// Waits until the thread has closed its socket, which it does once the context is shut down.
    func join() { _ = hasEnded.wait(timeout: .now() + 2) }

    private func run() {
        while let ready = Socket.poll([wires.control], milliseconds: Self.interval) {
            if ready[0], let message = wires.receive(wires.control) { answer(message) }
            if let parent, getppid() != parent, !isEnding.load(ordering: .relaxed) {
                Wires.remark("the program that started this kernel has ended, and so does the kernel")
                end()
            }
        }
        wires.control.close()
        stop.close()
        hasEnded.signal()
    }

    /// Has the thread of the cells end; ends the process where that does not.
    func end() {
        guard !isEnding.exchange(true, ordering: .relaxed) else { return }
        Interrupt.request()
        stop.send([[]])
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Self.patience)
            _exit(0)
        }
    }

    private func answer(_ request: WireMessage) {
        func reply(_ content: JSON) {
            let type = request.type.replacing("_request", with: "_reply")
            wires.reply(type, to: request, on: wires.control, content)
        }
        wires.publish("status", about: request, ["execution_state": "busy"])
        defer { wires.publish("status", about: request, ["execution_state": "idle"]) }
        switch request.type {
        case "interrupt_request":
            Interrupt.request()
            reply(["status": "ok"])
        case "shutdown_request":
            let content: JSON = ["status": "ok", "restart": .bool(request.content["restart"]?.bool ?? false)]
            wires.publish("shutdown_reply", about: request, content)
            reply(content)
            end()
        case "kernel_info_request": reply(information)
        case "connect_request": reply(connection.portsJSON)
        case "debug_request": reply(Self.refusal(ofDebugging: request.content))
        default: Wires.remark("'\(request.type)' on the control channel is not supported, and was not answered")
        }
    }

    /// As the Debug Adapter Protocol says no.
    private static func refusal(ofDebugging request: JSON) -> JSON {
        [
            "type": "response", "seq": 1, "request_seq": request["seq"] ?? 0, "success": false,
            "command": request["command"] ?? "", "message": "the Rhumb kernel has no debugger",
        ]
    }
}
