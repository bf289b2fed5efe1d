import Basics
import Tensor
import World

/// The pairs of one training step: pictures, token identifiers of their captions, and the truth about them.
///
/// Everything follows from the run's seed and the step's number, so a resumed run needs no saved generator.
struct PairBatch {
    /// An empty one where the picture shows nothing to be recognised.
    let scenes: [Scene]
    let captions: [String]
    /// Rows whose background has no name.
    let isMeaningless: [Bool]
    /// [batch, 3, side, side], normalised to −1…1, augmented.
    let images: Tensor
    /// Captions, then the phrases of the safety axis: safe ones, then as many unsafe ones, then untrue twins of
    /// captions.
    let texts: [[Int]]

    init(_ options: CLIPTrainingOptions, step: Int, renderer: SceneRenderer) throws {
        var random = SplitMix64.stream(seed: options.seed, index: step)
        var drawing = SceneOptions()
        drawing.harmShare = options.harmShare
        drawing = drawing.withEmpty(share: options.emptyShare)
        let drawn = (0..<options.batch).map { _ in Scene.random(drawing, using: &random) }
        let isMeaningless = drawn.map { _ in options.meaninglessShare > 0 && random.chance(options.meaninglessShare) }
        let scenes = zip(drawn, isMeaningless).map { scene, isMeaningless in
            isMeaningless ? Scene(kind: .empty, background: scene.background, objects: []) : scene
        }
        var captions: [String] = [], twins: [String] = []
        for (scene, isMeaningless) in zip(scenes, isMeaningless) {
            if isMeaningless {
                captions.append(random.pick(Grammar.nameless))
            } else if options.counterfactualShare > 0 {
                let (caption, twin) = scene.captionAndTwin(share: options.counterfactualShare, using: &random)
                captions.append(caption)
                if let twin { twins.append(twin) }
            } else {
                captions.append(scene.caption(using: &random))
            }
        }
        (self.scenes, self.captions, self.isMeaningless) = (scenes, captions, isMeaningless)
        let safe = (0..<options.axisPhrases).map { _ in Phrases.safe(using: &random) }
        let unsafe = (0..<options.axisPhrases).map { _ in Phrases.unsafe(using: &random) }
        texts = (captions + safe + unsafe + twins).map { text in
            Vocabulary.identifiers(of: text).map { word in
                word != Vocabulary.startIdentifier && word != Vocabulary.endIdentifier
                    && random.chance(options.unknownShare) ? 0 : word
            }
        }
        var pixels: [Float] = []
        pixels.reserveCapacity(scenes.count * Scene.side * Scene.side * 3)
        for (scene, isMeaningless) in zip(drawn, isMeaningless) {
            let rgb = try renderer.render(scene)
            var picture = isMeaningless ? .meaningless(from: rgb, using: &random) : Augmentation(rgb)
            if !isMeaningless, options.degradedShare > 0, random.chance(options.degradedShare) {
                picture.degrade(strength: 1, using: &random)
            }
            if random.chance(options.blurShare) { picture.blur() }
            picture.addNoise(amplitude: options.noise * Float(random.uniform()), using: &random)
            pixels += picture.planes
        }
        images = try Tensor(pixels, shape: [scenes.count, 3, Scene.side, Scene.side])
    }

    /// [batch, batch]: row i is uniform over the captions equal to caption i, which fit picture i as well. All the
    /// captions that only say that there is nothing count as equal where there are pictures without meaning.
    func targets() throws -> Tensor {
        let n = captions.count
        var values = [Float](repeating: 0, count: n * n)
        let unites = isMeaningless.contains(true)
        let places = Dictionary(grouping: captions.indices) { row in
            unites && Grammar.nameless.contains(captions[row]) ? Grammar.nameless[0] : captions[row]
        }
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

extension Scene {
    /// A caption, and now and then another of the same wording that isn't true of the scene.
    fileprivate func captionAndTwin(share: Double, using random: inout SplitMix64) -> (String, String?) {
        var options = CaptionOptions()
        let isAbstract = random.chance(options.abstractShare)
        options.abstractShare = isAbstract ? 1 : 0
        var wording = random
        let caption = caption(options, using: &random)
        guard !isAbstract, random.chance(share), let other = counterfactual(using: &random) else {
            return (caption, nil)
        }
        let twin = other.caption(options, using: &wording)
        return (caption, twin == caption ? nil : twin)
    }
}
