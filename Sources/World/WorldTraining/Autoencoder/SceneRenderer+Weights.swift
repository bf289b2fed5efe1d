import Tensor
import World

extension SceneRenderer {
    /// A pixel that differs by less than four of 255 is background.
    private static let visibleDifference: Float = 0.03

    /// What every pixel counts, 1 on the background and `weight` where anything is drawn on it, brought to a mean of 1
    /// over all pictures: [scenes, side, side, 1].
    func objectWeights(of scenes: [Scene], in pixels: Tensor, _ weight: Float) throws -> Tensor {
        let values = pixels.floats, area = Scene.side * Scene.side
        var weights = [Float](repeating: 1, count: scenes.count * area)
        for (index, scene) in scenes.enumerated() {
            let background = scene.background.rgb
            let ground = [background.red, background.green, background.blue].map { Float($0) / 127.5 - 1 }
            for pixel in index * area..<(index + 1) * area
            where (0..<3).contains(where: { abs(values[3 * pixel + $0] - ground[$0]) > Self.visibleDifference }) {
                weights[pixel] = weight
            }
        }
        let mean = weights.reduce(0, +) / Float(weights.count)
        return try Tensor(weights.map { $0 / mean }, shape: [scenes.count, Scene.side, Scene.side, 1])
    }
}
