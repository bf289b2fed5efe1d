import CLIP
import Language
import Plot
import Steering
import Tensor

/// `embedding_map`: groups of prompts or pictures in the plane, with their means and v.
enum EmbeddingMapVerb {
    static var embeddingMap: Verb {
        Verb(
            "embedding_map", family: "steering", summary: "embeddings in the plane, with the mean of each group and v",
            parameters: [
                SteeringParameters.clip,
                Parameter(
                    "direction", .optional(.object("direction")), help: "v, drawn as an arrow; none for no arrow"),
                Parameter(
                    "groups", .any, help: "{safe: [...], unsafe: [...]}: prompts, pictures or embeddings by group"),
                .option(
                    "method", .choice(["pca", "tsne"]), default: "pca",
                    help: "pca: the plane in which they vary most; tsne: near neighbours stay near"),
                .option(
                    "perplexity", .number(in: 1...1000), default: 30, help: "of t-SNE: about how many neighbours count"),
                .option("labels", .boolean, default: false, help: "write each prompt beside its point"),
            ] + FigureOptions.parameters,
            result: "a figure; `.panels` and `.script` as of every figure",
            details: """
                By principal components (`pca`) the arrow is v itself, projected into the plane and scaled to be seen; \
                its label tells which share of v's length lies in the plane. A map by t-SNE (`tsne`, exact, started at \
                the principal components) bends space, so there the arrow points where safety z · v rises on the map, \
                by least squares; its label gives the share of the variance of z · v that this explains.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    embedding_map clip v {safe: ["a red apple", "a dog", "a cake"], unsafe: ["a dagger", "a gun", "an \
                    axe"]}
                    """, gives: "figure 8 points, 1 arrow")
            ],
            seeAlso: ["direction", "scatter", "pca"]
        ) { call in
            let options = try FigureOptions(call)
            let groups = try call.groups("groups", by: call.clip())
            let rows = try Tensor.concatenated(groups.map(\.rows.tensor), axis: 0)
            guard rows.shape[0] >= 4 else {
                throw call.failure("groups", "an embedding map needs at least 4 embeddings, not \(rows.shape[0])")
            }
            let map = try EmbeddingMap(
                rows, perplexity: call.string("method") == "tsne" ? call.number("perplexity") : nil, call.host)
            var start = 0
            var layers: [Layer] = []
            var means: [(name: String, point: Point)] = []
            for group in groups {
                let range = start..<start + group.rows.tensor.shape[0]
                start = range.upperBound
                let x = Array(map.x[range]), y = Array(map.y[range])
                layers.append(
                    .scatter(
                        Scatter(
                            x: x, y: y, labels: try call.boolean("labels") ? group.rows.labels : [], name: group.name)))
                means.append((group.name, Point(x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))))
            }
            if try !call.value("direction").isNone {
                let v = try call.direction().direction
                layers.append(.arrow(try map.arrow(along: v.vector, safety: v.safety(rows).floats.map(Double.init))))
            }
            if groups.count > 1 {
                layers.append(
                    .scatter(
                        Scatter(
                            x: means.map(\.point.x), y: means.map(\.point.y), labels: means.map(\.name),
                            colour: Colour(hex: "#262626"), shape: .cross, size: 1.6)))
            }
            var figure = options.figure(layers, xLabel: map.labels.x, yLabel: map.labels.y)
            figure.panels[0].hasEqualUnits = true
            if map.isBent {
                figure.panels[0].x.ticks = .none
                figure.panels[0].y.ticks = .none
            }
            return .object(FigureValue(figure))
        }
    }
}

/// Rows placed in the plane.
private struct EmbeddingMap {
    let x: [Double]
    let y: [Double]
    /// Whether distances on the map are not those in space.
    let isBent: Bool
    /// What the axes are.
    let labels: (x: String, y: String)
    private let pca: PCA

    /// - Parameter perplexity: of t-SNE; `nil` stops at the principal components.
    init(_ rows: Tensor, perplexity: Double?, _ host: any SessionHost) throws {
        pca = try PCA(rows, components: 2)
        let plane = try pca.project(rows)
        let first = try plane.selected(1, 0).floats.map(Double.init),
            second = try plane.selected(1, 1).floats.map(Double.init)
        guard let perplexity else {
            let shares = pca.ratio.floats.map { "\(Int((Double($0) * 100).rounded())) %" }
            (x, y, isBent) = (first, second, false)
            labels = ("first component (\(shares[0]))", "second component (\(shares[1]))")
            return
        }
        let settings = TSNE(perplexity: perplexity)
        let layout = try settings.layout(
            rows.floats, dimensions: rows.shape[1], start: .positions(x: first, y: second),
            progress: { host.progress(StepProgress("t-SNE", done: $0, total: settings.iterations)) },
            isCancelled: { host.isInterrupted })
        (x, y, isBent, labels) = (layout.x, layout.y, true, ("", ""))
    }

    /// v from the middle of the map: its projection into the plane, or on a bent map the way in which safety rises.
    func arrow(along v: Tensor, safety: [Double]) throws -> Arrow {
        let span = max((x.max() ?? 0) - (x.min() ?? 0), (y.max() ?? 0) - (y.min() ?? 0))
        var direction: (x: Double, y: Double), label: String
        if isBent {
            let fit = gradient(of: safety)
            direction = (fit.x, fit.y)
            label = "v (R² = \(String(Int((fit.explained * 100).rounded()))) %)"
        } else {
            let shadow = try pca.components.matmul(v.unsqueezed(1)).floats.map(Double.init)
            direction = (shadow[0], shadow[1])
            let share = (direction.x * direction.x + direction.y * direction.y).squareRoot()
            label = "v (\(Int((share * 100).rounded())) % in this plane)"
        }
        let length = max((direction.x * direction.x + direction.y * direction.y).squareRoot(), 1e-12)
        let from = Point(x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let scale = 0.35 * span / length
        return Arrow(from: from, to: Point(from.x + direction.x * scale, from.y + direction.y * scale), label: label)
    }

    /// The least-squares plane through values over the map, and the share of their variance it explains.
    private func gradient(of values: [Double]) -> (x: Double, y: Double, explained: Double) {
        func centred(_ list: [Double]) -> [Double] {
            let mean = list.reduce(0, +) / Double(list.count)
            return list.map { $0 - mean }
        }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let cx = centred(x), cy = centred(y), cv = centred(values)
        let (xx, yy, xy, xv, yv) = (dot(cx, cx), dot(cy, cy), dot(cx, cy), dot(cx, cv), dot(cy, cv))
        let determinant = xx * yy - xy * xy
        guard determinant > 1e-12 * xx * yy, dot(cv, cv) > 0 else { return (1, 0, 0) }
        let a = (xv * yy - yv * xy) / determinant, b = (yv * xx - xv * xy) / determinant
        return (a, b, (a * xv + b * yv) / dot(cv, cv))
    }
}
