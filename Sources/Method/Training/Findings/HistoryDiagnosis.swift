import Basics
import Files

/// What the history of any run tells: numbers that are not finite, gradients that explode, a loss that rises.
public enum HistoryDiagnosis {
    /// - Parameter history: a row per step; the columns `gradient_norm` and `loss` are looked at by themselves.
    public static func findings(in history: DataColumns) -> [Finding] {
        guard history.rowCount > 0 else {
            return [Finding("history", .suspicious, "no step was made yet", advice: "train for a while first")]
        }
        var findings = [finite(history)]
        if case .numbers(let norms) = history["gradient_norm"] { findings.append(gradients(norms.compactMap { $0 })) }
        if case .numbers(let losses) = history["loss"] { findings.append(loss(losses.compactMap { $0 })) }
        return findings
    }

    private static let goBack = "go back to an earlier checkpoint, with a smaller learning rate"

    private static func finite(_ history: DataColumns) -> Finding {
        for (name, column) in zip(history.names, history.columns) {
            guard case .numbers(let values) = column else { continue }
            if let row = values.firstIndex(where: { $0.map { !$0.isFinite } ?? false }) {
                return Finding("numbers", .broken, "'\(name)' is not finite in step \(row + 1)", advice: goBack)
            }
        }
        return Finding("numbers", .fine, "all finite in \(history.rowCount) steps")
    }

    private static func gradients(_ norms: [Double]) -> Finding {
        if let bad = norms.firstIndex(where: { !$0.isFinite }) {
            return Finding("gradient norm", .broken, "not finite in step \(bad + 1)", advice: goBack)
        }
        guard let worst = norms.enumerated().max(by: { $0.element < $1.element }) else {
            return Finding("gradient norm", .suspicious, "no step has one")
        }
        let usual = norms.sorted()[norms.count / 2]
        return Finding(
            "gradient norm", worst.element > 100 * usual ? .suspicious : .fine,
            "usually \(text(usual)), at most \(text(worst.element)) in step \(worst.offset + 1)",
            unlessFine: "clipping bounds such a step; if they come often, lower the learning rate")
    }

    /// Compares the first and the last tenth, which single steps do not sway.
    private static func loss(_ losses: [Double]) -> Finding {
        let part = max(losses.count / 10, 1)
        func mean(_ some: ArraySlice<Double>) -> Double { some.reduce(0, +) / Double(some.count) }
        let (first, last) = (mean(losses.prefix(part)), mean(losses.suffix(part)))
        let rises = losses.count >= 20 && last > first
        return Finding(
            "loss", rises ? .suspicious : .fine,
            "from \(text(first)) to \(text(last))" + (rises ? ": it rises" : ""),
            unlessFine: "lower the learning rate, or lengthen the warm-up")
    }

    /// To four places.
    private static func text(_ value: Double) -> String { NumberText.shown((value * 10_000).rounded() / 10_000) }
}
