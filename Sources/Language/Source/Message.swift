import Basics

/// Every message of the language about an error, in one voice: names in quotes, what must be, what came instead, and
/// what to try. Messages about syntax are in `Message+Syntax.swift`.
enum Message {
    // MARK: Names

    static func unknownName(_ name: String) -> String { "unknown name '\(name)'" }
    static func unknownNameHelp(_ name: String) -> String {
        "no variable and no verb has this name; a string needs quotes: \"\(name)\""
    }
    static func noValueYet(_ name: String) -> String { "'\(name)' has no value yet" }
    static func noValueYetHelp(_ name: String) -> String { "assign it first, on every path that leads here" }

    // MARK: Calls

    static func unknownOption(_ name: String, of callee: String) -> String { "unknown option '\(name)' of '\(callee)'" }
    static func undeclaredParameter(_ name: String, _ verb: String) -> String {
        "the verb '\(verb)' reads a parameter '\(name)' that it does not declare"
    }
    static func undeclaredReading(_ verb: String) -> String {
        "the verb '\(verb)' reads a file and does not declare that it does"
    }
    static func wrongArgument(_ name: String, of callee: String, expected: String, came value: Value) -> String {
        "'\(name)' of '\(callee)' must be \(withArticle(expected)), not \(described(value))"
    }
    static func missingArgument(_ name: String, of callee: String, type: String?) -> String {
        "'\(callee)' needs '\(name)'" + (type.map { ", \(withArticle($0))" } ?? "")
    }
    static func givenTwice(_ name: String, of callee: String) -> String { "'\(name)' of '\(callee)' is given twice" }
    static func argumentCount(_ name: String, _ count: ClosedRange<Int>, came: Int) -> String {
        if count.upperBound == 0 { return "'\(name)' takes no argument, but is called with \(came)" }
        let takes =
            count.lowerBound == count.upperBound
            ? Words.count(count.lowerBound, "argument")
            : "\(count.lowerBound) to \(Words.count(count.upperBound, "argument"))"
        return "'\(name)' takes \(takes), but is called with \(came)"
    }
    static func notCallable(_ name: String?, _ value: Value) -> String {
        if let name { return "'\(name)' is \(described(value)) and can't be called" }
        return described(value) + " can't be called"
    }
    static func notCallableHelp(_ name: String?, _ value: Value) -> String {
        guard let name else { return "" }
        switch value {
        case .list, .string, .table, .record, .object, .range: return "\(name)[…] indexes, without a space"
        default: return "an operator has a space on both sides or on none: \(name) - 1"
        }
    }
    static func parameter(_ parameter: Parameter) -> String {
        let parts = [parameter.name + "  " + parameter.type.text, parameter.defaultText].filter { !$0.isEmpty }
        return parts.joined(separator: ", ")
    }

    // MARK: Operators

    static func unarySides(_ operation: UnaryOperator, _ value: Value) -> String {
        "'\(operation.rawValue)' needs a number, not \(described(value))"
    }
    static func binarySides(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> String {
        "'\(operation.rawValue)' can't combine \(described(left)) and \(described(right))"
    }
    static func binaryHint(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> String {
        switch (operation, left, right) {
        case (.add, .string, _), (.add, _, .string): "\"{a}{b}\" joins values into a string"
        case (.multiply, .list, .number), (.multiply, .number, .list), (.add, .list, .number),
            (.divide, .list, .number),
            (.subtract, .list, .number):
            "map xs (x -> x \(operation.rawValue) 2) works on each element"
        case (.add, .list, _): "xs + [x] adds an element"
        case (_, .function(let f), _), (_, _, .function(let f)):
            "\(f.name == "function" ? "f" : f.name)(…) is what a function gives"
        case (_, .none, _), (_, _, .none): "a function gives its last expression; one that ends otherwise gives none"
        default: ""
        }
    }
    static func closeSides(_ left: Value, _ right: Value) -> String {
        "'≈' compares numbers, lists of numbers and tensors, not \(described(left)) and \(described(right))"
    }
    static func wrongTolerance(_ value: Value) -> String {
        "the tolerance after 'within' must be a number from 0, not \(described(value))"
    }
    static func containment(_ container: Value, _ item: Value) -> String {
        "'in' can't look for \(described(item)) in \(described(container))"
    }
    static func notBoolean(_ value: Value) -> String { "a condition must be true or false, not \(described(value))" }
    static func notBooleanHint(_ value: Value) -> String {
        switch value {
        case .number: "compare it: x != 0"
        case .list(let items) where items.contains { if case .boolean = $0 { true } else { false } }:
            "all(…) or any(…) of them; rows that pass several tests: where t (row -> row.a > 0 and row.b == \"…\")"
        case .string, .list, .record, .table: "ask for its length: len(x) > 0"
        case .none: "compare it: x == none"
        case .object: "compare one number of it: x[0] > 0"
        default: ""
        }
    }
    static func comparedLengths(_ operation: BinaryOperator, _ first: Int, _ second: Int) -> String {
        "'\(operation.rawValue)' compares columns and lists of the same length, not \(first) and \(second) values"
    }
    static func inRow(_ row: Int, of column: String) -> String { ", in row \(row) of column '\(column)'" }
    static func emptyCellHelp(_ column: String) -> String {
        "leave the empty rows out first: t = t[t[\(Value.quoted(column))] != none]"
    }
    static func notOrdered(_ left: Value, _ right: Value) -> String {
        "there is no order between \(described(left)) and \(described(right))"
    }

    // MARK: Elements

    static func noSubscript(_ value: Value) -> String { "\(described(value)) can't be indexed" }
    static func notReplaceable(_ value: Value) -> String { "elements of \(described(value)) can't be assigned" }
    static func notSettable(_ name: String, _ value: Value) -> String {
        "member '\(name)' of \(described(value)) can't be assigned"
    }
    static let valueTooDeep = "lists and records can't be nested this deeply"
    static func keyCount(_ value: Value, _ count: Int) -> String {
        "\(described(value)) takes one key between brackets, not \(count)"
    }
    static func wrongKey(_ value: Value, _ key: Value) -> String {
        "\(described(value)) can't be indexed by \(described(key))"
    }
    static func wrongKeyHint(_ value: Value, _ key: Value) -> String {
        switch (value, key) {
        case (.list, .number), (.string, .number), (.table, .number): "an index is a whole number"
        case (.list, .boolean): "elements that pass a test: filter xs (x -> x == …)"
        case (.list, _), (.string, _): "an index is a whole number or a range: x[0], x[1..3]"
        case (.record, _): "a key is a string: r[\"alpha\"]"
        case (.table, .boolean):
            "a column is compared value by value where it is written as one, t[t.name == \"…\"], and with a list as a "
                + "whole; where t (row -> row.a == row.b) takes any test"
        case (.table, _): "a key is a column's name, a row's number or a range"
        default: ""
        }
    }
    static let fixedString = "characters of a string can't be replaced in it"
    static let fixedStringHelp = "make another: text[..2] + \"x\" + text[3..], or replace text \"a\" \"b\""
    static func indexOutside(_ index: Int, count: Int, _ value: Value) -> String {
        if count == 0 { return "index \(index) is outside of an empty \(value.typeName)" }
        return "index \(index) is outside of \(described(value)): it runs from 0 to \(count - 1), or from -1 back"
    }
    static func maskLength(_ length: Int, count: Int, _ value: Value) -> String {
        "a choice of \(length) true and false doesn't fit \(described(value))"
    }
    static func noKey(_ name: String) -> String { "there is no key '\(name)' in the record" }
    static func noMember(_ name: String, _ value: Value) -> String {
        "\(described(value)) has no member '\(name)'"
    }
    static func noMembersHelp(_ name: String) -> String {
        "a verb is called with the value: \(name)(x) or x |> \(name)"
    }
    static func unpackCount(targets: Int, items: Int, _ value: Value) -> String {
        "\(Words.count(targets, "name")) can't take the \(Words.count(items, "element")) of \(described(value))"
    }

    // MARK: Ranges and loops

    static func rangeOfNumbers(_ end: String, _ value: Value) -> String {
        "the \(end) of a range must be a number, not \(described(value))"
    }
    static let endlessRange = "a range needs a step other than 0 and finite ends"
    static func openRange(_ range: NumberRange) -> String {
        "the range \(range.text) has no end to run to; an open range only stands between brackets"
    }
    static func rangeTooLong(_ range: NumberRange) -> String { "the range \(range.text) is too long for a list" }
    static func notIterable(_ value: Value) -> String { "\(described(value)) has no elements to go through" }

    // MARK: Tables

    static func columnLengths(_ first: Table.Column, _ other: Table.Column) -> String {
        "columns of a table have the same length, but '\(first.name)' has \(Words.count(first.values.count, "value")) and "
            + "'\(other.name)' has \(other.values.count)"
    }
    static func columnTwice(_ name: String) -> String { "a table has only one column '\(name)'" }
    static func columnOfNumbers(_ name: String, row: Int, _ value: Value) -> String {
        "column '\(name)' holds \(described(value)) in row \(row) where a number is needed"
    }
    static func columnNeedsList(_ name: String, _ value: Value) -> String {
        "column '\(name)' of a table must be a list, not \(described(value))"
    }
    static let whereValueUnused = "'value' has no effect beside a test of rows"
    static func whereValueMissing(_ column: String) -> String {
        "'where' needs to know what column '\(column)' should hold"
    }
    static func whereValueHelp(_ column: String) -> String {
        "where t \(Value.quoted(column)) \"…\", or a test: where t \(Value.quoted(column)) (x -> x > 0)"
    }
    static func joinedTwice(_ name: String) -> String { "both tables have a column '\(name)' besides the keys" }
    static let joinedTwiceHelp =
        "suffixes: [\"_a\", \"_b\"] keeps both; 'columns' takes a table without one of them"
    static func joinKey(_ name: String, row: Int, _ value: Value) -> String {
        "tables are joined by numbers, texts, true and false; column '\(name)' has \(described(value)) in row \(row)"
    }
    static func joinKinds(_ key: String, _ first: String, _ second: String) -> String {
        "column '\(key)' has a \(first) in each row of the first table and a \(second) in each of the other, which are "
            + "never equal"
    }
    static func joinKindsHelp(_ key: String, _ first: String, _ second: String) -> String {
        first == "number" || second == "number" ? "u[\"\(key)\"] = map(u[\"\(key)\"], num) makes numbers of texts" : ""
    }
    static let joinNeedsKey = "'by' names no column"
    static let joinKeyTwice = "'by' names a column twice"
    static func joinSuffixes(_ count: Int) -> String {
        count == 2 ? "'suffixes' must be two different texts" : "'suffixes' must be two texts, not \(count)"
    }
    static func joinPairsUp(_ keys: [String]) -> String {
        "some values of \(keys.map { "'\($0)'" }.joined(separator: " and ")) stand several times in both tables: "
            + "each of their rows is paired with each"
    }
    static func noColumn(_ name: String) -> String { "there is no column '\(name)'" }

    // MARK: Text

    static func notWhole(_ number: Double) -> String {
        "format 'd' is for whole numbers, not \(NumberText.shown(number)); 'f' shows a fraction"
    }
    static func formatNeedsNumber(_ value: Value) -> String {
        "this format is for numbers, not for \(described(value))"
    }

    static func noVerb(_ name: String) -> String { "there is no verb '\(name)'" }
    static func noHelp(_ topic: String) -> String { "no help on '\(topic)'" }
    static func noNumber(_ text: String) -> String { "\(Value.quoted(text)) is not a number" }
    static let noNumberHelp = "default: gives a value for such text"
    static let emptySeparator = "the separator is empty"
    static let emptySeparatorHelp = "for c in text { … } goes through the characters"
    static let emptyPart = "the part to replace is empty"
    static let textTooLong = "the text would be too long"
    static func tooLong(_ length: Int) -> String { "a list or string of \(length) elements is too long" }

    // MARK: Lists of the built-in verbs

    static func boundsCrossed(_ low: Double, _ high: Double) -> String {
        "the upper bound \(NumberText.shown(high)) is below the lower bound \(NumberText.shown(low))"
    }
    static let needsLists = "'zip' needs at least one list"
    static let emptyReduce = "an empty list gives no value"
    static let emptyReduceHelp = "give a value to start from: reduce xs f 0"
    static let emptyMean = "an empty list has no mean"
    static func emptyQuantile(_ name: String) -> String { "an empty list has no \(name)" }
    static func emptyExtreme(_ name: String) -> String { "an empty list has no \(name)" }
    static let sortTableNeedsColumn = "a table is sorted by a column: sort t by: \"name\""

    // MARK: Files and parameters

    static func importPath(_ value: Value) -> String { "import needs the path of a file, not \(described(value))" }
    static func importCircle(_ files: [String]) -> String {
        "files import each other in a circle: " + files.joined(separator: " → ")
    }
    static func unreadable(_ path: String, reason: String) -> String { "can't read '\(path)': \(reason)" }
    static func notText(_ path: String) -> String { "'\(path)' is not UTF-8 text" }
    static func parameterText(_ name: String, expected: String, _ text: String) -> String {
        "the parameter '\(name)' must be \(article(expected)) \(expected), not '\(text)'"
    }
    static func parameterTextHelp(_ name: String, _ standard: String) -> String {
        "for example --set \(name)=\(standard.hasPrefix("\"") ? String(standard.dropFirst().dropLast()) : standard)"
    }

    // MARK: Running

    static let tooDeep = "calls are nested too deeply"
    static let tooDeepHelp = "a function that calls itself needs a case that doesn't"
    static let interrupted = "interrupted"
    static func expectationFailed(_ message: String?) -> String {
        "expectation failed" + (message.map { ": " + $0 } ?? "")
    }
    static func sides(_ left: Value, _ right: Value) -> String {
        var texts = [left.summary, right.summary]
        // Two numbers that differ behind the sixth digit are no help when they read the same.
        if case (.number(let x), .number(let y)) = (left, right), x != y, texts[0] == texts[1] {
            texts = [NumberText.exact(x), NumberText.exact(y)]
        }
        return "left is \(texts[0].clipped(to: 60)), right is \(texts[1].clipped(to: 60))"
    }
    /// What follows the sides of a failed `≈`.
    static func difference(_ difference: Difference, _ tolerance: Double?) -> String {
        let position =
            difference.position.isEmpty ? "" : " at [\(difference.position.map(String.init).joined(separator: ", "))]"
        if difference.size.isNaN { return "; one of them is not a number\(position)" }
        let limit = tolerance.map(NumberText.brief) ?? "a millionth"
        return "; they differ by \(NumberText.brief(difference.size))\(position), which is more than \(limit)"
    }
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1e-3: "\(NumberText.printf("%.3g", seconds * 1e6)) µs"
        case ..<0.9995: "\(NumberText.printf("%.3g", seconds * 1e3)) ms"
        case ..<120: "\(NumberText.printf("%.3g", seconds)) s"
        default: "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
        }
    }
    /// - Parameter memory: the most that the process held, and how much more that is than before, in bytes.
    static func took(_ seconds: Double, memory: (peak: Int, more: Int?)?) -> String {
        let took = "took \(duration(seconds))"
        guard let memory else { return took }
        let more = memory.more.map { $0 < 1_000_000 ? "" : ", \(Words.bytes($0)) more than before" } ?? ""
        return "\(took); peak memory \(Words.bytes(memory.peak))\(more)"
    }
    static let profileTwice = "'profile' can't run within another 'profile'"
    static let profileTwiceHelp = "take one of the two away"
    static func notParameter(_ name: String) -> String {
        "'param' can't declare '\(name)' here: it is a variable of the function that stands still"
    }
    static let leftBreakpoint = "a 'breakpoint' is left in"
    static let leftBreakpointHelp = "remove it when you are done with it"

    // MARK: Parts of messages

    /// `did you mean 'steps'?`, or the whole list when it is short, or nothing.
    static func suggestion(_ guess: String?, orList names: [String], named noun: String) -> String {
        if let guess { return "did you mean '\(guess)'?" }
        if names.isEmpty || names.count > 12 { return "" }
        return "\(noun): \(names.joined(separator: ", "))"
    }

    /// A value in a message: `the string "abc"`, `a list of 3`, `a tensor`.
    static func described(_ value: Value) -> String {
        switch value {
        case .number, .boolean, .none, .unset: value.summary
        case .string(let string): "the string " + Value.quoted(string).clipped(to: 40)
        case .list(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
        case .record: "a record"
        case .range(let range): "the range \(range.text)"
        case .table: "a table"
        case .function(let function): "the function '\(function.name)'"
        case .object(let object): article(object.typeName) + " " + object.typeName
        }
    }

    static func article(_ noun: String) -> String {
        guard let first = noun.first else { return "a" }
        return "aeiou".contains(first.lowercased()) ? "an" : "a"
    }

    /// `a number`, but `true or false`, `"a" or "b"`, `anything`.
    private static func withArticle(_ text: String) -> String {
        let bare = ["true", "\"", "anything", "a ", "an ", "strings", "numbers", "rows"]
        return bare.contains { text.hasPrefix($0) } ? text : article(text) + " " + text
    }
}

extension Value {
    /// This value in a message: `the string "abc"`, `a list of 3`, `a tensor`.
    public var described: String { Message.described(self) }
}
