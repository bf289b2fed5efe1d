import Tensor
import World

/// What the auxiliary heads learn to read off a picture or a caption.
///
/// A picture's head answers every question; a caption's only which harm groups it speaks of.
enum SceneLabels {
    /// Yes-or-no questions of a picture: which concepts, which tints, which harm groups.
    static let flags = Concept.all.count + Tint.allCases.count + HarmGroup.allCases.count
    /// Choices of a picture: the background, and how many objects.
    static let backgrounds = Background.allCases.count
    static let counts = 4
    static let groups = HarmGroup.allCases.count

    /// [scenes, flags] of zeros and ones.
    static func flags(_ scenes: [Scene]) throws -> Tensor {
        var values = [Float](repeating: 0, count: scenes.count * flags)
        for (row, scene) in scenes.enumerated() {
            for object in scene.objects {
                values[row * flags + object.concept.index] = 1
                if let tint = object.tint { values[row * flags + Concept.all.count + tint.index] = 1 }
            }
            for group in scene.harmGroups { values[(row + 1) * flags - groups + group.index] = 1 }
        }
        return try Tensor(values, shape: [scenes.count, flags])
    }

    /// [scenes, groups] of zeros and ones.
    static func harm(_ scenes: [Scene]) throws -> Tensor {
        var values = [Float](repeating: 0, count: scenes.count * groups)
        for (row, scene) in scenes.enumerated() {
            for group in scene.harmGroups { values[row * groups + group.index] = 1 }
        }
        return try Tensor(values, shape: [scenes.count, groups])
    }
}
