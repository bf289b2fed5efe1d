import Basics
import CLIP
import Language
import Plot
import Steering
import Tensor

/// `embedding_map`: prompts or pictures in the plane, by group or by a column, with v and the ways that steering moves
/// them.
enum EmbeddingMapVerb {
    static var embeddingMap: Verb {
        Verb(
            "embedding_map", family: "steering",
            summary: "embeddings in the plane, with the mean of each group, v, and where steering moves them",
            parameters: parameters,
            result: "a figure; `.panels` and `.script` as of every figure, and `save m \"map.html\"` for a page",
            details: """
                By principal components (`pca`) the arrow is v itself, projected into the plane and scaled to be seen; \
                its label tells which share of v's length lies in the plane. Maps by t-SNE (`tsne`, exact, for up to \
                \(TSNE.mostPoints) points) and UMAP (`umap`, for up to some 100,000) are started at the principal \
                components and bend space, so there the arrow points where safety z · v rises on the map, by least \
                squares; its label gives the share of the variance of z · v that this explains.

                `alpha: [0.5, 1, 2]` steers the embeddings and draws the way of each from before to after, strength by \
                strength; of more than \(EmbeddingMapFigure.mostPaths) embeddings the ways of the groups' means. By \
                principal components the plane is that of the embeddings before; a bent map places all of them together.

                Of a table, `colour: "category"` makes the texts of a column groups, and numbers a scale of colours.

                `save m "map.html"` writes one page that needs no network: it zooms, names the points under the mouse, \
                searches labels and filters groups, strengths and safety.
                """,
            background: .embeddingMap,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    embedding_map clip v {safe: ["a red apple", "a dog", "a cake"], unsafe: ["a dagger", "a gun", "an \
                    axe"]}
                    """, gives: "figure 8 points, 1 arrow"),
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    t = table {prompt: ["a red apple", "a dog", "a dagger", "a gun"],
                               kind: ["food", "animal", "weapon", "weapon"]}
                    m = embedding_map clip v t colour: "kind" alpha: [0.5, 1]
                    save m "map.html"
                    """),
            ],
            seeAlso: ["direction", "steer", "scatter", "pca"]
        ) { call in
            let options = try FigureOptions(call)
            let groups = try EmbeddingMapGroups(call)
            guard groups.rows.shape[0] >= 4 else {
                throw call.failure(
                    "groups", "an embedding map needs at least 4 embeddings, not \(groups.rows.shape[0])")
            }
            let direction = try call.value("direction").isNone ? nil : call.direction().direction
            let steered = try self.steered(groups.rows, call)
            let plane = try EmbeddedPlane(groups.rows, steered: steered.map(\.rows), method(call), call.host)
            let figure = try EmbeddingMapFigure(groups, plane, direction, steered)
            let layers = try figure.layers(labelled: call.boolean("labels"), call.host)
            var made = options.figure(layers, xLabel: plane.labels.x, yLabel: plane.labels.y)
            made.panels[0].hasEqualUnits = true
            if plane.isBent {
                made.panels[0].x.ticks = .none
                made.panels[0].y.ticks = .none
            }
            return .object(FigureValue(made, map: figure.pointMap(title: options.title)))
        }
    }

    private static var parameters: [Parameter] {
        [
            SteeringParameters.clip,
            Parameter("direction", .optional(.object("direction")), help: "v, drawn as an arrow; none for no arrow"),
            Parameter(
                "groups", .any,
                help: "{safe: [...], unsafe: [...]}: prompts, pictures or embeddings by group; or a table of prompts"),
            .option(
                "colour", .optional(.string), default: .none,
                help: "a column of the table: texts become groups, numbers a scale of colours"),
            .option(
                "alpha", .optional(.either([.number(), .list(of: .number())])), default: .none,
                help: "strengths at which the embeddings are steered along v, and their ways drawn"),
            SteeringParameters.mode, SteeringParameters.gate, SteeringParameters.threshold,
            SteeringParameters.temperature,
            .option(
                "method", .choice(["pca", "tsne", "umap"]), default: "pca",
                help: "pca: the plane in which they vary most; tsne, umap: near neighbours stay near"),
            .option(
                "perplexity", .number(in: 1...1000), default: 30, help: "of t-SNE: about how many neighbours count"),
            .option(
                "neighbours", .whole(in: 2...1000), default: 15,
                help: "of UMAP: how many neighbours count, itself included; few show details, many the whole"),
            .option("min_dist", .number(in: 0...0.99), default: 0.1, help: "of UMAP: how close points may come"),
            .option(
                "seed", .whole(in: 0...(1 << 53)), default: 0,
                help: "of UMAP's random choices; the same gives the same map"),
            .option("labels", .boolean, default: false, help: "write each prompt beside its point"),
        ] + FigureOptions.parameters
    }

    /// - Throws: `RhumbError` for an option of another method, which would have no effect.
    private static func method(_ call: Arguments) throws -> EmbeddedPlane.Method {
        let method = try call.string("method")
        for (option, of) in [("perplexity", "tsne"), ("neighbours", "umap"), ("min_dist", "umap"), ("seed", "umap")]
        where of != method {
            if try call.isGiven(option) {
                throw call.failure(
                    option, "'\(option)' has no effect with method \"\(method)\"", hint: "it is for method: \"\(of)\"")
            }
        }
        switch method {
        case "tsne": return .tsne(TSNE(perplexity: try call.number("perplexity")))
        case "umap":
            return .umap(
                UMAP(
                    neighbours: try call.whole("neighbours"), minimumDistance: try call.number("min_dist"),
                    seed: UInt64(try call.whole("seed"))))
        default: return .pca
        }
    }

    /// The embeddings at each strength of `alpha:`, or after a mode that has no strength; none without steering.
    private static func steered(_ rows: Tensor, _ call: Arguments) throws -> [(name: String, rows: Tensor)] {
        let mode: Steering = try call.choice("mode")
        let alphas = try call.value("alpha").isNone ? nil : call.numbers("alpha")
        guard alphas != nil || !mode.hasStrength else {
            for option in ["mode", "gate", "threshold", "temperature"] where try call.isGiven(option) {
                throw call.failure(option, "'\(option)' has no effect without strengths", hint: "alpha: [0.5, 1, 2]")
            }
            return []
        }
        guard try !call.value("direction").isNone else {
            throw call.failure(
                alphas == nil ? "mode" : "alpha", "steering needs a direction", hint: "embedding_map clip v …")
        }
        func moved(_ alpha: Double) throws -> Tensor {
            let rule = SteeringRule(
                try call.direction().direction, alpha: Float(alpha), mode: mode, gate: try call.choice("gate"),
                threshold: Float(try call.number("threshold")), temperature: Float(try call.number("temperature")))
            return try rule.steered(rows)
        }
        guard mode.hasStrength else {
            if alphas != nil {
                throw call.failure(
                    "alpha", "'alpha' has no effect in mode \"\(mode.rawValue)\"", hint: "leave it out")
            }
            return [(mode.rawValue, try moved(0))]
        }
        guard let alphas, !alphas.isEmpty else {
            throw call.failure("alpha", "'alpha' lists no strength", hint: "alpha: [0.5, 1, 2]")
        }
        if let bad = alphas.first(where: { !$0.isFinite }) {
            throw call.failure("alpha", "'alpha' must be finite, not \(NumberText.shown(bad))")
        }
        return try alphas.map { ("α = \(NumberText.shown($0))", try moved($0)) }
    }
}
