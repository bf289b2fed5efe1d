import Basics
import Files
import Foundation
import Glibc
import Language
import Notebook

/// A session as a server of the Model Context Protocol, on standard input and output: for assistants that call tools.
///
/// Nothing but messages is written to standard output. One thread reads, and answers what needs no session; the calls
/// of tools run one after the other on the thread that calls ``run()``.
package final class ContextServer {
    private let session: Session
    private let front = ContentFront()
    private let output: LineOutput
    private let queue = CallQueue()
    private var lastProgress = 0.0

    /// Versions of the protocol that are spoken, the latest first.
    static let versions = ["2025-06-18", "2025-03-26", "2024-11-05"]
    /// Longer lines are no message.
    private static let longest = 64 << 20

    /// Runs each call, within limits where there are any.
    package var limited: (() -> Void) -> Void = { $0() }

    /// - Parameters:
    ///   - artefacts: where figures, tables and what code saves under a relative path go.
    ///   - safe: what the code may read and write; nil for anything.
    package init(
        registry: Registry, seed: UInt64, artefacts: Artefacts, safe: SafeFolders? = nil, output: LineOutput
    ) {
        self.output = output
        session = Session(registry: registry, front: front, seed: seed, artefacts: artefacts, safe: safe)
    }

    /// Serves until standard input ends.
    package func run() {
        let (queue, output) = (queue, output)
        Thread.detachNewThread { Self.read(into: queue, output) }
        while let call = queue.next() {
            Interrupt.clear()
            var performed: Result<JSON, any Error>?
            limited { performed = Result { try perform(call) } }
            guard !queue.finish(), let result = performed else { continue }
            switch result {
            case .success(let result): output.write(ContextMessage.answer(to: call.id, result))
            case .failure(let fault as ContextMessage.Fault): output.write(fault.json(id: call.id))
            case .failure(let error):
                output.write(ContextMessage.Fault(code: -32603, message: "\(error)").json(id: call.id))
            }
        }
    }

    // MARK: Reading

    private static func read(into queue: CallQueue, _ output: LineOutput) {
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for piece in chunk[..<count].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .enumerated()
            {
                if piece.offset > 0 {
                    receive(line, queue, output)
                    line = []
                }
                line += piece.element
                guard line.count <= longest else { return end(queue) }
            }
        }
        end(queue)
    }

    /// The client is gone: what runs stops.
    private static func end(_ queue: CallQueue) {
        queue.close()
        Interrupt.request()
    }

    private static func receive(_ line: [UInt8], _ queue: CallQueue, _ output: LineOutput) {
        let text = String(decoding: line, as: UTF8.self)
        if text.allSatisfy(\.isWhitespace) { return }
        do throws(ContextMessage.Fault) {
            switch try ContextMessage(line: text) {
            case .request(let id, let method, let parameters):
                if method == "tools/call" { return queue.append(.init(id: id, parameters: parameters)) }
                guard let result = answer(method, parameters) else {
                    output.write(ContextMessage.Fault.unknownMethod(method).json(id: id))
                    return
                }
                output.write(ContextMessage.answer(to: id, result))
            case .notification("notifications/cancelled", let parameters):
                if let id = parameters["requestId"] { queue.cancel(id) { Interrupt.request() } }
            // Others, as that the client is ready, ask for nothing.
            case .notification, .answer: break
            }
        } catch {
            output.write(error.json())
        }
    }

    /// The answer to a request that needs no session; nil for a method that there is not.
    static func answer(_ method: String, _ parameters: JSON) -> JSON? {
        switch method {
        case "initialize":
            let wanted = parameters["protocolVersion"]?.string ?? ""
            return [
                "protocolVersion": .string(versions.contains(wanted) ? wanted : versions[0]),
                "capabilities": ["tools": ["listChanged": false]],
                "serverInfo": ["name": "rhumb", "title": "Rhumb", "version": .string(Rhumb.version)],
                "instructions": """
                Rhumb steers text-to-image diffusion models: directions between phrases in a CLIP space, rewards, \
                training. Call 'help' first; then 'execute' one step at a time.
                """,
            ]
        case "ping": return [:]
        case "tools/list": return ["tools": .array(ContextTool.allCases.map(\.json))]
        default: return nil
        }
    }

    // MARK: Tools

    private func perform(_ call: CallQueue.Call) throws -> JSON {
        let name = call.parameters["name"]?.string ?? ""
        guard let tool = ContextTool(rawValue: name) else {
            throw ContextMessage.Fault.wrongParameters("there is no tool '\(name)'")
        }
        let arguments = call.parameters["arguments"] ?? [:]
        do {
            try tool.check(arguments)
        } catch let error as RhumbError {
            throw ContextMessage.Fault.wrongParameters(error.description)
        }
        switch tool {
        case .execute: return execute(arguments, token: call.parameters["_meta"]?["progressToken"])
        case .complete: return complete(arguments)
        case .help: return try help(arguments["topic"]?.string ?? "")
        case .values: return values()
        }
    }

    private func execute(_ arguments: JSON, token: JSON?) -> JSON {
        front.begin()
        front.progressed = { [weak self] step in if let token { self?.report(step, token) } }
        let code = Source(name: "code", text: arguments["code"]?.string ?? "")
        let failure = session.execute(recorded: code)
        front.progressed = { _ in }
        return ["content": .array(front.take()), "isError": .bool(failure != nil)]
    }

    private func report(_ step: StepProgress, _ token: JSON) {
        let now = Stopwatch.now()
        guard now - lastProgress >= 0.5 else { return }
        lastProgress = now
        var members: [JSON.Member] = [.init("progressToken", token), .init("progress", .integer(step.done))]
        if let total = step.total { members.append(.init("total", .integer(total))) }
        members.append(.init("message", .string(step.label + (step.detail.isEmpty ? "" : "  " + step.detail))))
        output.write([
            "jsonrpc": "2.0", "method": "notifications/progress", "params": .object(members),
        ])
    }

    private func complete(_ arguments: JSON) -> JSON {
        let code = arguments["code"]?.string ?? ""
        let cursor = arguments["cursor"]?.integer ?? .max
        let offset = code.unicodeScalars.prefix(cursor).reduce(0) { $0 + $1.utf8.count }
        let found = session.complete(code, at: offset)
        let replaced = Source(name: "code", text: code).slice(found.range)
        let lines = found.candidates.map { $0.text + ($0.summary.isEmpty ? "" : "  " + $0.summary) }
        let heading = replaced.isEmpty ? "here:" : "instead of '\(replaced)':"
        return Self.text(lines.isEmpty ? "nothing fits" : ([heading] + lines).joined(separator: "\n"))
    }

    private func help(_ topic: String) throws -> JSON {
        guard topic.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
            throw ContextMessage.Fault.wrongParameters("'topic' must be one word, not '\(topic)'")
        }
        front.begin()
        let failure = session.execute(Source(name: "help", text: topic.isEmpty ? "help" : "help \(topic)"))
        return ["content": .array(front.take()), "isError": .bool(failure != nil)]
    }

    private func values() -> JSON {
        let values = session.interpreter.namedValues
        let lines = values.map { "\($0.name): \($0.value.typeName), \($0.value.summary.clipped(to: 120))" }
        return Self.text(lines.isEmpty ? "no variables yet" : lines.joined(separator: "\n"))
    }

    private static func text(_ text: String) -> JSON {
        ["content": [["type": "text", "text": .string(text)]], "isError": false]
    }
}
