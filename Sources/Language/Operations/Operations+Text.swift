import Basics

extension Operations {
    /// A value in an interpolation with a format.
    static func formatted(_ value: Value, _ format: Format) throws -> String {
        switch value {
        case .number(let number):
            if let text = format.text(number) { return text }
            throw RhumbError(Message.notWhole(number))
        case .object(let object):
            if let text = object.formatted(format) ?? format.text(object.summary) { return text }
        default:
            if let text = format.text(value.text) { return text }
        }
        throw RhumbError(Message.formatNeedsNumber(value))
    }

    /// Text from the command line as a value of the same kind as a parameter's default.
    static func read(_ text: String, like fallback: Value, parameter: String) throws -> Value {
        switch fallback {
        case .string: return .string(text)
        case .number: if let number = Double(text) { return .number(number) }
        case .boolean:
            if text == "true" { return .boolean(true) }
            if text == "false" { return .boolean(false) }
        default:
            if let value = literal(text), value.typeName == fallback.typeName || fallback.isNone { return value }
        }
        throw RhumbError(Message.parameterText(parameter, expected: fallback.typeName, text))
    }

    /// A value as it would be written: number, string, boolean, none, list, record or range of these.
    static func literal(_ text: String) -> Value? {
        let source = Source(name: "value", text: text)
        guard let statements = try? Parser.parse(source), statements.count == 1,
            case .expression(let expression, _) = statements[0].kind
        else { return nil }
        return literal(expression)
    }

    /// The value of an expression that is written out, without running anything.
    static func literal(_ expression: Expression) -> Value? {
        switch expression.kind {
        case .number(let number): return .number(number)
        case .boolean(let boolean): return .boolean(boolean)
        case .none: return .some(.none)
        case .string(let parts):
            var text = ""
            for part in parts {
                guard case .text(let piece) = part else { return nil }
                text += piece
            }
            return .string(text)
        case .list(let items):
            let values = items.compactMap(literal)
            return values.count == items.count ? .list(values) : nil
        case .record(let fields):
            let values = fields.compactMap { field in literal(field.value).map { (field.key, $0) } }
            return values.count == fields.count ? .record(Record(values)) : nil
        case .range(let start, let stop, let step):
            let ends = [start, stop, step].map { part -> Double? in
                if case .number(let number)? = part?.kind { return number }
                return nil
            }
            guard let first = ends[0], let last = ends[1] else { return nil }
            return .range(NumberRange(start: first, stop: last, step: ends[2] ?? 1))
        default: return nil
        }
    }
}
