import Basics
import Diffusion
import Language
import Tensor

/// `trajectory`: how pictures came about.
enum TrajectoryVerb {
    static var trajectory: Verb {
        Verb(
            "trajectory", family: "diffusion",
            summary: "how a picture came about: what the model saw in the noise, step by step",
            parameters: [
                Parameter("of", .object("trajectory"), help: "what `sample … trajectory: true` gave"),
                .option("index", .whole(in: 0...9999), default: 0, help: "which of several samples"),
                .option(
                    "show", .choice(["original", "sample"]), default: "original",
                    help: "the clean picture that the model predicts at each step, or the noisy one itself"),
                .option(
                    "count", .whole(in: 2...100), default: 8,
                    help: "at most this many pictures, first and last included"),
                .option(
                    "columns", .optional(.whole(in: 1...100)), default: .none,
                    help: "how many in a row; by default chosen"),
                .option("images", .boolean, default: false, help: "a list of images instead of the figure"),
            ],
            result: "a figure, or a list of images named by their times",
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    trajectory (sample sd "a red apple" steps: 4 seed: 7 trajectory: true)
                    """, gives: "figure \"a red apple\": 4 images"),
                .init(
                    """
                    sd = load "emoji-sd"
                    t = sample sd "a red apple" steps: 9 seed: 7 trajectory: true
                    (trajectory t count: 3 images: true)[0].name
                    """, gives: "\"t = 889\""),
            ],
            seeAlso: ["sample", "denoise", "grid"]
        ) { call in
            let value: TrajectoryValue = try call.object("of")
            let trajectory = value.trajectory, index = try call.whole("index")
            guard value.record.prompts.indices.contains(index) else {
                throw call.failure("index", "the trajectory has \(value.record.prompts.count) samples, counted from 0")
            }
            let isSample = try call.string("show") == "sample"
            let rows = isSample ? trajectory.latents : trajectory.predictedOriginals
            let names = trajectory.times.map { "t = \(NumberText.shown(Double($0)))" } + (isSample ? ["end"] : [])
            let places = spread(rows.count, over: try call.whole("count"))
            let latents = try Tensor.stacked(places.map { try rows[$0].selected(0, index) })
            let decoded = try value.record.pipeline.model.images(latents, progress: call.progress("decode"))
            let images = zip(places, decoded).map { ImageValue($1, name: names[$0]) }
            if try call.boolean("images") { return .list(images.map { .object($0) }) }
            return .object(
                FigureValue(
                    try GridVerb.figure(
                        of: images, captions: nil, columns: call.optional("columns", call.whole),
                        title: value.record.prompts[index])))
        }
    }

    /// At most `count` of the places 0 ..< total, evenly spread, the first and the last among them.
    private static func spread(_ total: Int, over count: Int) -> [Int] {
        guard total > count else { return Array(0..<total) }
        return (0..<count).map { Int((Double($0) * Double(total - 1) / Double(count - 1)).rounded()) }
    }
}
