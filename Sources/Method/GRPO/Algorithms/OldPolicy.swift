import Basics
import Diffusion
import Tensor
import Training

/// The policy that draws the pictures of DiffusionNFT: it follows the trained one after every round,
/// θ_old ← η θ_old + (1 − η) θ with η = min(rise · round, most).
package final class OldPolicy {
    let policy: Policy
    private let followed: NamedTensors

    /// Begins as the policy is.
    init(following policy: Policy, _ options: GRPOOptions) throws {
        self.policy = try policy.copied(options)
        followed = policy.parameters
    }

    /// - Parameters:
    ///   - round: that has just been done, from 1.
    ///   - decay: how much η rises each round, and its largest.
    func follow(after round: Int, decay: [Double]) throws {
        let kept = Float(min(decay[0] * Double(round), decay[1]))
        try withoutGradients {
            for ((_, old), (_, new)) in zip(policy.parameters, followed) {
                try old.assign(old.detached() * kept + new.detached() * (1 - kept))
            }
        }
    }

    func state() -> [String: Tensor] {
        Dictionary(policy.parameters.map { ($0.name, $0.tensor.detached()) }, uniquingKeysWith: { $1 })
    }

    /// - Throws: `RhumbError` for a checkpoint that lacks what `restore` needs.
    func check(_ state: [String: Tensor], _ file: Checkpoint) throws {
        for (name, tensor) in policy.parameters where state[name]?.shape != tensor.shape {
            throw file.rejected("its old policy lacks '\(name)' of shape \(Words.shape(tensor.shape))")
        }
    }

    /// Puts everything where `state()` found it.
    func restore(_ state: [String: Tensor]) throws {
        try withoutGradients {
            for (name, tensor) in policy.parameters { if let saved = state[name] { try tensor.assign(saved) } }
        }
    }
}
