import Basics

/// The model in whose space a direction lies, told by its name and by its weights.
struct DirectionModel: Equatable {
    /// What it was loaded as.
    let name: String
    /// Tells models apart by their weights; the same model in bfloat16 has the same one.
    let fingerprint: String
}

extension ClipValue {
    var directionModel: DirectionModel {
        get throws { DirectionModel(name: name, fingerprint: try fingerprint.get()) }
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
