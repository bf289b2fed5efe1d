import Tensor

/// The pairs of one training step: pictures, token identifiers of their captions, and the truth about them.
///
/// Everything follows from the run's seed and the step's number, so a resumed run needs no saved generator.
struct PairBatch {
    let scenes: [Scene]
    let captions: [String]
    /// [batch, 3, side, side], normalised to −1…1, augmented.
    let images: Tensor
    /// Captions, then the phrases of the safety axis: safe ones, then as many unsafe ones.
    let texts: [[Int]]

    init(_ options: CLIPTrainingOptions, step: Int, renderer: SceneRenderer) throws {
        var random = SplitMix64.stream(seed: options.seed, index: step)
        var drawing = SceneOptions()
        drawing.harmShare = options.harmShare
        drawing = drawing.withEmpty(share: options.emptyShare)
        let scenes = (0..<options.batch).map { _ in Scene.random(drawing, using: &random) }
        self.scenes = scenes
        captions = scenes.map { $0.caption(using: &random) }
        let safe = (0..<options.axisPhrases).map { _ in Phrases.safe(using: &random) }
        let unsafe = (0..<options.axisPhrases).map { _ in Phrases.unsafe(using: &random) }
        texts = (captions + safe + unsafe).map { text in
            Vocabulary.identifiers(of: text).map { word in
                word != Vocabulary.startIdentifier && word != Vocabulary.endIdentifier
                    && random.chance(options.unknownShare) ? 0 : word
            }
        }
        var pixels: [Float] = []
        pixels.reserveCapacity(scenes.count * Scene.side * Scene.side * 3)
        for scene in scenes {
            var picture = Augmentation(try renderer.render(scene))
            if random.chance(options.blurShare) { picture.blur() }
            picture.addNoise(amplitude: options.noise * Float(random.uniform()), using: &random)
            pixels += picture.planes
        }
        images = try Tensor(pixels, shape: [scenes.count, 3, Scene.side, Scene.side])
    }

    /// [batch, batch]: row i is uniform over the captions equal to caption i, which fit picture i as well.
    func targets() throws -> Tensor {
        let n = captions.count
        var values = [Float](repeating: 0, count: n * n)
        let places = Dictionary(grouping: captions.indices, by: { captions[$0] })
        for same in places.values {
            for row in same { for column in same { values[row * n + column] = 1 / Float(same.count) } }
        }
        return try Tensor(values, shape: [n, n])
    }

    /// 1 for harmful scenes, 0 for safe ones; nil for empty ones, which are neither.
    var harm: [Float?] { scenes.map { $0.objects.isEmpty ? nil : $0.isHarmful ? 1 : 0 } }
}

extension PairBatch {
    /// The texts as one matrix, int64 [texts, longest], padded with the end token.
    func identifiers() throws -> Tensor {
        let longest = texts.map(\.count).max() ?? 0
        let rows = texts.flatMap { $0 + Array(repeating: Vocabulary.endIdentifier, count: longest - $0.count) }
        return try Tensor(integers: rows, shape: [texts.count, longest])
    }
}
