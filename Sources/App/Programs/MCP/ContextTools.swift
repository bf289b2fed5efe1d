import Basics
import Files

/// The tools that a client is offered, as `tools/list` tells them.
enum ContextTool: String, CaseIterable {
    case execute, complete, help, values

    var json: JSON {
        [
            "name": .string(rawValue), "title": .string(title), "description": .string(description),
            "inputSchema": schema,
            "annotations": self == .execute
                ? ["readOnlyHint": false, "destructiveHint": true, "openWorldHint": true]
                : ["readOnlyHint": true, "openWorldHint": false],
        ]
    }

    private var title: String {
        switch self {
        case .execute: "Run Rhumb code"
        case .complete: "Complete Rhumb code"
        case .help: "Help on Rhumb"
        case .values: "Variables of the session"
        }
    }

    private var description: String {
        switch self {
        case .execute:
            """
            Runs code of the Rhumb language in a session that lasts: variables stay. Gives what it prints, its values \
            as text, figures and pictures as PNG. A relative path that it saves to lies in the session's folder. \
            Statements are lines. For example: clip = load "emoji". Ask 'help' for the verbs.
            """
        case .complete: "What could stand at a place in code: verbs, variables, options, values, files; best first."
        case .help: "The page of a verb with its parameters and examples, a family of verbs, or the list of all."
        case .values: "The variables of the session, each with its type and a line about it."
        }
    }

    private var schema: JSON {
        func text(_ help: String) -> JSON { ["type": "string", "description": .string(help)] }
        return switch self {
        case .execute:
            [
                "type": "object", "properties": ["code": text("the code; several lines are several statements")],
                "required": ["code"], "additionalProperties": false,
            ]
        case .complete:
            [
                "type": "object",
                "properties": [
                    "code": text("the code so far"),
                    "cursor": [
                        "type": "integer", "minimum": 0,
                        "description": "the place in it, counted in code points; its end by default",
                    ],
                ], "required": ["code"], "additionalProperties": false,
            ]
        case .help:
            [
                "type": "object", "properties": ["topic": text("a verb, a family, or a word to look for")],
                "additionalProperties": false,
            ]
        case .values: ["type": "object", "properties": [:], "additionalProperties": false]
        }
    }

    /// Checks the arguments of a call against what the tool takes.
    ///
    /// - Throws: `RhumbError` that says what must be.
    func check(_ arguments: JSON) throws {
        guard let members = arguments.members else {
            throw RhumbError("the arguments of '\(rawValue)' must be an object, not \(arguments.kind)")
        }
        let known = schema["properties"]?.members ?? []
        for member in members {
            guard let property = known.first(where: { $0.key == member.key }) else {
                let names = known.map(\.key)
                throw RhumbError(
                    "'\(rawValue)' takes no '\(member.key)'",
                    hint: names.isEmpty ? "it takes nothing" : "it takes: \(names.joined(separator: ", "))")
            }
            let isText = property.value["type"] == "string"
            guard isText ? member.value.string != nil : (member.value.integer ?? -1) >= 0 else {
                let wanted = isText ? "a string" : "a whole number, at least 0"
                throw RhumbError("'\(member.key)' must be \(wanted), not \(member.value.text())")
            }
        }
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where arguments[name] == nil {
            throw RhumbError("'\(rawValue)' needs '\(name)'")
        }
    }
}
