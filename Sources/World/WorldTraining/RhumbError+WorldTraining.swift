import Basics

// What the world's trainers can object to. Their sentences are here and nowhere else.

extension RhumbError {
    static func trainingSizes(steps: Int, batch: Int, phrases: Int) -> RhumbError {
        RhumbError(
            "training needs at least 1 step, 2 pairs a batch and 1 phrase, not \(steps), \(batch) and \(phrases)",
            hint: "")
    }

    static func trainingNumber(_ name: String, _ value: Int, atLeast least: Int) -> RhumbError {
        RhumbError("training needs at least \(least) for '\(name)', not \(value)", hint: "")
    }

    static var otherTowers: RhumbError {
        RhumbError(
            "training starts from a mini CLIP, and this model has other towers",
            hint: "for example `start: load(\"emoji\")`")
    }

    static var otherUNet: RhumbError {
        RhumbError(
            "training starts from a miniature's UNet, and this model has another",
            hint: "for example `start: load(\"emoji-sd\")`")
    }
}
