import Basics
import CLIP
import Language
import Plot
import Steering
import Tensor

/// `heatmap clip v image`: where in a picture its safety comes from.
enum PictureHeatmapVerb {
    static var heatmap: Verb {
        Verb(
            "heatmap", family: "steering", summary: "where in a picture its safety comes from, drawn over it",
            parameters: [
                SteeringParameters.clip,
                Parameter("v", .object("direction"), help: "a direction"),
                Parameter("image", .pictures, help: "one picture"),
                .option(
                    "method", .choice(["occlusion", "gradient"]), default: "occlusion",
                    help: "occlusion: what covering a place changes; gradient: Grad-ECLIP, in one pass"),
                .option(
                    "window", .optional(.whole(in: 1...1000)), fallback: .described("2"),
                    help: "of occlusion: side of the square that covers, in patches"),
                .option("as", .choice(["figure", "tensor"]), default: "figure", help: "the form of the result"),
            ],
            result: "a figure: the picture as the model sees it, and with the map; or the tensor [patches, patches]",
            details: """
                Orange lowers the safety x · v, blue raises it; the strongest place has the full colour. **occlusion** \
                (Zeiler and Fergus 2014) covers a square with grey, patch by patch, and takes the safety less what is \
                left of it, averaged over the squares that cover a patch: true whatever the model is, at the price of \
                a pass a square. **gradient** (after Grad-ECLIP, Zhao et al. 2024) takes the last layer's values times \
                the gradient at the class token's attention, weighted by how alike query and key are. The two need not \
                agree: a gradient says what a small change would do.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a flower" unsafe: "a knife"
                    shape (heatmap clip v (scene "a knife" seed: 1) as: "tensor")
                    """, gives: "[8, 8]"),
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a flower" unsafe: "a knife"
                    heatmap clip v (scene "a dog and a knife" seed: 1) method: "gradient"
                    """, gives: "figure 2 images"),
            ],
            seeAlso: ["attribute", "probe"]
        ) { call in
            let clip = try call.clip(), v = try call.direction("v").direction, method = try call.string("method")
            let images = try call.images("image")
            guard images.count == 1 else {
                throw call.failure("image", "'image' of 'heatmap' must be one picture, not \(images.count)")
            }
            if method == "gradient", try call.isGiven("window") {
                throw call.failure("window", "'window' is for method \"occlusion\"", hint: "leave it out")
            }
            let embedder = clip.embedder, pixels = try embedder.preprocessing.pixels(images)
            let map =
                method == "gradient"
                ? try embedder.gradientRelevance(of: pixels, along: v.vector)
                : try embedder.occlusion(
                    of: pixels, along: v.vector, window: call.optional("window", call.whole) ?? 2
                ) { done, total in
                    if call.host.isInterrupted { throw Interruption() }
                    call.host.progress(StepProgress("occlusion", done: done, total: total))
                }
            if try call.string("as") == "tensor" { return .tensor(map) }
            let safety = try Double(v.safety(embedder.embed(pixels: pixels)).floats[0])
            let seen = try embedder.preprocessing.picture(of: pixels.selected(0, 0))
            let drawn = try Image(RelevanceOverlay.drawn(map, over: seen.tensor))
            return .object(
                FigureValue(
                    try GridVerb.figure(
                        of: [ImageValue(seen), ImageValue(drawn)],
                        captions: ["safety \(NumberText.shown(rounded(safety)))", method], columns: 2)))
        }
    }
}

/// A map of signed numbers drawn over a picture.
enum RelevanceOverlay {
    private static let raising: [Float] = [0.13, 0.40, 0.75]
    private static let lowering: [Float] = [0.95, 0.45, 0.05]
    /// Share of the colour at the strongest place.
    private static let strength: Float = 0.8

    /// - Parameters:
    ///   - map: [rows, columns]; each number stands for a rectangle of the picture.
    ///   - picture: [3, height, width] from 0 to 1.
    /// - Returns: the picture without its colours, with the map's over it, [3, height, width].
    static func drawn(_ map: Tensor, over picture: Tensor) throws -> Tensor {
        let (rows, columns) = (map.shape[0], map.shape[1])
        let (height, width) = (picture.shape[1], picture.shape[2])
        let values = map.floats, source = picture.floats
        let largest = values.map(abs).max() ?? 0
        var result = [Float](repeating: 0, count: source.count)
        let plane = height * width
        for y in 0..<height {
            for x in 0..<width {
                let at = y * width + x
                let grey = 0.299 * source[at] + 0.587 * source[plane + at] + 0.114 * source[2 * plane + at]
                let value = values[min(y * rows / height, rows - 1) * columns + min(x * columns / width, columns - 1)]
                let share = largest > 0 ? strength * abs(value) / largest : 0
                let colour = value < 0 ? lowering : raising
                for channel in 0..<3 {
                    result[channel * plane + at] = min(max(grey * (1 - share) + colour[channel] * share, 0), 1)
                }
            }
        }
        return try Tensor(result, shape: picture.shape)
    }
}
