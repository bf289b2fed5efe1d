import Basics
import CLIP

/// The model in whose space a direction lies, told by its name and by its weights.
struct DirectionModel {
    /// What it was loaded as.
    let name: String
    /// Tells models apart by their weights; the same model in bfloat16 has the same one.
    let fingerprint: String
    /// The model itself; nil for a direction out of a file.
    var embedder: CLIPEmbedder?
}

extension ClipValue {
    var directionModel: DirectionModel {
        get throws { DirectionModel(name: name, fingerprint: try fingerprint.get(), embedder: embedder) }
    }
}

extension DirectionValue {
    /// The model that directions share; nil where none of them knows its own.
    ///
    /// - Throws: `RhumbError` naming both, for directions of different models.
    func commonModel(with others: [DirectionValue]) throws -> DirectionModel? {
        var known = model
        for other in others {
            guard let theirs = other.model else { continue }
            guard let ours = known else {
                known = theirs
                continue
            }
            if ours.embedder == nil { known?.embedder = theirs.embedder }
            guard ours.fingerprint == theirs.fingerprint else {
                throw RhumbError(
                    "directions in the spaces of '\(ours.name)' and of '\(theirs.name)' have nothing in common",
                    hint: "make both with one model")
            }
        }
        return known
    }
}
