import Basics
import CLIP
import Files
import Language
import Tensor

/// The model in whose space a direction lies, told by its name and by its weights.
struct DirectionModel: Equatable {
    /// What it was loaded as.
    let name: String
    /// Tells models apart by their weights; the same model in bfloat16 has the same one.
    let fingerprint: String
}

extension ClipValue {
    var directionModel: DirectionModel {
        get throws { DirectionModel(name: name, fingerprint: try fingerprint()) }
    }

    /// SHA-256 of the names and shapes of all parameters and, as bfloat16, of the first numbers of the biases, norms and
    /// embeddings. The other weights stay as products have packed them.
    private func fingerprint() throws -> String {
        if let known = knownFingerprint { return known }
        let digest = SHA256()
        for (name, tensor) in embedder.model.parameters {
            Array("\(name) \(tensor.shape)\n".utf8).withUnsafeBytes(digest.update)
            guard tensor.rank == 1 || tensor.rank == 2 && name.contains("embedding") else { continue }
            let count = min(tensor.count, 4096)
            let head = try tensor.detached().reshaped([tensor.count]).sliced(0, from: 0, to: count, step: 1)
            let bits = try head.to(.float32).floats.map { UInt16(truncatingIfNeeded: Self.rounded($0)) }
            bits.withUnsafeBytes(digest.update)
        }
        let fingerprint = String(try digest.finish().prefix(16))
        knownFingerprint = fingerprint
        return fingerprint
    }

    /// The upper half of a float's bits, rounded to even.
    private static func rounded(_ value: Float) -> UInt32 {
        let bits = value.bitPattern
        return (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
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
            guard ours.fingerprint == theirs.fingerprint else {
                throw RhumbError(
                    "directions in the spaces of '\(ours.name)' and of '\(theirs.name)' have nothing in common",
                    hint: "make both with one model")
            }
        }
        return known
    }
}
