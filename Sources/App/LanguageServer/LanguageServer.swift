import Files
import Language
import Notebook

/// The language server: a message in, messages out. It reads documents and never runs any of their code.
///
///     let server = LanguageServer(registry: registry, version: "1.0")
///     while let message = … { for answer in server.receive(message) { … } }
public final class LanguageServer {
    let registry: Registry
    private let version: String
    private(set) var documents: [String: Document] = [:]
    private var isMarkdown: [String: Bool] = [:]
    private enum Phase { case new, running, shutDown }
    private var phase = Phase.new
    /// What the process should end with, once the client has said that it is over.
    public private(set) var exitCode: Int32?

    /// What answers a request with an error.
    struct Refusal: Error {
        let code: Int
        let message: String

        static func invalid(_ message: String) -> Refusal { Refusal(code: -32602, message: message) }
    }

    public init(registry: Registry, version: String) {
        self.registry = registry
        self.version = version
    }

    /// - Returns: the answer, if the message is a request, and what else there is to tell.
    public func receive(_ message: JSON) -> [JSON] {
        guard let method = message["method"]?.string else {
            // An answer to something never asked, or no message at all.
            return message["id"] != nil && message["result"] == nil && message["error"] == nil
                ? [Self.failure(message["id"] ?? .null, Refusal(code: -32600, message: "a message needs 'method'"))]
                : []
        }
        let parameters = message["params"] ?? .object([])
        guard let id = message["id"] else { return notified(method, parameters) }
        do {
            return [["jsonrpc": "2.0", "id": id, "result": try answer(method, parameters)]]
        } catch let refusal as Refusal {
            return [Self.failure(id, refusal)]
        } catch {
            return [Self.failure(id, Refusal(code: -32603, message: "\(error)"))]
        }
    }

    /// The answer to what is not JSON.
    public static func garbled(_ reason: String) -> JSON {
        failure(.null, Refusal(code: -32700, message: "not JSON: \(reason)"))
    }

    private static func failure(_ id: JSON, _ refusal: Refusal) -> JSON {
        [
            "jsonrpc": "2.0", "id": id,
            "error": ["code": .integer(refusal.code), "message": .string(refusal.message)],
        ]
    }

    // MARK: Requests

    private func answer(_ method: String, _ parameters: JSON) throws -> JSON {
        if method == "initialize" {
            guard phase == .new else { throw Refusal(code: -32600, message: "'initialize' comes once") }
            phase = .running
            return initialization
        }
        guard phase != .new else { throw Refusal(code: -32002, message: "'initialize' must come first") }
        guard phase == .running else { throw Refusal(code: -32600, message: "the server was shut down") }
        switch method {
        case "shutdown":
            phase = .shutDown
            return .null
        case "completionItem/resolve": return resolved(parameters)
        case "textDocument/hover": return try at(parameters, hover)
        case "textDocument/completion": return try at(parameters, completion)
        case "textDocument/signatureHelp": return try at(parameters, signatureHelp)
        case "textDocument/definition": return try at(parameters, definition)
        case "textDocument/references":
            let includesDefinitions = parameters["context"]?["includeDeclaration"]?.bool ?? true
            return try at(parameters) { references($0, $1, includesDefinitions: includesDefinitions) }
        case "textDocument/prepareRename": return try at(parameters, prepareRename)
        case "textDocument/rename":
            guard let name = parameters["newName"]?.string else { throw Refusal.invalid("'newName' is missing") }
            return try at(parameters) { try rename($0, $1, to: name) }
        case "textDocument/documentSymbol": return symbols(of: try document(parameters))
        case "textDocument/formatting": return formatting(try document(parameters))
        default: throw Refusal(code: -32601, message: "there is no method '\(method)'")
        }
    }

    private var initialization: JSON {
        [
            "capabilities": [
                "positionEncoding": "utf-16",
                "textDocumentSync": ["openClose": true, "change": 2],
                "hoverProvider": true,
                "completionProvider": ["triggerCharacters": [" ", ":", ".", "\"", "("], "resolveProvider": true],
                "signatureHelpProvider": ["triggerCharacters": ["(", ",", " ", ":"]],
                "definitionProvider": true,
                "referencesProvider": true,
                "documentSymbolProvider": true,
                "documentFormattingProvider": true,
                "renameProvider": ["prepareProvider": true],
            ],
            "serverInfo": ["name": "rhumb", "version": .string(version)],
        ]
    }

    private func document(_ parameters: JSON) throws -> Document {
        guard let uri = parameters["textDocument"]?["uri"]?.string else {
            throw Refusal.invalid("'textDocument.uri' is missing")
        }
        guard let document = documents[uri] else { throw Refusal.invalid("'\(uri)' is not open") }
        return document
    }

    /// Answers for a position; `null` where no code is.
    private func at(_ parameters: JSON, _ answer: (Document, Document.Place) throws -> JSON) throws -> JSON {
        let document = try document(parameters)
        guard let position = TextBuffer.Position(parameters["position"]) else {
            throw Refusal.invalid("'position' must have 'line' and 'character'")
        }
        guard let place = document.place(at: position) else { return .null }
        return try answer(document, place)
    }

    // MARK: Notifications

    private func notified(_ method: String, _ parameters: JSON) -> [JSON] {
        if method == "exit" { exitCode = phase == .shutDown ? 0 : 1 }
        guard phase == .running, let uri = parameters["textDocument"]?["uri"]?.string else { return [] }
        let version = parameters["textDocument"]?["version"]?.integer
        switch method {
        case "textDocument/didOpen":
            let language = parameters["textDocument"]?["languageId"]?.string ?? ""
            isMarkdown[uri] = ["markdown", "quarto"].contains(language)
            return keep(TextBuffer(parameters["textDocument"]?["text"]?.string ?? ""), uri, version)
        case "textDocument/didChange":
            guard var buffer = documents[uri]?.buffer else { return [] }
            for change in parameters["contentChanges"]?.array ?? [] {
                let text = change["text"]?.string ?? ""
                if let start = TextBuffer.Position(change["range"]?["start"]),
                    let end = TextBuffer.Position(change["range"]?["end"])
                {
                    buffer.replace(from: start, to: end, with: text)
                } else {
                    buffer = TextBuffer(text)
                }
            }
            return keep(buffer, uri, version)
        case "textDocument/didClose":
            documents[uri] = nil
            isMarkdown[uri] = nil
            return [Self.published(uri, nil, [])]
        default: return []
        }
    }

    private func keep(_ buffer: TextBuffer, _ uri: String, _ version: Int?) -> [JSON] {
        let document = Document(
            uri: uri, isMarkdown: isMarkdown[uri] ?? false, version: version, buffer: buffer, registry: registry)
        documents[uri] = document
        return [Self.published(uri, version, document.diagnostics)]
    }

    private static func published(_ uri: String, _ version: Int?, _ diagnostics: [JSON]) -> JSON {
        var parameters: [JSON.Member] = [.init("uri", .string(uri)), .init("diagnostics", .array(diagnostics))]
        if let version { parameters.append(.init("version", .integer(version))) }
        return ["jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": .object(parameters)]
    }
}
