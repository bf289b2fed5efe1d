/// What a verb computes and where that was published: shown on its full page, `??steer`, and in the reference.
public struct Background: Sendable {
    public struct Formula: Sendable {
        public let text: String
        /// When it holds, or what its letters mean.
        public let meaning: String
    }

    public let formulas: [Formula]
    /// Papers, each with its year and where it is found.
    public let sources: [String]

    /// - Parameter formulas: each with what is to be said of it.
    public init(_ formulas: [(String, String)], sources: [String]) {
        self.formulas = formulas.map { Formula(text: $0, meaning: $1) }
        self.sources = sources
    }

    /// As terminal text: formulas in a line each, which is never broken.
    func text(width: Int) -> String {
        var text = ""
        if !formulas.isEmpty {
            text += "\nformulas\n"
            for formula in formulas {
                text += "  " + formula.text + "\n"
                if !formula.meaning.isEmpty {
                    text += "      " + formula.meaning.wrapped(to: width, from: 6, indent: 6) + "\n"
                }
            }
        }
        if !sources.isEmpty {
            text += "\nsources\n" + sources.map { "  " + $0.wrapped(to: width, from: 2, indent: 4) + "\n" }.joined()
        }
        return text
    }

    /// As Markdown of a reference page.
    var section: String {
        var text = ""
        if !formulas.isEmpty {
            text += "\nFormulas:\n\n"
            for formula in formulas {
                text += "* `\(formula.text)`" + (formula.meaning.isEmpty ? "" : ": \(formula.meaning)") + "\n"
            }
        }
        if !sources.isEmpty { text += "\nSources: " + sources.joined(separator: "; ") + ".\n" }
        return text
    }
}
