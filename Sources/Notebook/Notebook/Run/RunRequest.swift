import Basics
import Language

/// What is asked of a run besides its recipe.
public struct RunRequest: Sendable, Equatable {
    /// Values for the recipe's `param` statements, as text.
    public var settings: [String: String]
    /// Of the session's stream; nil takes the recipe's own, or 0.
    public var seed: UInt64?
    /// Whether other parameters take the values of their short form.
    public var isShort: Bool
    /// What a recipe of strangers is granted; nil for everything.
    public var safe: SafeMode?

    public init(
        settings: [String: String] = [:], seed: UInt64? = nil, isShort: Bool = false, safe: SafeMode? = nil
    ) {
        (self.settings, self.seed, self.isShort, self.safe) = (settings, seed, isShort, safe)
    }

    /// - Throws: `RunError.unknownParameter`; `Diagnostic` for a value of another kind than the parameter's.
    func check(against parameters: [ParameterDeclaration]) throws {
        for (name, text) in settings.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                let known = parameters.map(\.name)
                throw RunError.unknownParameter(name, known: known, suggestion: Suggestion.closest(to: name, in: known))
            }
            try parameter.check(text)
        }
    }
}
