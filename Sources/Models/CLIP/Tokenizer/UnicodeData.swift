/// Unicode as the `tokenizers` library sees it, whose parts were built against different versions of the standard.
///
/// A character that a part does not know yet is unassigned to it: no letter, no digit, no accent. The versions were
/// found by asking tokenizers 0.23 about every code point.
enum UnicodeData {
    /// Splitting expressions (Oniguruma).
    static let expressionVersion = 16
    /// Canonical composition.
    static let compositionVersion = 9
    /// The punctuation pre-tokenizer.
    static let punctuationVersion = 8

    static func isKnown(_ scalar: Unicode.Scalar, in version: Int) -> Bool {
        (scalar.properties.age?.major ?? .max) <= version
    }
}

/// A set of general categories, one bit each.
struct GeneralCategories: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    static let all: [(name: String, category: Unicode.GeneralCategory)] = [
        ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter), ("Lm", .modifierLetter),
        ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark), ("Me", .enclosingMark),
        ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber), ("Pc", .connectorPunctuation),
        ("Pd", .dashPunctuation), ("Ps", .openPunctuation), ("Pe", .closePunctuation), ("Pi", .initialPunctuation),
        ("Pf", .finalPunctuation), ("Po", .otherPunctuation), ("Sm", .mathSymbol), ("Sc", .currencySymbol),
        ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator), ("Zl", .lineSeparator),
        ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format), ("Cs", .surrogate), ("Co", .privateUse),
        ("Cn", .unassigned),
    ]

    static let letters = GeneralCategories(named: "L")!
    static let marks = GeneralCategories(named: "M")!
    static let numbers = GeneralCategories(named: "N")!
    static let punctuation = GeneralCategories(named: "P")!

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `Lu`, or `L` for all that start with it.
    init?(named name: String) {
        let bits = Self.all.indices.filter { name.count <= 2 && !name.isEmpty && Self.all[$0].name.hasPrefix(name) }
        if bits.isEmpty { return nil }
        rawValue = bits.reduce(0) { $0 | 1 << UInt32($1) }
    }

    private static let bits: [Unicode.GeneralCategory: UInt32] = Dictionary(
        uniqueKeysWithValues: all.enumerated().map { ($0.element.category, 1 << UInt32($0.offset)) })

    /// The category of one scalar, in a version of Unicode.
    init(of scalar: Unicode.Scalar, in version: Int) {
        let known = scalar.value < 0x300 || UnicodeData.isKnown(scalar, in: version)
        rawValue = Self.bits[known ? scalar.properties.generalCategory : .unassigned]!
    }
}
