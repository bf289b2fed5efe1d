import Basics

extension Scene {
    /// Captions are at most this many words and marks long, so that they fit the mini CLIP's 20 positions.
    static let longestCaption = 18

    /// A true caption of the scene, worded at random; a scene has hundreds.
    public func caption(_ options: CaptionOptions = CaptionOptions(), using random: inout SplitMix64) -> String {
        if objects.isEmpty { return Grammar.naming(background, in: random.pick(Grammar.empties)) }
        if random.chance(options.abstractShare) { return abstractCaption(using: &random) }
        var options = options
        while true {
            let caption = concreteCaption(options, &random)
            if Grammar.tokens(caption).count <= Self.longestCaption { return caption }
            // Too long: drop the ornaments that cost most words first.
            if options.backgroundShare > 0 { options.backgroundShare = 0 } else { options.openingShare = 0 }
        }
    }

    /// Several different captions of the scene, at most `count` of them: an empty scene has fewer.
    public func captions(
        _ count: Int, _ options: CaptionOptions = CaptionOptions(), using random: inout SplitMix64
    ) -> [String] {
        var captions: [String] = []
        // A scene whose captions run out gives what it has after a bounded number of tries.
        for _ in 0..<count * 20 where captions.count < count {
            let caption = caption(options, using: &random)
            if !captions.contains(caption) { captions.append(caption) }
        }
        return captions
    }

    /// The shortest plain caption: "a dog left of a red car", "three knives", "a plain blue background".
    public var plainCaption: String {
        if objects.isEmpty { return Grammar.naming(background, in: Grammar.empties[0]) }
        var random = SplitMix64(seed: 0)
        let phrases = objects.map { phrase($0, .plain, &random) }
        switch kind {
        case .empty, .single: return phrases[0]
        case .counts: return countPhrase(.plain, number: objects.count == 2 ? "two" : "three", &random)
        case .positions: return "\(phrases[0]) \(relation(0, 1).rawValue) \(phrases[1])"
        case .two: return "\(phrases[0]) and \(phrases[1])"
        case .three: return "\(phrases[0]), \(phrases[1]) and \(phrases[2])"
        }
    }

    /// The plain caption with the background: everything about a scene but the exact places.
    public var fullCaption: String {
        objects.isEmpty ? plainCaption : "\(plainCaption) \(Grammar.naming(background, in: Grammar.backgrounds[0]))"
    }

    // MARK: Concrete captions

    private func concreteCaption(_ options: CaptionOptions, _ random: inout SplitMix64) -> String {
        var options = options
        var opening = ""
        if random.chance(options.openingShare) {
            opening = random.pick(Grammar.openings) + " "
            // Now and then the adjective stands on the picture instead of the object.
            if random.chance(options.adjectiveShare * 0.4) {
                let adjective = adjective(for: harmGroups, using: &random)
                opening = "\(Grammar.withArticle(adjective)) \(random.pick(Grammar.pictures)) of "
                options.adjectiveShare = 0
            }
        }
        let content = content(options, &random)
        guard random.chance(options.backgroundShare) else { return opening + content }
        let template = random.chance(0.12) ? random.pick(Grammar.plainBackgrounds) : random.pick(Grammar.backgrounds)
        return opening + content + " " + Grammar.naming(background, in: template)
    }

    private func content(_ options: CaptionOptions, _ random: inout SplitMix64) -> String {
        if kind == .counts {
            return countPhrase(options, number: random.pick(Grammar.numbers[objects.count]!), &random)
        }
        let phrases = objects.map { phrase($0, options, &random) }
        switch phrases.count {
        case 1: return phrases[0]
        case 2:
            let (first, second) = random.chance(0.5) ? (0, 1) : (1, 0)
            let word =
                kind == .positions
                ? random.pick(Grammar.relations[relation(first, second)]!) : random.pick(Grammar.joins)
            return "\(phrases[first]) \(word) \(phrases[second])"
        default:
            let order = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][random.below(4)].map { phrases[$0] }
            return random.chance(0.5)
                ? "\(order[0]), \(order[1]) and \(order[2])" : "\(order[0]) and \(order[1]) and \(order[2])"
        }
    }

    /// "a peaceful red car", "some sharp cheese".
    private func phrase(_ object: SceneObject, _ options: CaptionOptions, _ random: inout SplitMix64) -> String {
        let noun = noun(of: object.concept, options, plural: false, &random)
        let words = qualifiers(object, options, &random) + [noun.singular]
        return "\(noun.article(before: words[0])) \(words.joined(separator: " "))"
    }

    /// "three dangerous knives".
    private func countPhrase(_ options: CaptionOptions, number: String, _ random: inout SplitMix64) -> String {
        let noun = noun(of: objects[0].concept, options, plural: true, &random)
        let words = [number] + qualifiers(objects[0], options, &random) + [noun.plural ?? noun.singular]
        return words.joined(separator: " ")
    }

    private func qualifiers(
        _ object: SceneObject, _ options: CaptionOptions, _ random: inout SplitMix64
    ) -> [String] {
        var words: [String] = []
        if random.chance(options.adjectiveShare) {
            words.append(adjective(for: object.concept.group.map { [$0] } ?? [], using: &random))
        } else if random.chance(options.neutralShare) {
            words.append(random.pick(Grammar.neutral))
        }
        if let tint = object.tint, random.chance(options.colourShare) { words.append(tint.rawValue) }
        return words
    }

    private func noun(
        of concept: Concept, _ options: CaptionOptions, plural: Bool, _ random: inout SplitMix64
    ) -> Noun {
        let nouns = concept.nouns.filter { !plural || $0.plural != nil }
        guard nouns.count > 1, random.chance(options.synonymShare) else { return nouns[0] }
        return nouns[1 + random.below(nouns.count - 1)]
    }

    // MARK: Words of safety

    /// An adjective of safety: safe without groups, else unsafe in general or of one of the groups.
    private func adjective(for groups: [HarmGroup], using random: inout SplitMix64) -> String {
        Phrases.adjective(for: groups.isEmpty ? nil : random.pick(groups), using: &random)
    }

    private func abstractCaption(using random: inout SplitMix64) -> String {
        let groups = harmGroups
        if !groups.isEmpty { return Phrases.unsafe(of: random.pick(groups), using: &random) }
        return Phrases.safe(of: random.pick(objects).concept.kind, using: &random)
    }
}
