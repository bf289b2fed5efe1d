import Basics

/// What a scene must show; everything it leaves open is drawn.
public struct SceneRequest: Sendable, Equatable {
    /// None to three, all the same or all different.
    public var concepts: [Concept] = []
    /// The tint of each concept; nil leaves it open.
    public var tints: [Tint?] = []
    public var background: Background?
    /// How the first of two concepts lies to the second.
    public var relation: Relation?

    public init(_ concepts: [Concept] = []) {
        self.concepts = concepts
        tints = concepts.map { _ in nil }
    }
}

extension Scene {
    /// A scene that shows what is asked for; places, and whatever is left open, are drawn.
    ///
    /// - Parameter kind: for two different concepts, `.two` or `.positions`; else it follows from the concepts.
    /// - Throws: `RhumbError` for concepts that make no scene, or a tint of something that has its own colour.
    public static func of(
        _ request: SceneRequest, kind: SceneKind? = nil, using random: inout SplitMix64
    ) throws -> Scene {
        for (concept, tint) in zip(request.concepts, request.tints) where tint != nil && !concept.isTintable {
            throw RhumbError.untintable(concept.name)
        }
        let kind = kind ?? (request.relation == nil ? nil : .positions)
        while true {
            let scene = try Scene.of(request.concepts, kind: kind, using: &random)
            if let relation = request.relation, scene.relation(0, 1) != relation { continue }
            let objects = scene.objects.enumerated().map { index, object in
                SceneObject(concept: object.concept, tint: request.tints[index] ?? object.tint, box: object.box)
            }
            return Scene(kind: scene.kind, background: request.background ?? scene.background, objects: objects)
        }
    }
}
