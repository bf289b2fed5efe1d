import Basics

// What can go wrong in the world. Its messages are here and nowhere else.

extension RhumbError {
    // MARK: Scenes and prompts

    static func tooManyObjects(_ count: Int) -> RhumbError {
        RhumbError("a scene must have at most 3 objects, not \(count)", hint: "")
    }

    static func mixedRepetition(_ names: [String]) -> RhumbError {
        RhumbError(
            "a scene must repeat all of its objects or none, not [\(names.joined(separator: ", "))]",
            hint: "for example [\"dog\", \"dog\", \"dog\"] or [\"dog\", \"cat\", \"apple\"]")
    }

    static func kindMismatch(_ kind: SceneKind, _ natural: SceneKind, objects: Int) -> RhumbError {
        RhumbError(
            "a scene of kind '\(kind.rawValue)' can't be made of these \(objects) objects",
            hint: "they make a scene of kind '\(natural.rawValue)'")
    }

    static func untintable(_ name: String) -> RhumbError {
        let names = Concept.all.filter(\.isTintable).map(\.name).joined(separator: ", ")
        return RhumbError("a \(name) has its own colour", hint: "these come in colours: \(names)")
    }

    static func unknownWords(_ words: [String]) -> RhumbError {
        RhumbError(
            "the world has no objects named \(words.map { "'\($0)'" }.joined(separator: ", "))",
            hint: hint(for: words[0], among: Concept.all.map(\.name)))
    }

    static func namesNoObject(_ text: String) -> RhumbError {
        RhumbError(
            "'\(text)' names no object of the world", hint: hint(for: text, among: Concept.all.map(\.name)))
    }

    static func relationOfTwo(_ text: String) -> RhumbError {
        RhumbError("'\(text)' must place two objects", hint: "for example \"a dog left of a cat\"")
    }

    static func unknownSuite(_ name: String) -> RhumbError {
        RhumbError(
            "unknown list of prompts '\(name)'",
            hint: "there are \(PromptSuite.all.map { "'\($0.name)'" }.joined(separator: ", "))")
    }

    // MARK: Models

    static var detectorConfiguration: RhumbError {
        RhumbError(
            "a detector needs three widths divisible by its groups, a head, and the world's concepts in their order",
            hint: "")
    }

    static func pictureNotFinite(_ index: Int, of count: Int) -> RhumbError {
        RhumbError(
            "\(count > 1 ? "picture \(index + 1) of \(count)" : "the picture") holds values that are not finite",
            hint: "that nothing is found in it would not make it safe: look at what made it")
    }

    static let detectorNotFinite = RhumbError(
        "the detector's answers are not finite", hint: "one of its weights may be broken: load or train it again")

    static func notADetector(_ path: String, without weight: String? = nil) -> RhumbError {
        RhumbError(
            "'\(path)' describes no detector of the world"
                + (weight.map { ": the file beside it has no '\($0)' of the right shape" } ?? ""),
            hint: "a detector's folder holds the config.json and model.safetensors that `save` or `train` wrote")
    }

    private static func hint(for name: String, among names: [String]) -> String {
        let close = names.filter { $0.first == name.lowercased().first }
        return "objects are words such as " + (close.isEmpty ? names : close).prefix(6).joined(separator: ", ")
    }
}
