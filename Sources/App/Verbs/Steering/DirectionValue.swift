import Basics
import Language
import Steering
import Tensor

/// A direction in the language, with the phrases it was made from.
final class DirectionValue: ObjectValue {
    let direction: Direction
    /// The anchors, safe and unsafe; empty for a direction from embeddings or pictures.
    let anchors: (safe: [String], unsafe: [String])
    /// Area under the ROC curve on the prompts that were given along, if any.
    let auc: Double?

    init(_ direction: Direction, anchors: (safe: [String], unsafe: [String]), auc: Double? = nil) {
        (self.direction, self.anchors, self.auc) = (direction, anchors, auc)
    }

    var typeName: String { "direction" }

    var summary: String {
        "direction of width \(direction.width), method \(direction.method.rawValue), "
            + "‖mean difference‖ \(NumberText.shown(rounded(direction.meanDifference)))"
    }

    func display(width: Int) -> String {
        var lines = [summary]
        if !anchors.safe.isEmpty {
            lines.append("  anchors              \(anchors.safe.count) safe, \(anchors.unsafe.count) unsafe")
        }
        if direction.hasAnchors {
            lines.append(
                "  spread of anchors    safe \(NumberText.shown(rounded(direction.spread.safe))), "
                    + "unsafe \(NumberText.shown(rounded(direction.spread.unsafe)))")
        }
        if let worst = direction.leaveOneOut.min() {
            let mean = direction.leaveOneOut.reduce(0, +) / Double(direction.leaveOneOut.count)
            lines.append(
                "  leave one out        cosine \(NumberText.shown(rounded(mean))) on average, "
                    + "\(NumberText.shown(rounded(worst))) at worst" + weakest)
        }
        if let auc { lines.append("  AUC on the prompts   \(NumberText.shown(rounded(auc)))") }
        return lines.joined(separator: "\n")
    }

    /// The anchor without which the direction changes most.
    private var weakest: String {
        let phrases = anchors.safe + anchors.unsafe
        guard phrases.count == direction.leaveOneOut.count,
            let at = direction.leaveOneOut.indices.min(by: { direction.leaveOneOut[$0] < direction.leaveOneOut[$1] })
        else { return "" }
        return " (without \"\(phrases[at])\")"
    }

    var memberNames: [String] {
        [
            "vector", "method", "mean_difference", "safe_mean", "unsafe_mean", "spread", "leave_one_out", "auc", "safe",
            "unsafe",
        ]
    }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "vector": .tensor(direction.vector)
        case "method": .string(direction.method.rawValue)
        case "mean_difference": .number(direction.meanDifference)
        case "safe_mean": .tensor(direction.means.safe)
        case "unsafe_mean": .tensor(direction.means.unsafe)
        case "spread": .record(["safe": .number(direction.spread.safe), "unsafe": .number(direction.spread.unsafe)])
        case "leave_one_out": .numbers(direction.leaveOneOut)
        case "auc": auc.map { .number($0) } ?? Value.none
        case "safe": .strings(anchors.safe)
        case "unsafe": .strings(anchors.unsafe)
        default: nil
        }
    }

    func unary(_ operation: UnaryOperator) throws -> Value? {
        switch operation {
        case .negate: .object(DirectionValue(try Direction(vector: -direction.vector), anchors: ([], [])))
        }
    }
}

/// Four digits are what a reader compares; more stay available as members.
func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
