import Basics
import Language
import Steering
import Tensor

/// `confidence`: how sure a direction is.
enum ConfidenceVerb {
    static var confidence: Verb {
        Verb(
            "confidence", family: "steering",
            summary: "how sure a direction is: intervals, chance, how many anchors are enough, remarks on the anchors",
            parameters: [
                SteeringParameters.clip,
                Parameter("v", .object("direction"), help: "a direction made from anchors"),
                .option(
                    "prompts", .optional(.record), default: .none,
                    help: "labelled prompts {safe: [...], unsafe: [...]}, for an interval of the AUC"),
                .option(
                    "safe", .optional(DirectionVerbs.anchors), fallback: .described("the phrases that v was made from"),
                    help: "the anchors, where v was made from pictures or embeddings"),
                .option(
                    "unsafe", .optional(DirectionVerbs.anchors), fallback: .described("the same"),
                    help: "the same on the unsafe side"),
                .option("resamples", .whole(in: 100...20_000), default: 1000, help: "of the bootstrap, and deals"),
                .option("level", .number(in: .above(0, below: 1)), default: 0.95, help: "the confidence of intervals"),
                .option("seed", .whole(in: 0...(1 << 53)), default: 0, help: "another one draws other resamples"),
            ],
            result:
                "a value with `.cone`, `.p_value`, `.auc`, `.auc_low`, `.auc_high`, `.curve`, `.remarks`, `.angles`",
            details: """
                **The cone**: anchors are drawn again with replacement on each side; in 95 % of the draws the \
                direction lies within so many degrees of v. **By chance**: the same anchors are dealt to the two sides \
                at random, every way where there are no more than `resamples`; p is the share of deals with means as \
                far apart. With three anchors a side p can't be below .1. **AUC**: prompts are drawn again, v stays; \
                the interval is bias-corrected and accelerated (BCa). **`.curve`**: directions from fewer anchors, 100 \
                draws each, with the middle 90 %; `plot c.curve`. Where the curve still rises at its end, more anchors \
                are worth their while. **Remarks** name phrases that say the same, that stand on both sides, or that \
                deny (CLIP reads "no clouds" much as "clouds"), and sides that differ in length or style.

                Intervals say how much v depends on which phrases of this kind were taken, not whether they are the \
                right kind of phrases. The same seed gives the same numbers.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: ["a safe picture", "a flower", "a dog"] unsafe: ["a knife", "a gun", "a bomb"]
                    c = confidence clip v resamples: 200
                    c.p_value
                    """, gives: "0.1"),
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: ["a dog", "a cat", "a dog"] unsafe: ["no dog", "a gun", "a bomb"]
                    len (confidence clip v resamples: 100).remarks
                    """),
            ],
            seeAlso: ["direction", "ablate", "probe"]
        ) { call in
            let clip = try call.clip(), value = try call.direction("v"), v = value.direction
            let (safe, unsafe) = (
                try side("safe", value.anchors.safe, call), try side("unsafe", value.anchors.unsafe, call)
            )
            let again = try Direction(safe: safe.tensor, unsafe: unsafe.tensor, method: v.method)
            guard try again.cosine(v) > 1 - 1e-4 else {
                throw call.failure(
                    "v",
                    "these anchors don't give 'v': the cosine is \(NumberText.shown(rounded(try again.cosine(v))))",
                    hint: "give those that it was made from: safe: […] unsafe: […]")
            }
            let level = try call.number("level"), seed = UInt64(try call.whole("seed"))
            let resamples = try call.whole("resamples")
            var prompts: (safe: Tensor, unsafe: Tensor)?
            if try !call.value("prompts").isNone {
                let given = try call.labelledRows("prompts", by: clip)
                prompts = (given.safe, given.unsafe)
            }
            let found = try DirectionConfidence(
                safe: safe.tensor, unsafe: unsafe.tensor, method: v.method,
                .init(resamples: resamples, level: level, seed: seed)
            ) { done, total in
                if call.host.isInterrupted { throw Interruption() }
                call.host.progress(StepProgress("resampling", done: done, total: total))
            }
            let curve = try AnchorCurve(
                safe: safe.tensor, unsafe: unsafe.tensor, method: v.method, prompts: prompts, seed: seed)
            let auc: (Double, Interval)? = try prompts.map { prompts in
                let s = try v.safety(prompts.safe).floats.map(Double.init)
                let u = try v.safety(prompts.unsafe).floats.map(Double.init)
                let interval = try Separation.interval(
                    safe: s, unsafe: u, resamples: resamples, level: level, generator: Generator(seed: seed))
                return (try Separation.auc(safe: s, unsafe: u), interval)
            }
            return .object(
                ConfidenceValue(
                    name: v.termsText, level: level, found: found, curve: curve, auc: auc,
                    remarks: try AnchorLint.remarks(
                        safe: safe.phrases, unsafe: unsafe.phrases, rows: (safe.tensor, unsafe.tensor))))
        }
    }

    /// The anchors of a side: those that the call gives, else the phrases that the direction knows.
    private static func side(_ name: String, _ known: [String], _ call: Arguments) throws -> EmbeddedRows {
        let clip = try call.clip()
        if try call.isGiven(name) { return try call.rows(name, by: clip) }
        let value: DirectionValue = try call.object("v")
        let count = name == "safe" ? value.direction.sides.safe : value.direction.sides.unsafe
        guard value.direction.hasAnchors else {
            throw call.failure(
                "v", "'v' has no anchors to draw again: it is a vector, or a sum of directions",
                hint: "ask of each direction by itself")
        }
        if count == 0 {
            return EmbeddedRows(tensor: try Tensor.zeros([0, clip.embedder.width]), labels: [], phrases: [])
        }
        guard known.count == count else {
            throw call.failure(
                "v", "'v' was made from pictures or embeddings, which it does not keep",
                hint: "give them again: \(name): […]")
        }
        return try clip.rows(.strings(known), host: call.host)
    }
}

extension ConfidenceVerb {
    /// Draws for the line that a direction prints: a moment's work.
    private static let quickResamples = 200

    /// What the line of a direction says, from its anchors. Of the difference of means whatever the method, as leaving
    /// one out is.
    static func certainty(
        safe: (rows: Tensor, phrases: [String]), unsafe: (rows: Tensor, phrases: [String])
    ) throws -> DirectionCertainty {
        let found = try DirectionConfidence(
            safe: safe.rows, unsafe: unsafe.rows, method: .mean, .init(resamples: quickResamples))
        let remarks = try AnchorLint.remarks(
            safe: safe.phrases, unsafe: unsafe.phrases, rows: (safe.rows, unsafe.rows))
        return DirectionCertainty(found, remarks: remarks.count)
    }
}
