import Tensor

extension SceneRenderer {
    /// Pictures of scenes as autoencoders take them: [scenes, side, side, 3] in −1…1.
    public func pixels(_ scenes: [Scene]) throws -> Tensor {
        var values: [Float] = []
        values.reserveCapacity(scenes.count * Scene.side * Scene.side * 3)
        for scene in scenes { values += try render(scene).map { Float($0) / 127.5 - 1 } }
        return try Tensor(values, shape: [scenes.count, Scene.side, Scene.side, 3])
    }
}
