import Basics

/// Why points could not be placed.
public enum EmbeddingError: ExplainedError, Hashable {
    case raggedPoints(count: Int, dimensions: Int)
    case tooFewPoints(Int)
    case notFinite(point: Int)
    case badPerplexity(Double)
    case tooFewNeighbours(Int)
    /// More than t-SNE, whose memory grows with their square, can hold.
    case tooManyPoints(Int, limit: Int)
    /// The starting positions are not as many as the points.
    case otherStart(Int)
    case cancelled
}

extension EmbeddingError: CustomStringConvertible {
    /// One sentence: what was expected and what came.
    public var message: String {
        switch self {
        case .raggedPoints(let count, let dimensions):
            "\(count) coordinates don't make whole points of \(dimensions) dimensions"
        case .tooFewPoints(let count): "an embedding map needs at least 4 points, not \(count)"
        case .notFinite(let point): "point \(point) has a coordinate that isn't finite"
        case .badPerplexity(let value):
            "the perplexity must be at least 1, not \(Int(exactly: value).map(String.init) ?? "\(value)")"
        case .tooFewNeighbours(let count): "a point needs at least 2 neighbours, itself included, not \(count)"
        case .tooManyPoints(let count, let limit): "t-SNE places at most \(limit) points, not \(count)"
        case .otherStart(let count): "\(count) points need \(count) starting positions"
        case .cancelled: "the embedding map was interrupted"
        }
    }

    /// What to try; empty when there is nothing to say.
    public var hint: String {
        switch self {
        case .badPerplexity: "values from 5 to 50 are usual, at most a third of the number of points"
        case .tooManyPoints: "method: \"umap\" places more"
        default: ""
        }
    }

    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
