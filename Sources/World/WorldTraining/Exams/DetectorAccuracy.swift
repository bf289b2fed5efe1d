import Evaluation
import Training
import World

/// How well a detector reads pictures of known scenes.
public struct DetectorAccuracy: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        [
            "step": { Double($0.step) }, "pictures": { Double($0.pictures) }, "exact": \.exact, "recall": \.recall,
            "precision": \.precision, "colours": \.colours, "false_harm": \.falseHarm,
            "missed_harm": \.missedHarm, "calibration_error": \.calibrationError,
        ]
    }

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
