import Files

/// A message of JSON-RPC 2.0, as the Model Context Protocol speaks it: one a line.
enum ContextMessage {
    case request(id: JSON, method: String, parameters: JSON)
    case notification(method: String, parameters: JSON)
    /// An answer to a request that this server never makes.
    case answer

    /// What is wrong with a line, as JSON-RPC numbers it.
    struct Fault: Error {
        var id = JSON.null
        let code: Int
        let message: String

        static func unreadable(_ reason: String) -> Fault { Fault(code: -32700, message: reason) }
        static func invalid(_ reason: String) -> Fault { Fault(code: -32600, message: reason) }
        static func unknownMethod(_ method: String) -> Fault {
            Fault(code: -32601, message: "there is no method '\(method)'")
        }
        static func wrongParameters(_ reason: String) -> Fault { Fault(code: -32602, message: reason) }

        /// The answer that says so.
        func json(id: JSON? = nil) -> JSON {
            [
                "jsonrpc": "2.0", "id": id ?? self.id,
                "error": ["code": .integer(code), "message": .string(message)],
            ]
        }
    }

    init(line: String) throws(Fault) {
        let json: JSON
        do { json = try JSON(parsing: line) } catch { throw .unreadable("\(error)") }
        guard json.members != nil else { throw .invalid("a message must be an object, not \(json.kind)") }
        let id = json["id"]
        guard let method = json["method"]?.string else {
            guard json["result"] != nil || json["error"] != nil else { throw .invalid("it has no 'method'") }
            self = .answer
            return
        }
        let parameters = json["params"] ?? [:]
        switch id {
        case nil: self = .notification(method: method, parameters: parameters)
        case .string?, .integer?: self = .request(id: id ?? .null, method: method, parameters: parameters)
        default: throw .invalid("'id' must be a string or a whole number")
        }
    }

    static func answer(to id: JSON, _ result: JSON) -> JSON { ["jsonrpc": "2.0", "id": id, "result": result] }
}
