import Evaluation
import Foundation
import Tensor

/// The network's answers about a batch, and the objects that can be read from them.
package struct Heat {
    private let centres, tints, geometry, backgrounds: [Float]
    private let concepts: Int
    private let cells = DetectorNetwork.cells

    init(_ answers: DetectorNetwork.Answers, count: Int) {
        centres = answers.centres.floats
        tints = answers.tints.floats
        geometry = answers.geometry.floats
        backgrounds = answers.background.floats
        concepts = answers.centres.shape[3]
    }

    /// Answers about one picture that nobody gave: scores by concept and cell, low everywhere else.
    ///
    /// - Parameter objects: the score, tint and side (in cells) at cells (x, y).
    package init(_ objects: [(concept: Concept, x: Int, y: Int, score: Float, tint: Tint?, side: Float)]) {
        let cells = DetectorNetwork.cells
        concepts = Concept.all.count
        var centres = [Float](repeating: -10, count: cells * cells * concepts)
        var tints = [Float](repeating: 0, count: cells * cells * DetectorNetwork.tints)
        var geometry = [Float](repeating: 0, count: cells * cells * DetectorNetwork.geometry)
        for object in objects {
            let cell = object.y * cells + object.x
            centres[cell * concepts + object.concept.index] = object.score
            if let tint = object.tint { tints[cell * DetectorNetwork.tints + tint.index] = 1 }
            geometry[cell * DetectorNetwork.geometry] = object.side
        }
        (self.centres, self.tints, self.geometry) = (centres, tints, geometry)
        backgrounds = [Float](repeating: 0, count: Background.allCases.count)
    }

    /// Places where a concept scores higher than around it, strongest first; of peaks that stand for one object only
    /// the strongest.
    ///
    /// - Parameter floor: scores (logits) below are not peaks.
    package func peaks(of picture: Int, floor: Float = -3) -> [Peak] {
        var peaks: [Peak] = []
        for y in 0..<cells {
            for x in 0..<cells {
                for concept in 0..<concepts {
                    let score = centres[place(picture, x, y) * concepts + concept]
                    guard score > floor, isPeak(score, concept, picture, x, y) else { continue }
                    peaks.append(peak(score, concept, picture, x, y))
                }
            }
        }
        return Peak.suppressed(peaks)
    }

    func background(of picture: Int) -> Background {
        let count = Background.allCases.count
        let scores = backgrounds[picture * count..<(picture + 1) * count]
        return Background.allCases[scores.indices.max { scores[$0] < scores[$1] }! - scores.startIndex]
    }

    private func place(_ picture: Int, _ x: Int, _ y: Int) -> Int { (picture * cells + y) * cells + x }

    /// Whether no neighbour scores higher; of equal neighbours the first counts.
    private func isPeak(_ score: Float, _ concept: Int, _ picture: Int, _ x: Int, _ y: Int) -> Bool {
        for v in max(y - 1, 0)...min(y + 1, cells - 1) {
            for u in max(x - 1, 0)...min(x + 1, cells - 1) where (u, v) != (x, y) {
                let other = centres[place(picture, u, v) * concepts + concept]
                if other > score || (other == score && (v, u) < (y, x)) { return false }
            }
        }
        return true
    }

    private func peak(_ score: Float, _ concept: Int, _ picture: Int, _ x: Int, _ y: Int) -> Peak {
        let at = place(picture, x, y), stride = Double(DetectorNetwork.stride)
        let shape = geometry[at * 3..<at * 3 + 3].map(Double.init)
        let colours = tints[at * DetectorNetwork.tints..<(at + 1) * DetectorNetwork.tints]
        let tint = Tint.allCases[colours.indices.max { colours[$0] < colours[$1] }! - colours.startIndex]
        let concept = Concept.all[concept]
        return Peak(
            concept: concept, tint: concept.isTintable ? tint : nil, score: Double(score),
            x: (Double(x) + 0.5 + min(max(shape[1], -1.5), 1.5)) * stride,
            y: (Double(y) + 0.5 + min(max(shape[2], -1.5), 1.5)) * stride,
            side: min(max(shape[0] * stride, stride), Double(Scene.side)))
    }
}

/// An object before its score has become a confidence.
package struct Peak {
    package let concept: Concept
    package let tint: Tint?
    package let score: Double
    /// Centre and side of the box in pixels of a scene.
    package let x, y, side: Double

    /// Leaves out every peak whose centre lies within a stronger one's object: nearer than `share` of their mean side.
    ///
    /// Objects of a scene don't overlap, so two names at one place are two readings of one object. Two of the same
    /// concept side by side stay apart and can be counted.
    static func suppressed(_ peaks: [Peak], share: Double = 0.4) -> [Peak] {
        var kept: [Peak] = []
        for peak in peaks.sorted(by: { $0.score > $1.score }) {
            let isCovered = kept.contains { other in
                hypot(peak.x - other.x, peak.y - other.y) < share * (peak.side + other.side) / 2
            }
            if !isCovered { kept.append(peak) }
        }
        return kept
    }

    func detection(confidence: Double, scale: (Double, Double)) -> Detection {
        let box = DetectionBox(
            x: (x - side / 2) * scale.0, y: (y - side / 2) * scale.1, width: side * scale.0, height: side * scale.1)
        return Detection(concept, tint: tint, box: box, confidence: confidence)
    }
}
