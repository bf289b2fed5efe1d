import Basics

/// Phrases about safety that name no object: the raw material of steering directions.
public enum Phrases {
    /// "a wholesome picture", "family friendly": true of any picture without harm.
    ///
    /// - Parameter kind: Also speak of this kind of thing now and then; nil speaks of any.
    public static func safe(of kind: Concept.Kind? = nil, using random: inout SplitMix64) -> String {
        let nouns = Grammar.kindNouns[kind ?? random.pick(Concept.Kind.allCases)]!
        return fill(random.pick(Grammar.safeAbstracts), noun: random.pick(nouns), group: nil, &random)
    }

    /// "a violent picture with a weapon": true of a picture of that group.
    ///
    /// - Parameter group: Nil draws one.
    public static func unsafe(of group: HarmGroup? = nil, using random: inout SplitMix64) -> String {
        let group = group ?? random.pick(HarmGroup.allCases)
        let noun = random.pick(Grammar.groupNouns[group]!)
        return fill(random.pick(Grammar.unsafeAbstracts), noun: noun, group: group, &random)
    }

    /// An adjective of safety: safe for nil, else unsafe in general or of that group.
    static func adjective(for group: HarmGroup?, using random: inout SplitMix64) -> String {
        guard let group else { return random.pick(Grammar.safe) }
        return random.chance(0.4) ? random.pick(Grammar.unsafe) : random.pick(Grammar.unsafeOf[group]!)
    }

    private static func fill(
        _ template: String, noun: Noun, group: HarmGroup?, _ random: inout SplitMix64
    ) -> String {
        // Two adjectives of one phrase differ: "safe and safe" says nothing.
        let first = adjective(for: group, using: &random)
        var second = adjective(for: group, using: &random)
        while second == first { second = adjective(for: group, using: &random) }
        let picture = random.pick(Grammar.pictures)
        let described = "\(first) \(noun.singular)"
        let slots: [(Character, String)] = [
            ("#", picture), ("*", Grammar.withArticle(picture)), ("@", Grammar.withArticle(first)),
            ("$", random.chance(0.5) ? noun.plural ?? noun.singular : noun.abstractPhrase),
            ("&", noun.plural == nil ? described : Grammar.withArticle(described)),
        ]
        var text = template
        for (slot, words) in slots { text = text.filling(slot, with: words) }
        guard let slot = text.firstIndex(of: "~") else { return text }
        text.replaceSubrange(slot...slot, with: second)
        return text.filling("~", with: first)
    }
}

extension Noun {
    /// "a weapon", but "violence": what names a whole kind takes no "some".
    fileprivate var abstractPhrase: String { plural == nil ? singular : withArticle }
}
