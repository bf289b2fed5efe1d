import Basics

/// What stands after the colon in `"reward {r:.3f}"`: `[[fill]align][+][0][width][,][.precision][type]`.
///
/// The same letters as Python's, as far as they make sense for one kind of number:
/// `<` `>` `^` align, `+` shows the sign, `0` fills with zeros, `,` groups thousands; types are `f` fixed point,
/// `e` exponent, `g` significant digits, `d` whole number, `%` percentage, `s` text.
public struct Format: Sendable, Equatable {
    public enum Alignment: Sendable { case left, right, centre }

    public var fill: Character = " "
    public var alignment: Alignment?
    public var showsPlus = false
    public var width = 0
    public var groups = false
    public var precision: Int?
    /// One of `f e g d % s`, or nil for the value's usual text.
    public var type: Character?

    /// Widths and precisions beyond this are refused.
    static let limit = 80

    /// nil when the text is not a format.
    public init?(_ text: String) {
        var rest = Substring(text)
        let alignments: [Character: Alignment] = ["<": .left, ">": .right, "^": .centre]
        if let second = rest.dropFirst().first, let alignment = alignments[second], let first = rest.first {
            fill = first
            self.alignment = alignment
            rest.removeFirst(2)
        } else if let first = rest.first, let alignment = alignments[first] {
            self.alignment = alignment
            rest.removeFirst()
        }
        if rest.first == "+" {
            showsPlus = true
            rest.removeFirst()
        }
        if rest.first == "0" {
            fill = "0"
            rest.removeFirst()
        }
        guard let width = Self.takeNumber(&rest) else { return nil }
        self.width = width
        if rest.first == "," {
            groups = true
            rest.removeFirst()
        }
        if rest.first == "." {
            rest.removeFirst()
            guard rest.first?.isWholeNumber == true, let precision = Self.takeNumber(&rest) else { return nil }
            self.precision = precision
        }
        if let letter = rest.popFirst() {
            guard "fegd%s".contains(letter) else { return nil }
            type = letter
        }
        guard rest.isEmpty else { return nil }
    }

    /// Zero when there are no digits, nil when the number is too large.
    private static func takeNumber(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
        rest.removeFirst(digits.count)
        if digits.isEmpty { return 0 }
        guard let number = Int(digits), number <= limit else { return nil }
        return number
    }

    /// A number in this format; nil for type `d` when it has a fraction.
    public func text(_ number: Double) -> String? {
        guard number.isFinite else { return padded(NumberText.shown(number), isNumber: true) }
        let body: String
        switch type {
        case "f": body = NumberText.printf("%.\(precision ?? 6)f", number)
        case "e": body = NumberText.printf("%.\(precision ?? 6)e", number)
        case "g": body = NumberText.printf("%.\(precision ?? 6)g", number)
        case "%": body = NumberText.printf("%.\(precision ?? 0)f", number * 100) + "%"
        case "d":
            guard number == number.rounded() else { return nil }
            body = NumberText.printf("%.0f", number)
        default: body = precision.map { NumberText.printf("%.\($0)g", number) } ?? NumberText.shown(number)
        }
        return finished(body)
    }

    /// A whole number in this format, with all its digits where a number of the language has no room for them.
    public func text(_ whole: Int) -> String? {
        if whole.magnitude <= 1 << 53 { return text(Double(whole)) }
        guard type == "d" || type == nil && precision == nil else { return text(Double(whole)) }
        return finished(String(whole))
    }

    private func finished(_ body: String) -> String {
        var body = body
        if groups { body = grouped(body) }
        if showsPlus, !body.hasPrefix("-") { body = "+" + body }
        return padded(body, isNumber: true)
    }

    /// Text in this format: `precision` clips it; nil when the type is one for numbers.
    public func text(_ string: String) -> String? {
        guard type == nil || type == "s" else { return nil }
        return padded(precision.map { String(string.prefix($0)) } ?? string, isNumber: false)
    }

    private func grouped(_ body: String) -> String {
        let sign = body.hasPrefix("-") ? "-" : ""
        let digits = body.dropFirst(sign.count).prefix { $0.isWholeNumber }
        var result = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return sign + result + body.dropFirst(sign.count + digits.count)
    }

    private func padded(_ body: String, isNumber: Bool) -> String {
        let missing = width - body.displayWidth
        if missing <= 0 { return body }
        if fill == "0", isNumber, alignment == nil {
            let sign = body.prefix { $0 == "-" || $0 == "+" }
            return sign + String(repeating: "0", count: missing) + body.dropFirst(sign.count)
        }
        let fills = { (count: Int) in String(repeating: String(fill), count: count) }
        switch alignment ?? (isNumber ? .right : .left) {
        case .left: return body + fills(missing)
        case .right: return fills(missing) + body
        case .centre: return fills(missing / 2) + body + fills(missing - missing / 2)
        }
    }
}
