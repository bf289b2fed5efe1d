import Basics

/// Combinations that no training scene contains, chosen by a fixed hash of their names.
///
/// One in eight pairs of concepts, one in eight concept-colour pairs and one in eight concept-background pairs are held
/// out, so prompts exist that a trained model can't have seen, for every kind of scene.
public enum HeldOut {
    /// Whether two different concepts never stand together in a training scene; the order doesn't matter.
    public static func contains(_ a: Concept, _ b: Concept) -> Bool {
        a != b && isHeldOut(["pair"] + [a.name, b.name].sorted())
    }

    /// Whether the concept never has this colour in a training scene.
    public static func contains(_ concept: Concept, _ tint: Tint) -> Bool {
        isHeldOut(["tint", concept.name, tint.rawValue])
    }

    /// Whether the concept never stands on this background in a training scene.
    public static func contains(_ concept: Concept, _ background: Background) -> Bool {
        isHeldOut(["background", concept.name, background.rawValue])
    }

    /// Whether a scene shows any held-out combination.
    public static func contains(_ scene: Scene) -> Bool {
        for (index, object) in scene.objects.enumerated() {
            if contains(object.concept, scene.background) { return true }
            if let tint = object.tint, contains(object.concept, tint) { return true }
            if scene.objects[..<index].contains(where: { contains($0.concept, object.concept) }) { return true }
        }
        return false
    }

    private static func isHeldOut(_ words: [String]) -> Bool {
        SplitMix64.hash(words.joined(separator: "|")) % 8 == 0
    }
}
