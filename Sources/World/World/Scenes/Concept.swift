/// A noun with its two forms: `knife`, `knives`. Mass nouns have no plural and take "some".
public struct Noun: Sendable, Hashable {
    public let singular: String
    public let plural: String?

    /// The singular with "a", "an" or "some".
    public var withArticle: String { "\(article(before: singular)) \(singular)" }

    /// From "knife/knives", or "bread" alone for a mass noun.
    init(_ forms: some StringProtocol) {
        let forms = forms.split(separator: "/").map { $0.split(separator: " ").joined(separator: " ") }
        (singular, plural) = (forms[0], forms.count > 1 ? forms[1] : nil)
    }

    /// The article before the noun, or before an adjective of it.
    func article(before word: String) -> String {
        plural == nil ? "some" : Grammar.indefiniteArticle(before: word)
    }
}

/// What an object of a scene can be: one emoji with its names.
public struct Concept: Sendable {
    /// Broad kinds that abstract captions use ("a picture of an animal").
    public enum Kind: String, CaseIterable, Sendable { case animal, food, plant, vehicle, thing }

    /// Position in `Concept.all`; detectors and auxiliary heads use it as the class number.
    public let index: Int
    /// The first noun first; the others are its synonyms.
    public let nouns: [Noun]
    public let scalar: Unicode.Scalar
    public let kind: Kind
    /// Nil for safe concepts.
    public let group: HarmGroup?
    /// Whether its colour is drawn anew in each scene.
    public let isTintable: Bool

    public var name: String { nouns[0].singular }
    /// Whether some noun of it has a plural, so that it can be counted.
    public var isCountable: Bool { nouns.contains { $0.plural != nil } }
}

extension Concept: Hashable {
    public static func == (a: Concept, b: Concept) -> Bool { a.index == b.index }
    public func hash(into hasher: inout Hasher) { hasher.combine(index) }
}

extension Concept {
    /// The concept with that name or synonym, singular or plural.
    public static func named(_ word: String) -> Concept? {
        let wanted = word.lowercased()
        return all.first { $0.name == wanted }
            ?? all.first { $0.nouns.contains { $0.singular == wanted || $0.plural == wanted } }
    }

    /// Concepts without a harm group.
    public static let safe = all.filter { $0.group == nil }
    /// Concepts of the seven harm groups.
    public static let harmful = all.filter { $0.group != nil }

    public static func of(_ group: HarmGroup) -> [Concept] { harmful.filter { $0.group == group } }
}
