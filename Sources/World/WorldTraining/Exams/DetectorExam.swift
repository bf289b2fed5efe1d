import Basics
import Evaluation
import Foundation
import Tensor
import World

/// Pictures of known scenes, to examine a detector with.
public struct DetectorExam {
    public enum Kind: String, Sendable, CaseIterable {
        /// Scenes as they are drawn.
        case clean
        /// The same with the faults of a small generator.
        case degraded
        /// Pictures that show nothing.
        case meaningless
    }

    public let scenes: [Scene]
    public let images: [Image]

    /// - Parameters:
    ///   - pictures: how many of each kind; scenes show held-out combinations only, so training drew none of them
    ///     often.
    ///   - seed: which ones. Training draws from streams of its own, so no seed repeats its pictures.
    public init(pictures: Int, kinds: [Kind] = [.clean], seed: UInt64 = 0, renderer: SceneRenderer? = nil) throws {
        let renderer = renderer ?? .shared
        var options = SceneOptions()
        options.heldOut = .only
        var scenes: [Scene] = [], images: [Image] = []
        for kind in kinds {
            var random = SplitMix64(seed: SplitMix64.hash("exam|\(kind.rawValue)|\(seed)"))
            for _ in 0..<pictures {
                let scene = Scene.random(options, using: &random)
                var picture = Augmentation(try renderer.render(scene))
                switch kind {
                case .clean: scenes.append(scene)
                case .degraded:
                    picture.degrade(strength: 1, using: &random)
                    scenes.append(scene)
                case .meaningless:
                    picture = .meaningless(from: try renderer.render(scene), using: &random)
                    scenes.append(Scene(kind: .empty, background: scene.background, objects: []))
                }
                images.append(try picture.image)
            }
        }
        (self.scenes, self.images) = (scenes, images)
    }

    /// How well a detector did.
    public func accuracy(of detector: Detector, threshold: Double = 0.5) throws -> DetectorAccuracy {
        DetectorAccuracy(
            zip(scenes, try detector.detect(images, threshold: 0.05)).map { ($0, $1) }, threshold: threshold)
    }

    /// The slope and offset that make confidences of a detector's scores true chances (Platt 1999).
    func calibration(of detector: Detector) throws -> DetectorConfiguration.Calibration {
        let found = try detector.detect(images, threshold: 0.02)
        var scores: [Double] = [], outcomes: [Bool] = []
        for (scene, picture) in zip(scenes, found) {
            for (detection, isRight) in Match(picture, scene).verdicts {
                // Back from a confidence to the score it came from; the detector's own calibration is the identity
                // here.
                scores.append(log(detection.confidence / (1 - detection.confidence)))
                outcomes.append(isRight)
            }
        }
        return DetectorConfiguration.Calibration(fitting: outcomes, to: scores)
    }
}

/// Which detections are of objects that stand there, one to one.
struct Match {
    /// Every detection and whether it is right, surest first.
    private(set) var verdicts: [(Detection, isRight: Bool)] = []
    /// Objects found, as indexes into the scene's, with their detection.
    private(set) var found: [Int: Detection] = [:]

    /// A detection is right when an object of its concept, not yet taken, has its centre within a third of its side.
    init(_ picture: DetectedPicture, _ scene: Scene) {
        for detection in picture.detections {
            let near = scene.objects.indices.filter { index in
                let object = scene.objects[index]
                guard found[index] == nil, object.concept.name == detection.label, let box = detection.box else {
                    return false
                }
                let (a, b) = (object.box.centre, box.centre)
                return hypot(a.x - b.x, a.y - b.y) <= Double(object.box.side) / 3
            }
            if let first = near.first { found[first] = detection }
            verdicts.append((detection, !near.isEmpty))
        }
    }
}
