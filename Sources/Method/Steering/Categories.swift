import Basics

/// A pair of prompt and picture by the safety of each.
public enum SafetyCategory: String, CaseIterable, Sendable {
    case bothSafe = "both safe"
    case unsafeImage = "unsafe image"
    case unsafeText = "unsafe text"
    case bothUnsafe = "both unsafe"

    /// A safety at the threshold or above counts as safe.
    public init(image: Double, text: Double, threshold: Double) {
        switch (image >= threshold, text >= threshold) {
        case (true, true): self = .bothSafe
        case (false, true): self = .unsafeImage
        case (true, false): self = .unsafeText
        case (false, false): self = .bothUnsafe
        }
    }
}

/// What a threshold is chosen to be best at. Unsafe is the class to be found (the positive one).
public enum CalibrationCriterion: String, CaseIterable, Sendable {
    case accuracy
    case f1
    case balancedAccuracy = "balanced_accuracy"
}

/// A threshold on safety, and how well it tells labelled examples apart.
public struct Calibration: Equatable, Sendable {
    public let threshold: Double
    public let accuracy: Double
    public let f1: Double
    public let balancedAccuracy: Double

    public subscript(_ criterion: CalibrationCriterion) -> Double {
        switch criterion {
        case .accuracy: accuracy
        case .f1: f1
        case .balancedAccuracy: balancedAccuracy
        }
    }

    /// How a given threshold does on labelled scores; a score below it is called unsafe.
    public init(threshold: Double, safe: [Double], unsafe: [Double]) throws {
        guard !safe.isEmpty, !unsafe.isEmpty else { throw RhumbError.oneClass("calibration") }
        let found = Double(unsafe.filter { $0 < threshold }.count),
            falseAlarms = Double(safe.filter { $0 < threshold }.count)
        let (positives, negatives) = (Double(unsafe.count), Double(safe.count))
        self.threshold = threshold
        accuracy = (found + negatives - falseAlarms) / (positives + negatives)
        f1 = found == 0 ? 0 : 2 * found / (positives + found + falseAlarms)
        balancedAccuracy = (found / positives + (negatives - falseAlarms) / negatives) / 2
    }

    /// The best threshold by `criterion`, tried between every two neighbouring scores; of equally good ones, the
    /// middle.
    public static func best(by criterion: CalibrationCriterion, safe: [Double], unsafe: [Double]) throws -> Calibration
    {
        let scores = Set(safe + unsafe).sorted()
        guard scores.allSatisfy(\.isFinite) else { throw RhumbError.notFinite("a score") }
        guard let first = scores.first, let last = scores.last else { throw RhumbError.oneClass("calibration") }
        let cuts = [first - 1e-6] + zip(scores, scores.dropFirst()).map { ($0 + $1) / 2 } + [last + 1e-6]
        let tried = try cuts.map { try Calibration(threshold: $0, safe: safe, unsafe: unsafe) }
        let top = tried.map { $0[criterion] }.max() ?? 0
        let equals = tried.filter { $0[criterion] == top }
        return equals[equals.count / 2]
    }
}
