import Basics
import Tensor

// What the mathematics of steering can object to. Its messages are here and nowhere else.

extension RhumbError {
    static let noAnchors = RhumbError(
        "a direction needs at least one anchor on one side", hint: "give a phrase, or a list of them")

    static func directionTimes(_ factor: Double) -> RhumbError {
        RhumbError(
            "a direction times \(NumberText.shown(factor)) leads nowhere", hint: "take a finite factor other than 0")
    }

    static func directionsCancel(_ terms: String) -> RhumbError {
        RhumbError("nothing is left of \(terms.isEmpty ? "directions that cancel out" : "'\(terms)'")")
    }

    static func widths(_ a: Int, _ b: Int) -> RhumbError {
        RhumbError(
            "embeddings of width \(a) and \(b) don't belong to one space",
            hint: "build the direction with the same model that embeds the prompts and pictures")
    }

    static func notRows(_ shape: [Int]) -> RhumbError {
        RhumbError(
            "embeddings must be the rows of a matrix, not of shape \(Words.shape(shape))")
    }

    static let coincidentMeans = RhumbError(
        "the safe and unsafe anchors have the same mean, so there is no direction between them",
        hint: "use anchors that differ in meaning")

    static func tooFew(_ method: DirectionMethod, safe: Int, unsafe: Int) -> RhumbError {
        RhumbError(
            "method '\(method.rawValue)' needs at least two anchors on each side, not \(safe) safe and \(unsafe) unsafe",
            hint: "add anchors, or use method 'mean'")
    }

    static func notFinite(_ what: String) -> RhumbError {
        RhumbError("\(what) contains a value that is not finite (NaN or infinity)", hint: "")
    }

    static let singular = RhumbError("the anchors' covariance can't be inverted", hint: "use method 'mean'")

    static func transportNeedsMore(safe: Int, unsafe: Int) -> RhumbError {
        RhumbError(
            "transport needs two examples of each kind or more, not \(safe) safe and \(unsafe) unsafe",
            hint: "fit: {safe: […], unsafe: […]}")
    }

    static let transportOfOnePoint = RhumbError(
        "the examples of a side don't differ, so that there is nothing to transport", hint: "give others in 'fit'")

    static func oneClass(_ what: String) -> RhumbError {
        RhumbError("\(what) needs examples of both kinds, safe and unsafe", hint: "")
    }

    static func tooFewToTransport(_ count: Int) -> RhumbError {
        RhumbError(
            "a map between two spaces is learned from at least 13 different prompts, not \(count)",
            hint: "hundreds of all kinds are better: using: prompts(\"train\") + prompts(\"train safe\")")
    }

    static func counts(_ what: String, _ a: Int, _ b: Int) -> RhumbError {
        RhumbError(
            "\(what): \(a) and \(b) rows don't pair up", hint: "give as many of one as of the other, or one")
    }

    static let tooFewConcepts = RhumbError(
        "a sum of concepts needs at least two that differ", hint: "give more of them: [\"dog\", \"car\", \"tree\", …]")

    static let erasureNeedsMore = RhumbError(
        "these examples don't tell the covariance that LEACE needs", hint: "give more of them")

    static func penalty(_ penalty: Double) -> RhumbError {
        RhumbError("'penalty' must be above 0, not \(NumberText.shown(penalty))")
    }

    static let sparseSumUnsettled = RhumbError(
        "the weights of the sum don't settle", hint: "take a higher penalty, or fewer concepts")

    static func breakEven(_ mode: Steering) -> RhumbError {
        RhumbError(
            "there is a break-even for translation and projection, not for \(mode.rawValue)",
            hint: "mode: \"translation\"")
    }
}
