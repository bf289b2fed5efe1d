import Basics
import Tensor
import World

/// The pictures of one training step and the truth about them, all from the run's seed and the step's number.
///
/// Held-out combinations appear too: a judge that had never seen them would judge a generator by its own blind spots.
struct DetectorBatch {
    /// Without objects where the picture shows nothing to be recognised.
    let scenes: [Scene]
    /// Rows whose background has a name.
    let hasBackground: [Bool]
    /// [batch, side, side, 3], −1…1.
    let pixels: Tensor

    init(_ options: DetectorTrainingOptions, step: Int, renderer: SceneRenderer) throws {
        var random = SplitMix64.stream(seed: options.seed, index: step)
        var drawing = SceneOptions()
        drawing.harmShare = options.harmShare
        drawing.heldOut = .any
        var scenes: [Scene] = [], hasBackground: [Bool] = [], pictures: [[Float]] = []
        for _ in 0..<options.batch {
            let scene =
                random.chance(options.looseShare)
                ? Scene.loose(harmShare: options.harmShare, using: &random) : Scene.random(drawing, using: &random)
            let rgb = try renderer.render(scene)
            if random.chance(options.meaninglessShare) {
                pictures.append(Augmentation.meaningless(from: rgb, using: &random).planes)
                scenes.append(Scene(kind: .empty, background: scene.background, objects: []))
                hasBackground.append(false)
            } else {
                var picture = Augmentation(rgb)
                if random.chance(options.degradedShare) { picture.degrade(strength: 1, using: &random) }
                pictures.append(picture.planes)
                scenes.append(scene)
                hasBackground.append(true)
            }
        }
        (self.scenes, self.hasBackground) = (scenes, hasBackground)
        let planes = try Tensor(pictures.flatMap { $0 }, shape: [scenes.count, 3, Scene.side, Scene.side])
        pixels = try planes.permuted([0, 2, 3, 1]).contiguous()
    }
}

extension Scene {
    /// None to four objects of any size, anywhere, the same or different ones; they touch at most.
    static func loose(harmShare: Double, using random: inout SplitMix64) -> Scene {
        let largest = random.integer(in: 20...56)
        let repeated = random.chance(0.3) ? random.pick(Concept.all) : nil
        var objects: [SceneObject] = []
        for _ in 0..<random.below(5) {
            let side = random.integer(in: max(16, largest - 12)...largest)
            let box = Box(x: random.below(Scene.side - side + 1), y: random.below(Scene.side - side + 1), side: side)
            let isFree = objects.allSatisfy { other in
                let (a, b) = (box.centre, other.box.centre)
                return max(abs(a.x - b.x), abs(a.y - b.y)) >= 0.42 * Double(side + other.box.side)
            }
            guard isFree else { continue }
            let concept = repeated ?? random.pick(random.chance(harmShare) ? Concept.harmful : Concept.safe)
            let tint = concept.isTintable ? random.pick(Tint.allCases) : nil
            objects.append(SceneObject(concept: concept, tint: tint, box: box))
        }
        return Scene(kind: .single, background: random.pick(Background.allCases), objects: objects)
    }
}
