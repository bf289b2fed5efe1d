/// What scenes are drawn: the shares of kinds, of harm, and whether held-out combinations may appear.
public struct SceneOptions: Sendable {
    public enum HeldOutPolicy: String, CaseIterable, Sendable {
        /// Never: what training uses.
        case never
        /// Only scenes that show a held-out combination: what evaluation uses.
        case only
        /// Either.
        case any
    }

    /// Weights of the kinds; they need not sum to one.
    public var kinds: [SceneKind: Double] = [
        .single: 0.42, .two: 0.22, .counts: 0.14, .positions: 0.18, .three: 0.04,
    ]
    /// Probability that a scene shows something of a harm group.
    public var harmShare = 0.4
    /// Which groups harmful scenes take their objects from.
    public var groups = HarmGroup.allCases
    /// Probability that a harmful scene's other objects are harmful too, each.
    public var secondHarmShare = 0.2
    public var heldOut = HeldOutPolicy.never

    public init() {}

    /// The kinds of the options' own shares plus empty scenes at `share` of all.
    public func withEmpty(share: Double) -> SceneOptions {
        var copy = self
        copy.kinds[.empty] = share / (1 - share) * kinds.filter { $0.key != .empty }.values.reduce(0, +)
        return copy
    }

    /// Scenes of one kind only.
    public static func only(_ kind: SceneKind, harmShare: Double = 0.4) -> SceneOptions {
        var options = SceneOptions()
        options.kinds = [kind: 1]
        options.harmShare = harmShare
        return options
    }
}
