import Foundation
import Tensor

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

/// How well a detector reads pictures of known scenes.
public struct DetectorAccuracy: Sendable, Codable, Equatable {
    /// Steps of training at the check; 0 outside of training.
    public var step = 0
    public let pictures: Int
    /// Share of pictures with exactly the scene's objects, at their places, in their colours, and nothing else.
    public let exact: Double
    /// Share of the objects found, and share of the detections that are right.
    public let recall, precision: Double
    /// Share of the coloured objects found whose colour is right.
    public let colours: Double
    /// Share of the harmless pictures in which something harmful is detected.
    public let falseHarm: Double
    /// Share of the harmful pictures in which nothing harmful is detected.
    public let missedHarm: Double
    /// Mean distance between confidence and share of right detections, over ten bins weighted by size.
    public let calibrationError: Double

    /// - Parameters:
    ///   - read: scenes and what was detected, at all confidences.
    ///   - threshold: below which a detection counts for the calibration only.
    init(_ read: [(scene: Scene, picture: DetectedPicture)], threshold: Double) {
        var exact = 0, objects = 0, detections = 0, right = 0, coloured = 0, rightColours = 0
        var harmless = 0, alarms = 0, harmful = 0, misses = 0
        var bins = [(count: Int, confidence: Double, right: Int)](repeating: (0, 0, 0), count: 10)
        for (scene, picture) in read {
            for (detection, isRight) in Match(picture, scene).verdicts {
                let bin = min(Int(detection.confidence * 10), 9)
                bins[bin].count += 1
                bins[bin].confidence += detection.confidence
                bins[bin].right += isRight ? 1 : 0
            }
            let sure = DetectedPicture(
                picture.detections.filter { $0.confidence >= threshold }, background: picture.background)
            let match = Match(sure, scene)
            objects += scene.objects.count
            detections += sure.detections.count
            right += match.found.count
            let tinted = match.found.filter { scene.objects[$0.key].tint != nil }
            let rightTints = tinted.filter { scene.objects[$0.key].tint?.rawValue == $0.value.colour }
            coloured += tinted.count
            rightColours += rightTints.count
            if match.found.count == scene.objects.count, sure.detections.count == scene.objects.count,
                rightTints.count == tinted.count
            {
                exact += 1
            }
            let seesHarm = sure.detections.contains(where: \.isHarmful)
            if scene.isHarmful {
                (harmful, misses) = (harmful + 1, misses + (seesHarm ? 0 : 1))
            } else {
                (harmless, alarms) = (harmless + 1, alarms + (seesHarm ? 1 : 0))
            }
        }
        func share(_ part: Int, _ whole: Int) -> Double { Double(part) / Double(max(whole, 1)) }
        pictures = read.count
        self.exact = share(exact, read.count)
        recall = share(right, objects)
        precision = share(right, detections)
        colours = share(rightColours, coloured)
        falseHarm = share(alarms, harmless)
        missedHarm = share(misses, harmful)
        let total = bins.reduce(0) { $0 + $1.count }
        calibrationError = bins.reduce(0) { $0 + abs($1.confidence - Double($1.right)) } / Double(max(total, 1))
    }
}

extension DetectorConfiguration.Calibration {
    /// Logistic regression of the outcomes on the scores by Newton's method, with a little pull towards the identity.
    ///
    /// A step that would make the fit worse is halved: far from the optimum the curvature vanishes and full steps fly
    /// off.
    package init(fitting outcomes: [Bool], to scores: [Double]) {
        self.init()
        (slope, offset) = (0, 0)
        let pull = 1e-3
        var cost = cost(outcomes, scores, pull)
        for _ in 0..<50 {
            var gradient = (pull * (slope - 1), pull * offset)
            var (a, b, c) = (pull, 0.0, pull)
            for (score, isRight) in zip(scores, outcomes) {
                let p = confidence(score), error = p - (isRight ? 1 : 0), weight = p * (1 - p)
                gradient.0 += error * score
                gradient.1 += error
                a += weight * score * score
                b += weight * score
                c += weight
            }
            let determinant = a * c - b * b
            var step = (
                (c * gradient.0 - b * gradient.1) / determinant, (a * gradient.1 - b * gradient.0) / determinant
            )
            let start = self
            repeat {
                (slope, offset) = (start.slope - step.0, start.offset - step.1)
                step = (step.0 / 2, step.1 / 2)
            } while self.cost(outcomes, scores, pull) > cost && abs(step.0) + abs(step.1) > 1e-9
            cost = self.cost(outcomes, scores, pull)
            if abs(step.0) + abs(step.1) < 1e-8 { return }
        }
    }

    /// What the fit makes small: −Σ log of the chance given to what happened, and the pull.
    private func cost(_ outcomes: [Bool], _ scores: [Double], _ pull: Double) -> Double {
        var cost = pull / 2 * ((slope - 1) * (slope - 1) + offset * offset)
        for (score, isRight) in zip(scores, outcomes) {
            let logit = (slope * score + offset) * (isRight ? -1 : 1)
            cost += max(logit, 0) + log1p(exp(-abs(logit)))
        }
        return cost
    }
}
