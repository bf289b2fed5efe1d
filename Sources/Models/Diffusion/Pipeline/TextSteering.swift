import Basics
import CLIP
import Tensor

/// Prompts that are moved along a direction of a CLIP's space while pictures are sampled, without any training.
///
/// A prompt's embedding is z = f / ‖f‖ with f = W h, h the text tower's state at the end token and W the CLIP's text
/// projection. What is added to states is Δ = α ‖f‖ W⁺ v, the smallest change of h that moves the embedding to z' =
/// normalize(z + α v), exactly as `SteeringRule` in translation says. The UNet looks at the states of all tokens, so Δ
/// is added to each of them, padding included, but for the start token, whose state no word has reached. Negative and
/// empty prompts stay as they are.
public struct TextSteering {
    /// α
    public let alpha: Float
    /// W, [projection, width]
    private let projection: Tensor
    /// W⁺ v, [width]
    private let change: Tensor

    /// - Parameters:
    /// - Throws: `RhumbError` where the encoder is not the CLIP's text tower, for another width, and where no state of the
    ///   text tower leads along v.
    public init(vector: Tensor, of embedder: CLIPEmbedder, in encoder: TextEncoder, alpha: Float) throws {
        guard vector.shape == [embedder.width] else {
            throw RhumbError.steeringWidth(vector.shape, embedder.width)
        }
        guard Self.isTower(encoder.model, of: embedder.model) else { throw RhumbError.otherTextTower }
        guard let weight = embedder.model.parameters.first(where: { $0.name == "text_projection.weight" }) else {
            throw RhumbError.otherTextTower
        }
        self.alpha = alpha
        projection = try weight.tensor.detached().to(.float32)
        change = try projection.pseudoInverse().matmul(vector)
        let reached = try projection.matmul(change) - vector
        guard try reached.norm().item < 1e-2 else { throw RhumbError.unreachableDirection }
    }

    /// States with what is added to them, [texts, tokens, width].
    ///
    /// - Parameter ends: the place of each text's end token.
    public func moved(_ states: Tensor, ends: [Int]) throws -> Tensor {
        let (texts, tokens, width) = (states.shape[0], states.shape[1], states.shape[2])
        let places = ends.enumerated().map { $0.offset * tokens + $0.element }
        let end = try states.reshaped([texts * tokens, width]).gathered(0, places)
        let sizes = try end.matmul(projection.transposed()).norm([1]).reshaped([texts, 1, 1])
        let mask = try Tensor((0..<tokens).map { $0 == 0 ? 0 : 1 }, shape: [1, tokens, 1])
        return try states + mask * sizes * change * alpha
    }

    /// Whether a text tower is that of a CLIP: the first numbers of its biases, norms and embeddings, which half
    /// precision leaves as they are to a hundredth.
    private static func isTower(_ tower: CLIPTextModel, of clip: CLIPModel) -> Bool {
        let own = clip.parameters.filter { $0.name.hasPrefix("text_model.") }
        let theirs = Dictionary(tower.parameters.map { ($0.name, $0.tensor) }) { $1 }
        guard own.count == theirs.count else { return false }
        return own.allSatisfy { name, tensor in
            guard let other = theirs[name], other.shape == tensor.shape else { return false }
            guard tensor.rank == 1 || name.contains("embedding") else { return true }
            func head(_ tensor: Tensor) -> [Float] {
                let flat = try? tensor.detached().reshaped([tensor.count])
                    .sliced(0, from: 0, to: min(tensor.count, 1024))
                return flat?.floats ?? []
            }
            let (a, b) = (head(tensor), head(other))
            let largest = a.map(abs).max() ?? 0
            return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 0.01 * largest }
        }
    }
}
