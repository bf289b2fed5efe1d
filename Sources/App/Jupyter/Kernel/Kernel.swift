import Basics
import Files
import FoundationEssentials
import Language
import Notebook

/// A session behind Jupyter's protocol: JupyterLab, VS Code, nbconvert and Quarto are its front ends.
///
/// Cells run on the thread that calls ``run()``, one at a time; interrupts and the request to end are answered by
/// another, so that they are while a cell runs.
package final class Kernel {
    let session: Session
    let wires: Wires
    let front: CellFront
    /// Number of the latest cell.
    var count = 0
    var history = CellHistory()
    /// Messages that came while a cell failed.
    private var waiting: [WireMessage] = []
    private let control: ControlThread
    /// Gets a message when the kernel is to end.
    private let stop: Socket
    private var isEnding = false

    /// Binds the sockets.
    ///
    /// - Parameter seed: where the session's own random numbers begin.
    /// - Throws: `RhumbError` where ZeroMQ is missing, or an address is taken.
    package init(_ connection: ConnectionFile, registry: Registry, seed: UInt64) throws {
        let wires = try Wires(connection, session: UUID().uuidString)
        self.wires = wires
        let box = RequestBox()
        front = CellFront { type, content in wires.publish(type, about: box.request, content) }
        self.box = box
        session = Session(registry: registry, front: front, seed: seed, artefacts: .figures(named: Self.name))
        stop = try Socket(wires.context, .pair)
        try stop.bind("inproc://stop")
        let other = try Socket(wires.context, .pair)
        try other.connect("inproc://stop")
        control = ControlThread(wires, connection, information: Self.information, stop: other)
    }

    private let box: RequestBox

    /// The message that the thread of the cells is answering.
    private final class RequestBox { var request: WireMessage? }

    /// What the folder of its figures is called: by the notebook, where Jupyter tells its name.
    private static var name: String {
        let path = ProcessInfo.processInfo.environment["JPY_SESSION_NAME"] ?? ""
        let file = path.split(separator: "/").last.map(String.init) ?? ""
        return file.hasSuffix(".ipynb") && file.count > 6 ? String(file.dropLast(6)) : "jupyter"
    }

    /// Runs cells until somebody ends the kernel.
    package func run() {
        control.start()
        wires.publish("status", about: nil, ["execution_state": "starting"])
        while !isEnding, let ready = Socket.poll([stop, wires.shell, wires.stdin], milliseconds: -1) {
            if ready[0] { break }
            if ready[1], let message = wires.receive(wires.shell) {
                handle(message)
                answerWaiting()
            }
            if ready[2], let message = wires.receive(wires.stdin) {
                Wires.remark("'\(message.type)' was not asked for, and is left aside: code can't ask for input")
            }
        }
        front.end()
        stop.close()
        wires.context.shutDown()
        control.join()
        wires.close()
    }

    private func handle(_ message: WireMessage) {
        box.request = message
        wires.publish("status", about: message, ["execution_state": "busy"])
        answer(message)
        wires.publish("status", about: message, ["execution_state": "idle"])
        box.request = nil
    }

    private func answer(_ request: WireMessage) {
        func reply(_ content: JSON) { self.reply(to: request, content) }
        switch request.type {
        case "execute_request": execute(request)
        case "kernel_info_request": reply(Self.information)
        case "complete_request": reply(completion(request.content))
        case "inspect_request": reply(inspection(request.content))
        case "is_complete_request": reply(completeness(request.content))
        case "history_request": reply(["status": "ok", "history": history.answer(request.content)])
        case "comm_info_request": reply(["status": "ok", "comms": [:]])
        // Widgets of other languages: there is nobody to talk to.
        case "comm_open":
            wires.publish("comm_close", about: request, ["comm_id": request.content["comm_id"] ?? "", "data": [:]])
        case "comm_msg", "comm_close": break
        // Older front ends ask here, instead of on the control channel.
        case "interrupt_request": reply(["status": "ok"])
        case "shutdown_request":
            let content: JSON = ["status": "ok", "restart": .bool(request.content["restart"]?.bool ?? false)]
            wires.publish("shutdown_reply", about: request, content)
            reply(content)
            isEnding = true
        default: Wires.remark("'\(request.type)' is not supported, and was not answered")
        }
    }

    func reply(to request: WireMessage, _ content: JSON) {
        let type = request.type.replacing("_request", with: "_reply")
        wires.reply(type, to: request, on: wires.shell, content)
    }

    /// Takes the messages that wait already, before the front end has heard of an error, so that nothing is among them
    /// that it sends in answer to it.
    func takeWaiting() {
        // Those that were sent together arrive together, but not in the same moment.
        while let ready = Socket.poll([wires.shell], milliseconds: 20), ready[0] {
            if let message = wires.receive(wires.shell) { waiting.append(message) }
        }
    }

    /// Answers what ``takeWaiting()`` took. The cells among it are not run: they were asked for with `stop_on_error`.
    private func answerWaiting() {
        let messages = waiting
        waiting = []
        for message in messages {
            guard message.type == "execute_request" else {
                handle(message)
                continue
            }
            wires.publish("status", about: message, ["execution_state": "busy"])
            reply(
                to: message,
                ["status": "aborted", "execution_count": .integer(count), "payload": [], "user_expressions": [:]])
            wires.publish("status", about: message, ["execution_state": "idle"])
        }
    }

    /// What the kernel says of itself and of its language.
    static var information: JSON {
        [
            "status": "ok", "protocol_version": .string(WireMessage.protocolVersion), "implementation": "rhumb",
            "implementation_version": .string(Rhumb.version),
            "language_info": [
                "name": "rhumb", "version": .string(Rhumb.version), "mimetype": "text/x-rhumb",
                "file_extension": ".rhumb", "pygments_lexer": "rhumb", "codemirror_mode": "r",
            ],
            "banner": .string("Rhumb \(Rhumb.version)\n'help' lists what there is, 'help VERB' explains a verb."),
            "debugger": false, "help_links": [],
        ]
    }
}
