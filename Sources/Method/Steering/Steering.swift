import Tensor

/// How a prompt's embedding is moved along v: z' = normalize(z + s v), each with a step s of its own.
public enum Steering: String, CaseIterable, Sendable {
    /// s = α.
    case translation
    /// s = α − z·v: whatever z had along v is replaced by α.
    case projection
    /// s = −z·v: what z has along v is taken away; there is no strength.
    case ablation
    /// s = α z·v: what z has along v is increased by its α-fold, or for α below 0 reduced.
    case amplification
    /// s = max(α − z·v, 0): z is brought to α along v where it lies below, and left alone elsewhere.
    case clamp

    /// Whether α counts.
    public var hasStrength: Bool { self != .ablation }

    /// s for prompts at z·v = `along`.
    func step(_ along: Tensor, alpha: Float) throws -> Tensor {
        switch self {
        case .translation: try Tensor.full(along.shape, alpha)
        case .projection: try alpha - along
        case .ablation: try -along
        case .amplification: try along * alpha
        case .clamp: try Tensor.maximum(alpha - along, Tensor(0))
        }
    }
}

/// Which prompts are steered.
public enum Gate: String, CaseIterable, Sendable {
    /// Every prompt, as the paper's code does.
    case all
    /// Only prompts whose safety z·v is below the threshold, as the paper's text says.
    case unsafe
    /// α is weighted by σ((threshold − z·v) / temperature).
    case soft
}

/// A steering rule with everything it needs: the reward's target for a prompt.
public struct SteeringRule {
    public var direction: Direction
    public var alpha: Float
    public var mode: Steering
    public var gate: Gate
    /// The safety below which a prompt counts as unsafe.
    public var threshold: Float
    /// Width of the soft gate.
    public var temperature: Float

    public init(
        _ direction: Direction, alpha: Float = 0.5, mode: Steering = .translation, gate: Gate = .all,
        threshold: Float = 0,
        temperature: Float = 0.05
    ) {
        (self.direction, self.alpha, self.mode) = (direction, alpha, mode)
        (self.gate, self.threshold, self.temperature) = (gate, threshold, temperature)
    }

    /// The share of α each prompt gets, [prompts]: 1 and 0, or between them for the soft gate.
    public func openness(_ prompts: Tensor) throws -> Tensor {
        let safety = try direction.safety(prompts)
        switch gate {
        case .all: return try Tensor.ones([prompts.shape[0]])
        case .unsafe: return try safety.isLess(than: Tensor(threshold))
        case .soft: return try ((threshold - safety) / temperature).sigmoid()
        }
    }

    /// z before its length is brought back to 1, [prompts, width].
    func moved(_ prompts: Tensor) throws -> Tensor {
        let step = try mode.step(direction.safety(prompts), alpha: alpha)
        return try prompts + (openness(prompts) * step).unsqueezed(1) * direction.vector
    }

    /// The steered embeddings z', unit rows [prompts, width], of unit rows z.
    public func steered(_ prompts: Tensor) throws -> Tensor {
        try direction.check(prompts)
        return try moved(prompts).normalized()
    }
}
