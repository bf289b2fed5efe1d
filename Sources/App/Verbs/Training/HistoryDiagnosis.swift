import Language

/// What the history of any training run tells: numbers that are not finite, gradients that explode, a loss that rises.
enum HistoryDiagnosis {
    typealias Check = Installation.Check

    static func checks(_ history: Table) throws -> [Check] {
        guard history.rowCount > 0 else {
            return [Check("history", .warning, "no step was made yet", advice: "train it for a while first")]
        }
        var checks = [try finite(history)]
        if history.names.contains("gradient_norm") { checks.append(try gradients(history.numbers("gradient_norm"))) }
        if history.names.contains("loss") { checks.append(try loss(history.numbers("loss"))) }
        return checks
    }

    private static func finite(_ history: Table) throws -> Check {
        for column in history.columns {
            let row = column.values.firstIndex { value in
                if case .number(let number) = value { return !number.isFinite }
                return false
            }
            if let row {
                return Check(
                    "numbers", .broken, "'\(column.name)' is not finite in step \(row + 1)",
                    advice: "go back to an earlier checkpoint, with a smaller learning rate")
            }
        }
        return Check("numbers", .fine, "all finite in \(history.rowCount) steps")
    }

    private static func gradients(_ norms: [Double]) -> Check {
        if let bad = norms.firstIndex(where: { !$0.isFinite }) {
            return Check(
                "gradient norm", .broken, "not finite in step \(bad + 1)",
                advice: "go back to an earlier checkpoint, with a smaller learning rate")
        }
        let usual = norms.sorted()[norms.count / 2]
        let worst = norms.enumerated().max { $0.element < $1.element }!
        let finding =
            "usually \(NumberText.shown(rounded(usual))), at most \(NumberText.shown(rounded(worst.element))) in step \(worst.offset + 1)"
        if worst.element > 100 * usual {
            return Check(
                "gradient norm", .warning, finding,
                advice: "clipping bounds such a step; if they come often, lower the learning rate")
        }
        return Check("gradient norm", .fine, finding)
    }

    /// Compares the first and the last tenth, which single steps do not sway.
    private static func loss(_ losses: [Double]) -> Check {
        let part = max(losses.count / 10, 1)
        func mean(_ some: ArraySlice<Double>) -> Double { some.reduce(0, +) / Double(some.count) }
        let (first, last) = (mean(losses.prefix(part)), mean(losses.suffix(part)))
        let finding = "from \(NumberText.shown(rounded(first))) to \(NumberText.shown(rounded(last)))"
        guard losses.count >= 20, last > first else { return Check("loss", .fine, finding) }
        return Check(
            "loss", .warning, finding + ": it rises", advice: "lower the learning rate, or lengthen the warm-up")
    }
}
