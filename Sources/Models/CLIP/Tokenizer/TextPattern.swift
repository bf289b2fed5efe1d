import Basics

/// A regular expression over Unicode scalars, as tokenizer files use them to split text.
///
/// Tokenizer files mean Oniguruma's expressions and its version of Unicode, and identical tokens need identical
/// matches, so the part of that language which tokenizers use is read here: literals, `.`, brackets, `\p{…}` and the
/// other shorthands, groups (also `(?i:…)`), alternatives, greedy and lazy counts, `(?=…)`, `(?!…)`, `^` and `$`.
/// The first alternative that matches wins; matching backtracks with a stack of its own, and gives up with an error
/// where an expression would try more ways than real ones ever do.
struct TextPattern {
    /// The text it was made from.
    let source: String
    private let program: [Instruction]

    enum Instruction {
        case scalar(Unicode.Scalar)
        case set(ScalarSet)
        /// Goes on at the first place, and at the second should that fail.
        case fork(Int, Int)
        case jump(Int)
        /// As many of the set as there are, giving back one at a time down to `minimum`.
        case run(ScalarSet, minimum: Int)
        /// The body follows and ends with `match`; matching goes on at `next` without having moved.
        case look(negative: Bool, next: Int)
        /// Where a line starts or ends.
        case start
        case end
        case match
    }

    /// - Throws: `RhumbError.pattern` naming the construct that is malformed or not supported.
    init(_ source: String) throws(RhumbError) {
        self.source = source
        var parser = TextPatternParser(source)
        var program: [Instruction] = []
        let node = try parser.parse()
        guard node.length <= Double(Self.longest) else {
            throw .pattern(source, "repetitions that are \(Self.longest) steps or more when written out")
        }
        node.emit(into: &program)
        self.program = program + [.match]
    }

    /// The pattern that matches just this text.
    init(literal: String) {
        source = literal
        program = literal.unicodeScalars.map(Instruction.scalar) + [.match]
    }

    /// Instructions of a program; real ones have dozens.
    private static let longest = 100_000
    /// Steps for a text whatever its length, and for each of its characters: real expressions take about twenty.
    private static let freeSteps = 2_000_000
    private static let stepsACharacter = 500

    /// The text cut into what matches and what lies between, in order and without gaps.
    ///
    /// - Throws: `RhumbError` where the expression takes too many steps on this text.
    func pieces(of text: ArraySlice<Unicode.Scalar>) throws(RhumbError) -> [(range: Range<Int>, isMatch: Bool)] {
        var steps = Self.freeSteps + Self.stepsACharacter * text.count
        var pieces: [(range: Range<Int>, isMatch: Bool)] = []
        var position = text.startIndex
        var unmatched = position
        while position < text.endIndex {
            guard let end = try run(text, program: 0, position, &steps), end > position else {
                position += 1
                continue
            }
            if unmatched < position { pieces.append((unmatched..<position, false)) }
            pieces.append((position..<end, true))
            position = end
            unmatched = end
        }
        if unmatched < text.endIndex { pieces.append((unmatched..<text.endIndex, false)) }
        return pieces
    }

    /// A place to resume at: anywhere from `position` down to `lowest`.
    private struct Choice {
        let program: Int
        var position: Int
        let lowest: Int
    }

    /// The end of the match that starts at a position, or nil.
    /// - Parameter steps: how many are left.
    private func run(
        _ text: ArraySlice<Unicode.Scalar>, program start: Int, _ from: Int, _ steps: inout Int
    ) throws(RhumbError) -> Int? {
        var choices: [Choice] = []
        var counter = start
        var position = from

        while true {
            steps -= 1
            if steps < 0 { throw .tooManySteps(source, characters: text.count) }
            var failed = false
            switch program[counter] {
            case .scalar(let scalar):
                failed = position == text.endIndex || text[position] != scalar
                position += 1
                counter += 1
            case .set(let set):
                failed = position == text.endIndex || !set.contains(text[position])
                position += 1
                counter += 1
            case .fork(let first, let second):
                choices.append(Choice(program: second, position: position, lowest: position))
                counter = first
            case .jump(let target): counter = target
            case .run(let set, let minimum):
                let first = position, lowest = position + minimum
                while position < text.endIndex, set.contains(text[position]) { position += 1 }
                steps -= position - first
                failed = position < lowest
                counter += 1
                if position > lowest {
                    choices.append(Choice(program: counter, position: position - 1, lowest: lowest))
                }
            case .look(let negative, let next):
                failed = (try run(text, program: counter + 1, position, &steps) != nil) == negative
                counter = next
            case .start:
                failed = position != text.startIndex && (position == text.endIndex || text[position - 1] != "\n")
                counter += 1
            case .end:
                failed = position != text.endIndex && text[position] != "\n"
                counter += 1
            case .match: return position
            }
            guard failed else { continue }
            guard var choice = choices.popLast() else { return nil }
            (counter, position) = (choice.program, choice.position)
            if choice.position > choice.lowest {
                choice.position -= 1
                choices.append(choice)
            }
        }
    }
}
