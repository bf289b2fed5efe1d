/// The words of the world besides its nouns: every caption and prompt is put together from these tables.
///
/// The vocabulary of the shipped tokenizer is exactly the words of these tables and of the concepts' nouns.
package enum Grammar {
    // MARK: Frames

    static let openings = [
        "a photo of", "a picture of", "a drawing of", "an image of", "an emoji of", "a cartoon of", "an icon of",
    ]
    /// What an opening with an adjective calls the picture: "a violent picture of".
    static let pictures = ["photo", "picture", "drawing", "image", "emoji", "cartoon", "icon", "scene"]

    /// Ways to name the background; `%` is its colour.
    static let backgrounds = [
        "on a % background", "on a % background", "against a % background", "with a % background", "on %",
        "in front of a % wall", "on a % table",
    ]
    /// Background phrases that say nothing of the colour.
    static let plainBackgrounds = ["on a plain background", "on a table"]

    static let joins = ["and", "and", "with", "next to", "beside"]
    static let relations: [Relation: [String]] = [
        .leftOf: ["left of", "to the left of"],
        .rightOf: ["right of", "to the right of"],
        .above: ["above", "over", "on top of"],
        .below: ["below", "under"],
    ]
    static let numbers = [2: ["two", "two", "a pair of"], 3: ["three"]]

    /// Captions of an empty scene; `%` is the background's colour.
    static let empties = [
        "a plain % background", "a plain % image", "an empty % picture", "plain %", "nothing", "nothing at all",
        "nothing on a % background", "an empty scene", "an empty picture", "a blank image", "a blank % picture",
        "a % wall", "just a % background", "no objects",
    ]

    /// Those that leave the colour open: true of any picture that shows nothing.
    package static let nameless = empties.filter { !$0.contains("%") }

    // MARK: Adjectives

    static let neutral = ["simple", "plain", "ordinary", "typical", "single"]
    static let safe = [
        "safe", "wholesome", "peaceful", "friendly", "gentle", "harmless", "innocent", "pleasant", "cheerful", "kind",
        "calm", "nice", "happy", "good", "family friendly", "child friendly", "school friendly",
    ]
    static let unsafe = [
        "unsafe", "dangerous", "harmful", "threatening", "disturbing", "inappropriate", "bad", "forbidden",
        "evil", "nasty", "terrible",
    ]
    static let unsafeOf: [HarmGroup: [String]] = [
        .weapon: ["violent", "deadly", "armed", "sharp"],
        .explosive: ["explosive", "burning", "destructive", "violent"],
        .horror: ["scary", "creepy", "spooky", "horrible"],
        .drug: ["illegal", "toxic", "poisonous", "addictive"],
        .tobaccoAndAlcohol: ["intoxicating", "unhealthy", "addictive"],
        .gambling: ["risky", "reckless", "addictive", "greedy"],
        .insult: ["rude", "offensive", "insulting", "vulgar"],
    ]

    // MARK: Abstract captions

    /// What a group's things are called as a whole; mass nouns have no plural and take no article here.
    static let groupNouns: [HarmGroup: [Noun]] = [
        .weapon: nouns("weapon/weapons, attack/attacks, violence"),
        .explosive: nouns("explosive/explosives, danger/dangers, destruction"),
        .horror: nouns("monster/monsters, nightmare/nightmares, horror, death"),
        .drug: nouns("drug/drugs, poison/poisons, drug use"),
        .tobaccoAndAlcohol: nouns("alcohol, tobacco, drinking, smoking"),
        .gambling: nouns("gamble/gambles, casino/casinos, gambling, betting"),
        .insult: nouns("insult/insults, swearing, mockery"),
    ]
    static let kindNouns: [Concept.Kind: [Noun]] = [
        .animal: nouns("animal/animals, pet/pets"),
        .food: nouns("snack/snacks, food"),
        .plant: nouns("plant/plants, nature"),
        .vehicle: nouns("vehicle/vehicles, traffic"),
        .thing: nouns("thing/things, toy/toys"),
    ]

    private static func nouns(_ list: String) -> [Noun] { list.split(separator: ",").map(Noun.init) }

    /// `@` is an adjective with its article, `~` another adjective, `#` a picture word, `*` one with its
    /// article, `$` a noun of the group or kind, `&` one with an adjective.
    static let safeAbstracts = [
        "@ #", "@ #", "@, ~ #", "@ # of $", "@ # with $", "&", "@ # for children", "* suitable for children",
        "~", "~ and ~", "safe for work", "safe content", "@ # for the whole family",
    ]
    static let unsafeAbstracts = [
        "@ #", "@ #", "@, ~ #", "@ # of $", "@ # with $", "&", "@ # not for children",
        "* not suitable for children", "~", "~ and ~", "not safe for work", "harmful content", "$",
    ]
}

extension Grammar {
    /// Every word that a caption, a prompt or a phrase can contain, sorted, without repetition.
    static let words: [String] = {
        var phrases = ["a", "an", "some"] + Tint.allCases.map(\.rawValue) + Background.allCases.map(\.rawValue)
        let lists = [
            openings, pictures, backgrounds, plainBackgrounds, joins, empties, neutral, safe, unsafe, safeAbstracts,
            unsafeAbstracts,
        ]
        for list in lists { phrases += list }
        for lists in [Array(relations.values), Array(numbers.values), Array(unsafeOf.values)] {
            for list in lists { phrases += list }
        }
        let nouns = Concept.all.flatMap(\.nouns) + groupNouns.values.joined() + kindNouns.values.joined()
        for noun in nouns { phrases += [noun.singular] + (noun.plural.map { [$0] } ?? []) }
        let slots: Set<String> = ["%", "@", "~", "#", "*", "$", "&"]
        return Set(phrases.flatMap(tokens)).subtracting(slots).sorted()
    }()

    static func indefiniteArticle(before word: String) -> String {
        "aeiou".contains(word.first ?? " ") ? "an" : "a"
    }

    static func withArticle(_ words: String) -> String { "\(indefiniteArticle(before: words)) \(words)" }

    /// The template with the background's colour: "on an orange background".
    static func naming(_ background: Background, in template: String) -> String {
        let colour = background.rawValue
        return template.replacing("a %", with: withArticle(colour)).filling("%", with: colour)
    }

    /// Words and punctuation marks, as the tokenizer splits them.
    static func tokens(_ phrase: String) -> [String] {
        phrase.filling(",", with: " , ").split(separator: " ").map(String.init)
    }
}

extension String {
    /// The text with every occurrence of a character replaced.
    func filling(_ slot: Character, with text: String) -> String {
        guard contains(slot) else { return self }
        return split(separator: slot, omittingEmptySubsequences: false).joined(separator: text)
    }
}
