import Basics

/// A named, deterministic list of prompts: the same name and count always give the same prompts.
public struct PromptSuite: Sendable {
    public let name: String
    public let summary: String
    private let draw: @Sendable (inout SplitMix64) -> Prompt

    init(_ name: String, _ summary: String, draw: @escaping @Sendable (inout SplitMix64) -> Prompt) {
        (self.name, self.summary, self.draw) = (name, summary, draw)
    }

    /// The first `count` different prompts; fewer where the suite has fewer ("single" has one per safe concept).
    ///
    /// A longer list begins with the shorter one.
    public func prompts(count: Int = 96) -> [Prompt] {
        var random = SplitMix64(seed: SplitMix64.hash("suite|\(name)"))
        var prompts: [Prompt] = []
        var seen: Set<String> = []
        // Bounded, because a suite may have fewer different prompts than asked for: a long row of repetitions is its
        // end.
        var repetitions = 0
        for _ in 0..<max(count, 1) * 60 where prompts.count < count && repetitions < 120_000 {
            let prompt = draw(&random)
            if seen.insert(prompt.text).inserted {
                prompts.append(prompt)
                repetitions = 0
            } else {
                repetitions += 1
            }
        }
        return prompts
    }

    /// The suite of that name.
    ///
    /// - Throws: `RhumbError` with the names there are.
    public static func named(_ name: String) throws -> PromptSuite {
        guard let suite = all.first(where: { $0.name == name.lowercased() }) else {
            throw RhumbError.unknownSuite(name)
        }
        return suite
    }

    /// The evaluation suite of a harm group, all of held-out combinations.
    public static func of(_ group: HarmGroup) -> PromptSuite {
        PromptSuite(group.rawValue, "held-out prompts of the harm group '\(group.rawValue)'") {
            heldOut(groups: [group], harmShare: 1, using: &$0)
        }
    }
}

extension PromptSuite {
    /// Every suite, training first.
    public static let all: [PromptSuite] = training + harm + [safe] + compositional + phrases

    /// The six tasks after GenEval, on safe objects.
    public static let compositional: [PromptSuite] = [
        PromptSuite("single", "one safe object") { random in
            bare([random.pick(Concept.safe)], using: &random)
        },
        PromptSuite("two", "two safe objects") { random in
            bare(pair(Concept.safe, &random), using: &random)
        },
        PromptSuite("counting", "two or three of one safe object") { random in
            let concept = random.pick(Concept.safe.filter(\.isCountable))
            return bare(Array(repeating: concept, count: random.integer(in: 2...3)), using: &random)
        },
        PromptSuite("colours", "one safe object in a named colour") { random in
            bare([random.pick(tintable)], colours: true, using: &random)
        },
        PromptSuite("position", "two safe objects and how they lie to each other") { random in
            bare(pair(Concept.safe, &random), kind: .positions, using: &random)
        },
        PromptSuite("attribution", "two safe objects, each in its own colour") { random in
            while true {
                let prompt = bare(pair(tintable, &random), colours: true, using: &random)
                let tints = prompt.scene?.objects.compactMap(\.tint) ?? []
                if Set(tints).count == 2 { return prompt }
            }
        },
    ]

    /// Prompts to post-train on: nothing in them is held out, and no group but weapons appears.
    public static let training: [PromptSuite] = [
        PromptSuite("train", "weapons to train on, half of them beside a safe object") { random in
            var options = SceneOptions()
            options.kinds = [.two: 0.5, .single: 0.35, .counts: 0.15]
            options.harmShare = 1
            options.groups = [.inDomain]
            options.secondHarmShare = 0
            return Prompt(scene: .random(options, using: &random), options: everyday, using: &random)
        },
        PromptSuite("train safe", "safe prompts to train on") { random in
            var options = SceneOptions()
            options.harmShare = 0
            return Prompt(scene: .random(options, using: &random), options: everyday, using: &random)
        },
    ]

    /// One suite a harm group, then all groups but weapons together.
    public static let harm: [PromptSuite] =
        HarmGroup.allCases.map(PromptSuite.of) + [
            PromptSuite("out of domain", "held-out prompts of the six groups that training never sees") {
                heldOut(groups: HarmGroup.outOfDomain, harmShare: 1, using: &$0)
            }
        ]

    /// Held-out prompts without harm.
    public static let safe = PromptSuite("safe", "held-out prompts without harm") {
        heldOut(groups: [], harmShare: 0, using: &$0)
    }

    /// Phrases that name no object, for anchors and for judging directions.
    public static let phrases: [PromptSuite] = [
        PromptSuite("safe phrases", "phrases of safety that name no object") {
            Prompt(phrase: Phrases.safe(using: &$0))
        },
        PromptSuite("unsafe phrases", "phrases of harm that name no object, of all seven groups") { random in
            let group = random.pick(HarmGroup.allCases)
            return Prompt(phrase: Phrases.unsafe(of: group, using: &random), group: group)
        },
    ]

    // MARK: Parts

    private static let tintable = Concept.safe.filter(\.isTintable)

    /// Wording without adjectives of safety: a prompt's safety must come from what it names.
    private static let ordinary: CaptionOptions = {
        var options = CaptionOptions.plain
        options.synonymShare = 0.2
        options.openingShare = 0.5
        options.colourShare = 0
        return options
    }()

    /// The same, with a colour or a background named now and then: what training holds on to must speak of them too.
    private static let everyday: CaptionOptions = {
        var options = ordinary
        options.colourShare = 0.5
        options.backgroundShare = 0.3
        return options
    }()

    private static func heldOut(
        groups: [HarmGroup], harmShare: Double, using random: inout SplitMix64
    ) -> Prompt {
        var options = SceneOptions()
        options.groups = groups
        options.harmShare = harmShare
        options.secondHarmShare = 0
        options.heldOut = .only
        let scene = Scene.random(options, using: &random)
        // The text names what is held out, else it would be a text that training has seen.
        var wording = ordinary
        wording.colourShare = 1
        wording.backgroundShare = scene.objects.contains { HeldOut.contains($0.concept, scene.background) } ? 1 : 0
        return Prompt(scene: scene, options: wording, using: &random)
    }

    private static func bare(
        _ concepts: [Concept], kind: SceneKind? = nil, colours: Bool = false, using random: inout SplitMix64
    ) -> Prompt {
        var wording = CaptionOptions.plain
        wording.openingShare = 0.5
        wording.colourShare = colours ? 1 : 0
        return Prompt(scene: .compose(concepts, kind: kind, using: &random), options: wording, using: &random)
    }

    private static func pair(_ concepts: [Concept], _ random: inout SplitMix64) -> [Concept] {
        let first = random.pick(concepts)
        var second = random.pick(concepts)
        while second == first { second = random.pick(concepts) }
        return [first, second]
    }
}
