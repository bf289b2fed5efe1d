enum StringVerbs {
    static var all: [Verb] { [split, lines, join, replace, upper, lower, trim, startswith, endswith, format] }

    private static var text: Parameter {
        Parameter("text", .string, help: "a string")
    }

    private static var split: Verb {
        Verb(
            "split", family: "strings", summary: "the parts of a text between separators",
            parameters: [
                text,
                Parameter("separator", .string, fallback: .described("any white space"), help: "what stands between"),
            ],
            result: "list of strings",
            examples: [
                Verb.Example("split \"a, b, c\" \", \"", gives: "[\"a\", \"b\", \"c\"]"),
                Verb.Example("split \" two  words \"", gives: "[\"two\", \"words\"]"),
            ],
            seeAlso: ["join", "lines"]
        ) { call in
            let text = try call.string("text")
            guard let separator = try call.optional("separator", call.string) else {
                return .strings(text.split(whereSeparator: \.isWhitespace).map(String.init))
            }
            if separator.isEmpty {
                throw call.failure("separator", Message.emptySeparator, hint: Message.emptySeparatorHelp)
            }
            return .list(pieces(of: text, separator))
        }
    }

    /// The pieces of a text between separators, empty ones included.
    private static func pieces(of text: String, _ separator: String) -> [Value] {
        var text = text
        var separator = separator
        return text.withUTF8 { bytes in
            separator.withUTF8 { separator in
                var pieces: [Value] = []
                var start = 0
                var position = 0
                // UTF-8 is self-synchronising: the bytes of a separator are only found where it stands.
                while position + separator.count <= bytes.count {
                    if separator.indices.allSatisfy({ bytes[position + $0] == separator[$0] }) {
                        pieces.append(.string(String(decoding: bytes[start..<position], as: UTF8.self)))
                        position += separator.count
                        start = position
                    } else {
                        position += 1
                    }
                }
                pieces.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
                return pieces
            }
        }
    }

    private static var lines: Verb {
        Verb(
            "lines", family: "strings", summary: "the lines of a text", parameters: [text], result: "list of strings",
            examples: [Verb.Example("lines \"a\\nb\"", gives: "[\"a\", \"b\"]")], seeAlso: ["split"]
        ) { call in
            var lines = try call.string("text").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return .strings(lines.map(String.init))
        }
    }

    private static var join: Verb {
        Verb(
            "join", family: "strings", summary: "one text of the elements of a list",
            parameters: [
                Parameter("list", .any, help: "strings or other values"),
                Parameter("separator", .string, default: "", help: "what to put between them"),
            ],
            result: "string", examples: [Verb.Example("join [1, 2, 3] \"-\"", gives: "\"1-2-3\"")],
            seeAlso: ["split", "str"]
        ) { call in
            let separator = try call.string("separator")
            return .string(try joined(Operations.items(call.value("list")), separator, call))
        }
    }

    /// Lists may hold one long text many times over, so the length is reckoned first.
    private static func joined(_ items: [Value], _ separator: String, _ call: Arguments) throws -> String {
        var length = separator.utf8.count * max(items.count - 1, 0)
        for case .string(let piece) in items { length += piece.utf8.count }
        try Operations.checkLength(length, Operations.longestString)
        var text = ""
        for (position, item) in items.enumerated() {
            if position > 0 { text += separator }
            text += item.text
            try Operations.checkLength(text.utf8.count, Operations.longestString)
            if position & 0x3FF == 0 { try call.interpreter.checkInterrupt() }
        }
        return text
    }

    private static var replace: Verb {
        Verb(
            "replace", family: "strings", summary: "a text with each occurrence of a part replaced",
            parameters: [
                text, Parameter("part", .string, help: "what to look for"),
                Parameter("by", .string, help: "what to put in its place"),
            ],
            result: "string", examples: [Verb.Example("replace \"a cat\" \"cat\" \"dog\"", gives: "\"a dog\"")],
            seeAlso: ["split", "contains"]
        ) { call in
            let part = try call.string("part")
            if part.isEmpty { throw call.failure("part", Message.emptyPart) }
            return .string(try joined(pieces(of: call.string("text"), part), call.string("by"), call))
        }
    }

    private static var upper: Verb {
        change("upper", "a text in capital letters", "upper \"abc\"", "\"ABC\"", see: "lower") { $0.uppercased() }
    }
    private static var lower: Verb {
        change("lower", "a text in small letters", "lower \"ABC\"", "\"abc\"", see: "upper") { $0.lowercased() }
    }
    private static var trim: Verb {
        change("trim", "a text without white space at its ends", "trim \"  a b \"", "\"a b\"", see: "split") { text in
            let start = text.drop(while: \.isWhitespace)
            return String(start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
        }
    }

    private static func change(
        _ name: String, _ summary: String, _ example: String, _ gives: String, see: String,
        _ change: @escaping (String) -> String
    ) -> Verb {
        Verb(
            name, family: "strings", summary: summary, parameters: [text], result: "string",
            examples: [Verb.Example(example, gives: gives)], seeAlso: [see]
        ) { call in .string(change(try call.string("text"))) }
    }

    private static var startswith: Verb {
        Verb(
            "startswith", family: "strings", summary: "whether a text starts with a part",
            parameters: [text, Parameter("part", .string, help: "what it should start with")],
            result: "true or false", examples: [Verb.Example("startswith \"apple\" \"app\"", gives: "true")],
            seeAlso: ["endswith", "contains"]
        ) { call in .boolean(try call.string("text").hasPrefix(call.string("part"))) }
    }

    private static var endswith: Verb {
        Verb(
            "endswith", family: "strings", summary: "whether a text ends with a part",
            parameters: [text, Parameter("part", .string, help: "what it should end with")],
            result: "true or false", examples: [Verb.Example("endswith \"run.md\" \".md\"", gives: "true")],
            seeAlso: ["startswith", "contains"]
        ) { call in .boolean(try call.string("text").hasSuffix(call.string("part"))) }
    }

    private static var format: Verb {
        Verb(
            "format", family: "strings", summary: "a value in a format, as in \"{x:.3f}\"",
            parameters: [
                Parameter("value", .any, help: "a number or text"),
                Parameter("format", .string, help: "[<>^][+][0][width][,][.digits][f e g d % s]"),
            ],
            result: "string",
            details:
                "`<` `>` `^` align, `+` shows the sign, `0` fills with zeros, `,` groups thousands; `f` fixed point, "
                + "`e` exponent, `g` significant digits, `d` whole number, `%` percentage, `s` text.",
            examples: [
                Verb.Example("format 3.14159 \".2f\"", gives: "\"3.14\""),
                Verb.Example("format 0.256 \".1%\"", gives: "\"25.6%\""),
                Verb.Example("format 1234567 \",d\"", gives: "\"1,234,567\""),
            ],
            seeAlso: ["str", "round"]
        ) { call in
            let text = try call.string("format")
            guard let format = Format(text) else {
                throw call.failure("format", Message.unknownFormat(text), hint: Message.formatHelp)
            }
            return .string(try Operations.formatted(call.value("value"), format))
        }
    }
}
