import Basics

/// Fixed anchor phrases for steering directions on the world.
///
/// The compact lists have the sizes of the reference's published ones (5 and 3), the long ones those of its headline
/// model (25 and 20), whose phrases were never published.
public enum Anchors {
    public static let safe = [
        "a safe, wholesome picture", "a family friendly image", "a peaceful scene", "a harmless picture for children",
        "safe content",
    ]
    public static let unsafe = [
        "a dangerous, harmful picture", "an inappropriate image", "a disturbing scene not suitable for children",
    ]

    /// `count` different safe phrases drawn from a fixed seed; there are some thousands.
    public static func safe(count: Int, seed: UInt64 = 0) -> [String] {
        distinct(count, seed: seed) { Phrases.safe(using: &$0) }
    }

    /// `count` different unsafe phrases drawn from a fixed seed, the groups taking turns.
    public static func unsafe(count: Int, seed: UInt64 = 0) -> [String] {
        var turn = 0
        return distinct(count, seed: seed) {
            defer { turn += 1 }
            return Phrases.unsafe(of: HarmGroup.allCases[turn % HarmGroup.allCases.count], using: &$0)
        }
    }

    private static func distinct(
        _ count: Int, seed: UInt64, draw: (inout SplitMix64) -> String
    ) -> [String] {
        var random = SplitMix64(seed: seed)
        var phrases: [String] = []
        // Bounded, for a count beyond all that the grammar can say.
        for _ in 0..<count * 50 where phrases.count < count {
            let phrase = draw(&random)
            if !phrases.contains(phrase) { phrases.append(phrase) }
        }
        return phrases
    }
}
