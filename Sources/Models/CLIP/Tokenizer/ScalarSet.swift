/// The scalars a bracket expression or a shorthand such as `\p{L}` or `\s` accepts.
struct ScalarSet: Hashable, Sendable {
    enum Item: Hashable, Sendable {
        case range(ClosedRange<UInt32>)
        case categories(GeneralCategories)
        case whitespace
        /// `\w` of Oniguruma: letters and what else is alphabetic, marks, decimal digits, connectors.
        case word
        /// `\w` of Oniguruma outside brackets, which takes ² ³ ¹ ¼ ½ ¾, and no other number of their category, too.
        case wordAlone
        /// `\w` of Rust's expressions, which counts the two joiners in and the fractions and superscripts out.
        case rustWord
        indirect case not(Item)
    }

    private(set) var items: [Item]
    private(set) var isNegated: Bool
    /// The answers for ASCII.
    private let low: UInt64
    private let high: UInt64

    init(_ items: [Item], negated: Bool = false) {
        self.items = items
        isNegated = negated
        var bits: [UInt64] = [0, 0]
        for value in 0..<UInt32(128) where Self.contains(Unicode.Scalar(value)!, items) != negated {
            bits[Int(value >> 6)] |= 1 << UInt64(value & 63)
        }
        (low, high) = (bits[0], bits[1])
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 64 { return low >> UInt64(value) & 1 == 1 }
        if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
        return Self.contains(scalar, items) != isNegated
    }

    private static func contains(_ scalar: Unicode.Scalar, _ items: [Item]) -> Bool {
        items.contains { contains(scalar, $0) }
    }

    private static func contains(_ scalar: Unicode.Scalar, _ item: Item) -> Bool {
        switch item {
        case .range(let range): return range.contains(scalar.value)
        case .categories(let categories):
            return !categories.isDisjoint(with: GeneralCategories(of: scalar, in: UnicodeData.expressionVersion))
        case .whitespace: return scalar.properties.isWhitespace
        case .word: return isWord(scalar)
        case .wordAlone: return isWord(scalar) || latinNumbers.contains(scalar.value)
        case .rustWord: return isWord(scalar) || scalar.properties.isJoinControl
        case .not(let item): return !contains(scalar, item)
        }
    }

    private static let wordCategories: GeneralCategories = [
        .letters, .marks, GeneralCategories(named: "Nd")!, GeneralCategories(named: "Pc")!,
    ]
    private static let latinNumbers: Set<UInt32> = [0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        let categories = GeneralCategories(of: scalar, in: UnicodeData.expressionVersion)
        if !wordCategories.isDisjoint(with: categories) { return true }
        return scalar.properties.isAlphabetic && UnicodeData.isKnown(scalar, in: UnicodeData.expressionVersion)
    }
}
