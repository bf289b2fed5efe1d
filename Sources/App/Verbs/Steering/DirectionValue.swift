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
    /// The model in whose space it lies; nil where that is not known.
    let model: DirectionModel?
    /// How sure it is; nil where no anchors say.
    let certainty: DirectionCertainty?

    init(
        _ direction: Direction, anchors: (safe: [String], unsafe: [String]) = ([], []), auc: Double? = nil,
        model: DirectionModel? = nil, certainty: DirectionCertainty? = nil
    ) {
        (self.direction, self.anchors, self.auc, self.model) = (direction, anchors, auc, model)
        self.certainty = certainty
    }

    var typeName: String { "direction" }

    var summary: String {
        let named = direction.termsText == "v" ? "" : " \(direction.termsText)"
        guard direction.hasAnchors else {
            let length = direction.weight == 1 ? "" : ", weight \(NumberText.shown(rounded(direction.weight))) in sums"
            return "direction\(named) of width \(direction.width)\(length)"
        }
        return "direction\(named) of width \(direction.width), method \(direction.method.rawValue), "
            + "‖mean difference‖ \(NumberText.shown(rounded(direction.meanDifference)))"
    }

    func display(width: Int) -> String {
        var lines = [summary]
        if !anchors.safe.isEmpty || !anchors.unsafe.isEmpty {
            lines.append("  anchors              \(anchors.safe.count) safe, \(anchors.unsafe.count) unsafe")
        }
        if direction.hasAnchors && direction.weight != 1 {
            lines.append("  weight in sums       \(NumberText.shown(rounded(direction.weight)))")
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
        if let certainty, certainty.cone != nil || certainty.remarks > 0 {
            lines.append("  how sure             \(certainty.text) (confidence clip \(Self.variable(direction)))")
        }
        if let auc { lines.append("  AUC on the prompts   \(NumberText.shown(rounded(auc)))") }
        return lines.joined(separator: "\n")
    }

    /// What a direction is likely to be called at the prompt.
    private static func variable(_ direction: Direction) -> String {
        let name = direction.termsText
        return name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? name : "v"
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
            "unsafe", "name", "weight", "model", "cone", "p_value",
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
        case "name": .string(direction.termsText)
        case "weight": .number(direction.weight)
        case "cone": certainty?.cone.map { .number($0) } ?? Value.none
        case "p_value": certainty?.pValue.map { .number($0) } ?? Value.none
        case "model": model.map { .string($0.name) } ?? Value.none
        default: nil
        }
    }

    func unary(_ operation: UnaryOperator) throws -> Value? {
        switch operation {
        case .negate: .object(try scaled(by: -1))
        }
    }

    /// Sums and multiples of directions. A tensor of numbers joins by `v.vector` alone, so that nobody takes a
    /// multiple of v for a step of that length.
    func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value? {
        switch (operation, other) {
        case (.multiply, .number(let factor)): return .object(try scaled(by: factor))
        case (.divide, .number(let divisor)) where !isRight: return .object(try scaled(by: 1 / divisor))
        case (.add, .object(let other as DirectionValue)), (.subtract, .object(let other as DirectionValue)):
            let (a, b) = isRight ? (other, self) : (self, other)
            let model = try a.commonModel(with: [b])
            let sum = try a.direction.adding(operation == .add ? b.direction : b.direction.scaled(by: -1))
            return .object(DirectionValue(sum, model: model))
        default:
            throw RhumbError(
                "a direction is added to and subtracted from directions, and multiplied and divided by numbers",
                hint: "its numbers are a tensor: v.vector")
        }
    }

    func scaled(by factor: Double) throws -> DirectionValue {
        let scaled = try direction.scaled(by: factor)
        guard factor < 0 else {
            return DirectionValue(scaled, anchors: anchors, auc: auc, model: model, certainty: certainty)
        }
        return DirectionValue(
            scaled, anchors: (anchors.unsafe, anchors.safe), auc: auc.map { 1 - $0 }, model: model,
            certainty: certainty)
    }

    func isEqual(to other: Value) -> Bool {
        guard case .object(let other as DirectionValue) = other else { return false }
        return self === other
            || direction.weight == other.direction.weight && direction.vector.floats == other.direction.vector.floats
    }

    func isClose(to other: Value, within tolerance: Double) throws -> Bool? {
        guard case .object(let other as DirectionValue) = other, direction.width == other.direction.width else {
            return nil
        }
        return zip(direction.vector.floats, other.direction.vector.floats).allSatisfy {
            abs(Double($0) * direction.weight - Double($1) * other.direction.weight) <= tolerance
        }
    }
}

/// Four digits are what a reader compares; more stay available as members.
func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
