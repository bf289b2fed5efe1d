import Basics
import Foundation
import Tensor

/// Draws scenes: pictures of emoji, blended onto plain backgrounds.
///
/// Sprites are read, tinted and resampled on first use and kept, so that a scene costs about twenty microseconds.
/// All sprites of the training distribution together take some 15 MB.
public final class SceneRenderer {
    private var originals: [Look: Bitmap] = [:]
    private var sprites: [Look: [Int: Bitmap]] = [:]

    /// What an object looks like at any size.
    private struct Look: Hashable {
        let concept: Concept
        let tint: Tint?
    }

    public init() {}

    /// The renderer of this process.
    ///
    /// One thread by contract, like the engine.
    nonisolated(unsafe) public static let shared = SceneRenderer()

    /// The picture of a scene: `Scene.side`² pixels of red, green, blue, rows top down.
    public func render(_ scene: Scene) throws -> [UInt8] {
        let sprites = try scene.objects.map(sprite)
        let side = Scene.side
        return [UInt8](unsafeUninitializedCapacity: side * side * 3) { pixels, count in
            let (red, green, blue) = scene.background.rgb
            for p in stride(from: 0, to: side * side * 3, by: 3) {
                pixels[p] = red
                pixels[p + 1] = green
                pixels[p + 2] = blue
            }
            for (object, sprite) in zip(scene.objects, sprites) { blend(sprite, at: object.box, into: pixels) }
            count = side * side * 3
        }
    }

    /// Source over destination: the sprite is premultiplied, so `result = sprite + (1 - alpha) · pixel`.
    private func blend(_ sprite: Bitmap, at box: Box, into pixels: UnsafeMutableBufferPointer<UInt8>) {
        sprite.rgba.withUnsafeBufferPointer { source in
            for y in 0..<box.side {
                var from = y * box.side * 4
                var to = ((box.y + y) * Scene.side + box.x) * 3
                for _ in 0..<box.side {
                    let rest = UInt32(255 - source[from + 3])
                    for c in 0..<3 {
                        pixels[to + c] = UInt8(UInt32(source[from + c]) + (rest * UInt32(pixels[to + c]) + 127) / 255)
                    }
                    from += 4
                    to += 3
                }
            }
        }
    }

    private func sprite(of object: SceneObject) throws -> Bitmap {
        let look = Look(concept: object.concept, tint: object.tint)
        if let sprite = sprites[look]?[object.box.side] { return sprite }
        let sprite = try original(look).resized(to: object.box.side)
        sprites[look, default: [:]][object.box.side] = sprite
        return sprite
    }

    private func original(_ look: Look) throws -> Bitmap {
        if let original = originals[look] { return original }
        let square = try EmojiPicture.of(look.concept).croppedToSquare()
        let original = look.tint.map(square.tinted) ?? square
        originals[look] = original
        return original
    }
}

extension SceneRenderer {
    /// The picture of a scene as a tensor of 0…1.
    public func image(_ scene: Scene) throws -> Image {
        try Image(width: Scene.side, height: Scene.side, rgb: render(scene))
    }
}
