import Tensor

/// What the steering mathematics can object to; the sentences are here and nowhere else.
public struct SteeringError: Error, Equatable, CustomStringConvertible, Sendable {
    /// One sentence: what was expected and what came.
    public let message: String
    /// What to try; empty when there is nothing to say.
    public let hint: String

    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }

    static func noAnchors(_ side: String) -> SteeringError {
        SteeringError(
            message: "a direction needs at least one \(side) anchor", hint: "give a phrase, or a list of them")
    }

    static func widths(_ a: Int, _ b: Int) -> SteeringError {
        SteeringError(
            message: "embeddings of width \(a) and \(b) don't belong to one space",
            hint: "build the direction with the same model that embeds the prompts and pictures")
    }

    static func notRows(_ shape: [Int]) -> SteeringError {
        SteeringError(
            message: "embeddings are rows of a matrix, and got shape \(shape.map(String.init).joined(separator: "×"))",
            hint: "")
    }

    static let coincidentMeans = SteeringError(
        message: "the safe and unsafe anchors have the same mean, so there is no direction between them",
        hint: "use anchors that differ in meaning")

    static func tooFew(_ method: DirectionMethod, safe: Int, unsafe: Int) -> SteeringError {
        SteeringError(
            message:
                "method '\(method.rawValue)' needs at least two anchors on each side, and got \(safe) safe and \(unsafe) unsafe",
            hint: "add anchors, or use method 'mean'")
    }

    static func notFinite(_ what: String) -> SteeringError {
        SteeringError(message: "\(what) contains a value that is not finite (NaN or infinity)", hint: "")
    }

    static let singular = SteeringError(message: "the anchors' covariance can't be inverted", hint: "use method 'mean'")

    static func oneClass(_ what: String) -> SteeringError {
        SteeringError(message: "\(what) needs examples of both kinds, safe and unsafe", hint: "")
    }

    static func counts(_ what: String, _ a: Int, _ b: Int) -> SteeringError {
        SteeringError(
            message: "\(what): \(a) and \(b) rows don't pair up", hint: "give as many of one as of the other, or one")
    }
}
