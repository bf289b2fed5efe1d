import Basics

/// What a pattern is made of, before it becomes a program.
indirect enum TextPatternNode {
    case set(ScalarSet)
    case scalar(Unicode.Scalar)
    case sequence([TextPatternNode])
    case alternatives([TextPatternNode])
    case repeated(TextPatternNode, Int, Int?, isGreedy: Bool)
    case look(TextPatternNode, isNegative: Bool)
    case start
    case end

    func emit(into program: inout [TextPattern.Instruction]) {
        switch self {
        case .set(let set): program.append(.set(set))
        case .scalar(let scalar): program.append(.scalar(scalar))
        case .start: program.append(.start)
        case .end: program.append(.end)
        case .sequence(let nodes): for node in nodes { node.emit(into: &program) }
        case .alternatives(let nodes):
            var jumps: [Int] = []
            for node in nodes.dropLast() {
                let fork = program.count
                program.append(.match)
                node.emit(into: &program)
                jumps.append(program.count)
                program.append(.match)
                program[fork] = .fork(fork + 1, program.count)
            }
            nodes[nodes.count - 1].emit(into: &program)
            for jump in jumps { program[jump] = .jump(program.count) }
        case .repeated(let node, let minimum, nil, isGreedy: true):
            if let set = node.asSet {
                program.append(.run(set, minimum: minimum))
            } else {
                node.emitRepeated(minimum, nil, isGreedy: true, into: &program)
            }
        case .repeated(let node, let minimum, let maximum, let isGreedy):
            node.emitRepeated(minimum, maximum, isGreedy: isGreedy, into: &program)
        case .look(let node, let isNegative):
            let look = program.count
            program.append(.match)
            node.emit(into: &program)
            program.append(.match)
            program[look] = .look(negative: isNegative, next: program.count)
        }
    }

    private func emitRepeated(
        _ minimum: Int, _ maximum: Int?, isGreedy: Bool, into program: inout [TextPattern.Instruction]
    ) {
        for _ in 0..<minimum { emit(into: &program) }
        var forks: [Int] = []
        for _ in 0..<(maximum.map { $0 - minimum } ?? 1) {
            forks.append(program.count)
            program.append(.match)
            emit(into: &program)
        }
        if maximum == nil { program.append(.jump(forks[0])) }
        for fork in forks {
            program[fork] = isGreedy ? .fork(fork + 1, program.count) : .fork(program.count, fork + 1)
        }
    }

    private var asSet: ScalarSet? {
        switch self {
        case .set(let set): set
        case .scalar(let scalar): ScalarSet([.range(scalar.value...scalar.value)])
        default: nil
        }
    }

    /// Instructions that `emit` makes of it.
    var length: Double {
        switch self {
        case .set, .scalar, .start, .end: 1
        case .sequence(let nodes): nodes.reduce(0) { $0 + $1.length }
        case .alternatives(let nodes): nodes.reduce(0) { $0 + $1.length + 2 }
        case .repeated(let node, let minimum, let maximum, _): Double((maximum ?? minimum + 1) + 1) * (node.length + 1)
        case .look(let node, _): node.length + 2
        }
    }

    /// Whether it can match without moving on, which under a star would never end.
    var canBeEmpty: Bool {
        switch self {
        case .set, .scalar: false
        case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
        case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
        case .repeated(let node, let minimum, _, _): minimum == 0 || node.canBeEmpty
        case .look, .start, .end: true
        }
    }
}

struct TextPatternParser {
    private let source: String
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var ignoresCase = false
    /// Copies a counted repetition may unfold into; real patterns stay below ten.
    private static let maximumCount = 100
    /// Groups inside groups; real patterns have three.
    private static let maximumDepth = 100
    private var depth = 0

    init(_ source: String) {
        self.source = source
        scalars = Array(source.unicodeScalars)
    }

    mutating func parse() throws(RhumbError) -> TextPatternNode {
        let node = try alternatives()
        if at < scalars.count { throw error("an unmatched ')'") }
        return node
    }

    private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[at...].starts(with: text.unicodeScalars) else { return false }
        at += text.unicodeScalars.count
        return true
    }

    private func error(_ what: String) -> RhumbError { .pattern(source, what) }

    private mutating func alternatives() throws(RhumbError) -> TextPatternNode {
        var nodes = [try sequence()]
        while take("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
    }

    private mutating func sequence() throws(RhumbError) -> TextPatternNode {
        var nodes: [TextPatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try counted(try atom())) }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func counted(_ node: TextPatternNode) throws(RhumbError) -> TextPatternNode {
        let counts: (Int, Int?)
        if take("*") {
            counts = (0, nil)
        } else if take("+") {
            counts = (1, nil)
        } else if take("?") {
            counts = (0, 1)
        } else if next == "{" {
            counts = try braces()
        } else {
            return node
        }
        if node.canBeEmpty { throw error("a repetition of what can be empty") }
        let isGreedy = !take("?")
        if next == "+" || next == "*" || next == "{" { throw error("a possessive or doubled repetition") }
        return .repeated(node, counts.0, counts.1, isGreedy: isGreedy)
    }

    /// `{2}`, `{2,}`, `{,3}` or `{1,3}`.
    private mutating func braces() throws(RhumbError) -> (Int, Int?) {
        guard let close = scalars[at...].firstIndex(of: "}") else { throw error("an unclosed '{'") }
        let body = String(String.UnicodeScalarView(scalars[at + 1..<close]))
        let parts = body.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let minimum = parts[0].isEmpty && parts.count == 2 ? 0 : Int(parts[0])
        let maximum = parts.count == 1 ? minimum : parts[1].isEmpty ? nil : Int(parts[1])
        guard let minimum, parts.count <= 2, parts.last!.isEmpty || maximum != nil,
            minimum >= 0, max(minimum, maximum ?? 0) <= Self.maximumCount, maximum ?? minimum >= minimum
        else { throw error("the count '{\(body)}'") }
        at = close + 1
        return (minimum, maximum)
    }

    private mutating func atom() throws(RhumbError) -> TextPatternNode {
        if next == "(" { return try group() }
        if take("[") { return .set(try brackets()) }
        if take(".") { return .set(ScalarSet([.range(0x0A...0x0A)], negated: true)) }
        if take("^") { return .start }
        if take("$") { return .end }
        if take("\\") {
            let item = try escape()
            if case .range(let range) = item, range.count == 1 { return literal(Unicode.Scalar(range.lowerBound)!) }
            return .set(ScalarSet([Self.alone[item] ?? item]))
        }
        let scalar = scalars[at]
        if "*+?{".unicodeScalars.contains(scalar) { throw error("a repetition of nothing") }
        at += 1
        return literal(scalar)
    }

    private func literal(_ scalar: Unicode.Scalar) -> TextPatternNode {
        ignoresCase && isASCIILetter(scalar.value)
            ? .set(ScalarSet([.range(scalar.value...scalar.value), .range(scalar.value ^ 32...scalar.value ^ 32)]))
            : .scalar(scalar)
    }

    private func isASCIILetter(_ value: UInt32) -> Bool { (0x61...0x7A).contains(value | 0x20) && value < 128 }

    private mutating func group() throws(RhumbError) -> TextPatternNode {
        let before = ignoresCase
        depth += 1
        defer { (ignoresCase, depth) = (before, depth - 1) }
        if depth > Self.maximumDepth { throw error("groups nested deeper than \(Self.maximumDepth) levels") }
        var look: Bool?
        if take("(?!") {
            look = true
        } else if take("(?=") {
            look = false
        } else if take("(?i:") {
            ignoresCase = true
        } else if !take("(?:") {
            at += 1
            if next == "?" { throw error("the group '(?\(at + 1 < scalars.count ? String(scalars[at + 1]) : "")'") }
        }
        let node = try alternatives()
        guard take(")") else { throw error("an unclosed '('") }
        return look.map { .look(node, isNegative: $0) } ?? node
    }

    private mutating func brackets() throws(RhumbError) -> ScalarSet {
        let isNegated = take("^")
        var items: [ScalarSet.Item] = []
        // Just after the opening, a closing bracket stands for itself.
        if take("]") { items.append(.range(0x5D...0x5D)) }
        while true {
            if take("]") { return ScalarSet(items, negated: isNegated) }
            guard let scalar = next else { throw error("an unclosed '['") }
            if scalar == "[" || take("&&") { throw error("a set inside a set") }
            at += 1
            var item = scalar == "\\" ? try escape() : .range(scalar.value...scalar.value)
            if case .range(let first) = item, next == "-", at + 1 < scalars.count, scalars[at + 1] != "]" {
                at += 1
                let last = scalars[at]
                at += 1
                guard case .range(let end) = last == "\\" ? try escape() : .range(last.value...last.value),
                    end.upperBound >= first.lowerBound
                else { throw error("a malformed range in a set") }
                item = .range(first.lowerBound...end.upperBound)
            }
            items.append(item)
            if ignoresCase, case .range(let range) = item { items += otherCase(of: range) }
        }
    }

    /// The other case of the ASCII letters in a range.
    private func otherCase(of range: ClosedRange<UInt32>) -> [ScalarSet.Item] {
        range.clamped(to: 0...127).filter(isASCIILetter).map { .range($0 ^ 32...$0 ^ 32) }
    }

    private static let shorthands: [Unicode.Scalar: ScalarSet.Item] = [
        "s": .whitespace, "S": .not(.whitespace), "w": .word, "W": .not(.word),
        "d": .categories(GeneralCategories(named: "Nd")!), "D": .not(.categories(GeneralCategories(named: "Nd")!)),
    ]
    /// What a shorthand is outside brackets, where that differs.
    private static let alone: [ScalarSet.Item: ScalarSet.Item] = [.word: .wordAlone, .not(.word): .not(.wordAlone)]
    private static let controls: [Unicode.Scalar: UInt32] = [
        "n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "a": 7, "e": 27,
    ]

    /// What follows a backslash.
    private mutating func escape() throws(RhumbError) -> ScalarSet.Item {
        guard let scalar = next else { throw error("a backslash at the end") }
        at += 1
        if let shorthand = Self.shorthands[scalar] { return shorthand }
        if let control = Self.controls[scalar] { return .range(control...control) }
        switch scalar {
        case "p", "P": return try property(isNegated: scalar == "P")
        case "x", "u": return try hexadecimal(digits: scalar == "x" ? 2 : 4)
        default:
            // A letter or digit not listed above has a meaning that is not read here.
            if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) { throw error("'\\\(scalar)'") }
            return .range(scalar.value...scalar.value)
        }
    }

    private mutating func property(isNegated: Bool) throws(RhumbError) -> ScalarSet.Item {
        guard take("{"), let close = scalars[at...].firstIndex(of: "}") else { throw error("'\\p' without '{…}'") }
        var name = String(String.UnicodeScalarView(scalars[at..<close]))
        at = close + 1
        let isInverted = name.hasPrefix("^")
        if isInverted { name.removeFirst() }
        guard let categories = GeneralCategories(named: name) else { throw error("the property '\\p{\(name)}'") }
        return isNegated != isInverted ? .not(.categories(categories)) : .categories(categories)
    }

    private mutating func hexadecimal(digits: Int) throws(RhumbError) -> ScalarSet.Item {
        var text = String(String.UnicodeScalarView(scalars[at...].prefix(digits)))
        var length = text.unicodeScalars.count
        if take("{"), let close = scalars[at...].firstIndex(of: "}") {
            text = String(String.UnicodeScalarView(scalars[at..<close]))
            length = close + 1 - at
        }
        at += length
        guard let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil else {
            throw error("the character number '\(text)'")
        }
        return .range(value...value)
    }
}
