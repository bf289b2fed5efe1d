import Basics
import Language
import Steering

/// How sure a direction is, in the language.
final class ConfidenceValue: ObjectValue {
    /// The name of the direction.
    private let name: String
    private let level: Double
    let found: DirectionConfidence
    let curve: AnchorCurve
    /// The area under the ROC curve on labelled prompts with its interval, where there were any.
    let auc: (value: Double, interval: Interval)?
    let remarks: [String]

    init(
        name: String, level: Double, found: DirectionConfidence, curve: AnchorCurve,
        auc: (value: Double, interval: Interval)?, remarks: [String]
    ) {
        (self.name, self.level, self.found, self.curve) = (name, level, found, curve)
        (self.auc, self.remarks) = (auc, remarks)
    }

    var typeName: String { "confidence" }

    var summary: String {
        "confidence in \(name): " + DirectionCertainty(found, remarks: remarks.count).text
    }

    func display(width: Int) -> String {
        let percent = NumberText.shown((level * 1000).rounded() / 10) + " %"
        var lines = ["confidence in \(name), \(percent)"]
        if let cone = found.cone {
            lines.append(
                "  direction            within \(NumberText.shown((cone * 10).rounded() / 10))° of v, from \(found.angles.count) "
                    + "resamples of the anchors")
        } else {
            lines.append("  direction            not known: it takes two anchors on a side to tell")
        }
        if let test = found.permutation {
            lines.append(
                "  by chance            p = \(NumberText.shown(rounded(test.pValue))): anchors dealt to the sides at "
                    + "random, means as far apart (\(test.isExact ? "all \(test.deals)" : "\(test.deals)") deals)")
        }
        if let auc {
            lines.append(
                "  AUC on the prompts   \(NumberText.shown(rounded(auc.value))), from "
                    + "\(NumberText.shown(rounded(auc.interval.low))) to \(NumberText.shown(rounded(auc.interval.high)))"
            )
            if auc.interval.low == auc.interval.high {
                lines.append(
                    "                       no resample differs: these prompts are too easy, or too few, for an interval"
                )
            }
        }
        if let some = curve.steps.dropLast().last {
            lines.append(
                "  fewer anchors        \(some.anchors) a side give a cosine of "
                    + "\(NumberText.shown(rounded(some.cosine.mean))) to v (plot c.curve)")
        }
        lines += remarks.map { "  remark               \($0)" }
        return lines.joined(separator: "\n")
    }

    var memberNames: [String] {
        ["cone", "angles", "p_value", "exact", "auc", "auc_low", "auc_high", "curve", "remarks", "level"]
    }

    func member(_ name: String) throws -> Value? {
        func optional(_ number: Double?) -> Value { number.map { .number($0) } ?? .none }
        return switch name {
        case "cone": optional(found.cone)
        case "angles": .numbers(found.angles)
        case "p_value": optional(found.permutation?.pValue)
        case "exact": found.permutation.map { .boolean($0.isExact) } ?? Value.none
        case "auc": optional(auc?.value)
        case "auc_low": optional(auc?.interval.low)
        case "auc_high": optional(auc?.interval.high)
        case "curve": .table(try table())
        case "remarks": .strings(remarks)
        case "level": .number(level)
        default: nil
        }
    }

    /// A row for each number of anchors and quantity.
    private func table() throws -> Table {
        var rows: [(quantity: String, anchors: Int, summary: Summary)] = []
        rows += curve.steps.map { ("cosine to v", $0.anchors, $0.cosine) }
        rows += curve.steps.compactMap { step in step.auc.map { ("AUC", step.anchors, $0) } }
        return try Table([
            .init("quantity", rows.map(\.quantity)), .init("anchors", rows.map { Double($0.anchors) }),
            .init("mean", rows.map(\.summary.mean)), .init("low", rows.map(\.summary.low)),
            .init("high", rows.map(\.summary.high)),
        ])
    }
}

/// What a direction says of its certainty in one line.
struct DirectionCertainty: Equatable {
    /// In degrees; nil where no side has two anchors.
    let cone: Double?
    /// Of the permutation; nil for a direction from one side.
    let pValue: Double?
    /// How many remarks there are on its anchors.
    let remarks: Int

    init(cone: Double?, pValue: Double?, remarks: Int) {
        (self.cone, self.pValue, self.remarks) = (cone, pValue, remarks)
    }

    init(_ found: DirectionConfidence, remarks: Int) {
        self.init(cone: found.cone, pValue: found.permutation?.pValue, remarks: remarks)
    }

    /// `within 14.2° (95 %), p = 0.0286 by chance, 2 remarks`
    var text: String {
        var parts: [String] = []
        parts.append(cone.map { "within \(NumberText.shown(($0 * 10).rounded() / 10))°" } ?? "too few anchors to tell")
        if let pValue { parts.append("p = \(NumberText.shown(rounded(pValue))) by chance") }
        if remarks > 0 { parts.append(Words.count(remarks, "remark")) }
        return parts.joined(separator: ", ")
    }
}
