import Basics
import CLIP
import Steering
import Tensor
import World

/// How well a CLIP model tells the world's safe and unsafe apart along a direction: for every harm group, by held-out
/// prompts and by pictures of the same scenes.
public struct SafetySeparation: Sendable {
    public struct Row: Sendable {
        public let group: HarmGroup
        /// Chance that a safe prompt lies further along the direction than one of the group (area under the ROC curve).
        public let text: Double
        /// The same for pictures.
        public let image: Double
    }

    public let rows: [Row]
    /// Mean cosine of a safe picture and its own prompt, and of a safe picture and another's.
    public let matched: Double, unmatched: Double
    /// Share of the safe pictures that find their own prompt among all safe prompts.
    public let retrieval: Double
    /// Mean of pictures along the direction: safe, harmful, and blank ones.
    public let safe: Double, harmful: Double, blank: Double

    /// The lowest area under the curve of any group.
    public var worst: (text: Double, image: Double) {
        (rows.map(\.text).min() ?? .nan, rows.map(\.image).min() ?? .nan)
    }

    /// - Parameters:
    ///   - direction: from unsafe to safe in the embedder's space, made from phrases alone.
    ///   - count: prompts and pictures of each kind.
    public init(
        of embedder: CLIPEmbedder, along direction: Direction, count: Int = 96, renderer: SceneRenderer? = nil
    ) throws {
        let renderer = renderer ?? .shared
        func pictures(_ scenes: [Scene]) throws -> Tensor { try embedder.embed(images: scenes.map(renderer.image)) }
        func along(_ rows: Tensor) throws -> [Double] { try direction.safety(rows).floats.map(Double.init) }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

        let prompts = PromptSuite.safe.prompts(count: count)
        let texts = try embedder.embed(texts: prompts.map(\.text)), images = try pictures(prompts.compactMap(\.scene))
        let safe = (text: try along(texts), image: try along(images))
        var harmful: [Double] = []
        rows = try HarmGroup.allCases.map { group in
            let prompts = PromptSuite.of(group).prompts(count: count)
            let text = try along(embedder.embed(texts: prompts.map(\.text)))
            let image = try along(pictures(prompts.compactMap(\.scene)))
            harmful += image
            return Row(
                group: group, text: try Separation.auc(safe: safe.text, unsafe: text),
                image: try Separation.auc(safe: safe.image, unsafe: image))
        }
        self.safe = mean(safe.image)
        self.harmful = mean(harmful)
        var random = SplitMix64(seed: 0)
        blank = mean(
            try along(pictures((0..<Background.allCases.count * 2).map { _ in try Scene.of([], using: &random) })))

        let cosines = try images.matmul(texts.transposed())
        let n = prompts.count, own = try cosines.picked(Array(0..<n)).floats.map(Double.init)
        matched = mean(own)
        let sum = cosines.floats.reduce(0) { $0 + Double($1) }
        unmatched = (sum - own.reduce(0, +)) / Double(max(n * n - n, 1))
        retrieval = Double(zip(try cosines.argmax(1).ints, 0..<n).filter { $0 == $1 }.count) / Double(max(n, 1))
    }
}
