enum OutputVerbs {
    static var all: [Verb] { [print, type, str, num] }

    static var print: Verb {
        Verb(
            "print", family: "output", summary: "write values on one line",
            parameters: [
                .rest("values", .any, help: "what to write, separated by spaces"),
                .option("end", .string, default: "\n", help: "what to write after them"),
            ],
            details: "A table stands on lines of its own, aligned as `show` aligns it.",
            examples: [
                Verb.Example("print \"reward\" 0.25", gives: "reward 0.25"),
                Verb.Example("print 1+1", gives: "2"),
            ],
            seeAlso: ["str"]
        ) { call in
            call.host.write(line(try call.list("values"), width: call.host.width) + (try call.string("end")))
            return .none
        }
    }

    /// Values separated by spaces, and tables by line ends.
    private static func line(_ values: [Value], width: Int) -> String {
        var text = ""
        var isBehindTable = false
        for (position, value) in values.enumerated() {
            let table: Table? = if case .table(let table) = value { table } else { nil }
            if position > 0 { text += table != nil || isBehindTable ? "\n" : " " }
            text += table?.display(width: width) ?? value.text
            isBehindTable = table != nil
        }
        return text
    }

    static var type: Verb {
        Verb(
            "type", family: "output", summary: "the type of a value as a string",
            parameters: [Parameter("value", .any, help: "any value")], result: "string",
            examples: [
                Verb.Example("type [1, 2]", gives: "\"list\""), Verb.Example("type \"a\"", gives: "\"string\""),
            ],
            seeAlso: ["str", "num"]
        ) { call in .string(try call.value("value").typeName) }
    }

    static var str: Verb {
        Verb(
            "str", family: "output", summary: "a value as text, as in \"{x}\"",
            parameters: [Parameter("value", .any, help: "any value")], result: "string",
            examples: [
                Verb.Example("str 0.5", gives: "\"0.5\""), Verb.Example("\"n = \" + str(3)", gives: "\"n = 3\""),
            ],
            seeAlso: ["num", "print"]
        ) { call in .string(try call.value("value").text) }
    }

    static var num: Verb {
        Verb(
            "num", family: "output", summary: "the number that a text represents",
            parameters: [
                Parameter("text", .either([.string, .number(), .boolean]), help: "digits, perhaps with an exponent"),
                .option("default", .any, fallback: .described("an error"), help: "the result for other text"),
            ],
            result: "number",
            examples: [
                Verb.Example("num \"1e-4\"", gives: "0.0001"), Verb.Example("num \"many\" default: 0", gives: "0"),
            ],
            seeAlso: ["str"]
        ) { call in
            switch try call.value("text") {
            case .number(let number): return .number(number)
            case .boolean(let boolean): return .number(boolean ? 1 : 0)
            default: break
            }
            let text = try call.string("text")
            let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            if let number = Double(String(trimmed)) { return .number(number) }
            if try call.isGiven("default") { return try call.value("default") }
            throw call.failure("text", Message.noNumber(text), hint: Message.noNumberHelp)
        }
    }
}
