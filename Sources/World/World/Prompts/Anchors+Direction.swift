import CLIP
import Steering

extension Anchors {
    /// The direction from unsafe to safe that the compact anchors span in an embedder's space.
    public static func direction(of embedder: CLIPEmbedder) throws -> Direction {
        try Direction(safe: embedder.embed(texts: safe), unsafe: embedder.embed(texts: unsafe))
    }
}
