import Basics

// What the world's trainers can object to. Its messages are here and nowhere else.

extension RhumbError {
    static func trainingSizes(steps: Int, batch: Int, phrases: Int) -> RhumbError {
        RhumbError(
            "training needs at least 1 step, 2 pairs per batch and 1 phrase, not \(steps), \(batch) and \(phrases)")
    }

    static func trainingNumber(_ name: String, _ value: Int, atLeast least: Int) -> RhumbError {
        RhumbError("'\(name)' must be at least \(least), not \(value)")
    }

    static var otherTowers: RhumbError {
        RhumbError(
            "training must start from a mini CLIP, not from a model with other towers",
            hint: "for example `start: load(\"emoji\")`")
    }

    static var otherUNet: RhumbError {
        RhumbError(
            "training must start from a miniature's UNet, not from another",
            hint: "for example `start: load(\"emoji-sd\")`")
    }
}
