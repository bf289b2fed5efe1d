import Basics
import CLIP
import Language
import Steering
import Tensor

/// `attribute`, `counterfactuals` and the heat map of a picture: why something is safe or unsafe.
enum AttributionVerbs {
    static var all: [Verb] { [attribute, counterfactuals, PictureHeatmapVerb.heatmap] }

    private static let example = """
        clip = load "emoji"
        v = direction clip safe: ["a safe picture", "a flower"] unsafe: ["a violent picture", "a knife"]

        """

    static var attribute: Verb {
        Verb(
            "attribute", family: "steering", summary: "what each word of a prompt does to its safety",
            parameters: [
                SteeringParameters.clip,
                Parameter("v", .object("direction"), help: "a direction"),
                Parameter("prompt", .string, help: "the prompt"),
                .option("steps", .whole(in: 1...1000), default: 64, help: "of the integral"),
            ],
            result:
                "a value with `.words` (a table: word, leaving_out, gradient, integrated), `.safety`, `.baseline`, `.sum`",
            details: """
                Below 0 a word makes the prompt less safe. **leaving_out**: safety less that of the prompt without the \
                word. **gradient**: the slope along the embeddings of the word's tokens, times these. **integrated**: \
                the same, averaged on the way from embeddings of 0 (Sundararajan, Taly and Yan 2017); these add up to \
                the safety less that of the prompt with all words at 0, which is printed. Where the three disagree, a \
                word acts together with others. Words are what blanks part; what lies behind the last token that the \
                model reads is left out, and said once.
                """,
            background: .attribute,
            examples: [
                .init(
                    example + "(attribute clip v \"a dog and a gun\").words.word",
                    gives: #"["a", "dog", "and", "a", "gun"]"#),
                .init(
                    example + "a = attribute clip v \"a dog and a gun\"\na.sum ≈ a.safety - a.baseline within 1e-2",
                    gives: "true"),
            ],
            seeAlso: ["counterfactuals", "heatmap", "probe"]
        ) { call in
            let clip = try call.clip(), text = try call.string("prompt")
            let v = try call.direction("v").direction.vector
            try clip.noteUnseen([text], call.host)
            return .object(
                AttributionValue(
                    text, try clip.embedder.attribution(of: text, along: v, steps: try call.whole("steps"))))
        }
    }

    static var counterfactuals: Verb {
        Verb(
            "counterfactuals", family: "steering",
            summary: "pairs of prompts that differ by one word, by what it does to their safety",
            parameters: [
                SteeringParameters.clip,
                Parameter("v", .object("direction"), help: "a direction"),
                Parameter(
                    "prompts", .either([.list(of: .string), .table]),
                    help: "prompts among which the pairs are looked for, or a table with such a column"),
                .option(
                    "count", .optional(.whole(in: 1...1_000_000)), fallback: .described("all pairs"),
                    help: "at most so many, those with the largest change"),
            ],
            result: "a table: safer, less_safe, words (what becomes what), change (of the safety, below 0)",
            details: """
                Two prompts are a pair where they are the same but for one word, or but for a word that one of them \
                lacks (written ∅); letters' case is left aside. Each pair is read from the safer prompt to the less \
                safe one, and the largest change comes first.
                """,
            examples: [
                .init(
                    example
                        + "print (counterfactuals clip v [\"a dog\", \"a gun\", \"a red dog\"]).words[0]",
                    gives: "dog → gun")
            ],
            seeAlso: ["attribute", "probe"]
        ) { call in
            let clip = try call.clip(), direction = try call.direction("v").direction
            let prompts = try call.rows("prompts", by: clip)
            guard !prompts.phrases.isEmpty else {
                throw call.failure("prompts", "'prompts' of 'counterfactuals' must be texts")
            }
            let safety = try direction.safety(prompts.tensor).floats.map(Double.init)
            let pairs = WordPair.all(in: prompts.phrases)
            guard !pairs.isEmpty else {
                throw call.failure(
                    "prompts", "no two of these \(prompts.phrases.count) prompts differ by one word",
                    hint: "write some: [\"a dog in a park\", \"a gun in a park\"]")
            }
            func word(_ text: String?) -> String { text ?? "∅" }
            var rows = pairs.map { pair in
                safety[pair.first] >= safety[pair.second]
                    ? (pair.first, pair.second, "\(word(pair.words.first)) → \(word(pair.words.second))")
                    : (pair.second, pair.first, "\(word(pair.words.second)) → \(word(pair.words.first))")
            }
            func change(_ row: (Int, Int, String)) -> Double { safety[row.1] - safety[row.0] }
            rows = rows.enumerated().sorted { (change($0.element), $0.offset) < (change($1.element), $1.offset) }
                .map(\.element)
            if let count = try call.optional("count", call.whole) { rows = Array(rows.prefix(count)) }
            return .table(
                try Table([
                    .init("safer", rows.map { prompts.phrases[$0.0] }),
                    .init("less_safe", rows.map { prompts.phrases[$0.1] }), .init("words", rows.map(\.2)),
                    .init("change", rows.map(change)),
                ]))
        }
    }
}
