import Basics
import Files
import Foundation
import TestSupport
import World
import XCTest

final class RenderingTests: XCTestCase {
    private func pixel(_ rgb: [UInt8], _ x: Int, _ y: Int) -> [Int] { (0..<3).map { Int(rgb[(y * 64 + x) * 3 + $0]) } }

    func testAnEmptySceneIsItsBackground() throws {
        var random = SplitMix64(seed: 1)
        let scene = try Scene.of([], using: &random)
        let rgb = try SceneRenderer.shared.render(scene)
        let colour = scene.background.rgb
        XCTAssertEqual(rgb.count, 64 * 64 * 3)
        XCTAssertEqual(
            Set((0..<4096).map { pixel(rgb, $0 % 64, $0 / 64) }),
            [[Int(colour.red), Int(colour.green), Int(colour.blue)]])
    }

    func testEveryConceptIsDrawnInsideItsBox() throws {
        let renderer = SceneRenderer.shared
        var random = SplitMix64(seed: 2)
        for concept in Concept.all {
            let scene = try Scene.of([concept], using: &random)
            let rgb = try renderer.render(scene)
            let ground = scene.background.rgb
            let box = scene.objects[0].box
            var inside = 0
            for y in 0..<64 {
                for x in 0..<64 where pixel(rgb, x, y) != [Int(ground.red), Int(ground.green), Int(ground.blue)] {
                    XCTAssertTrue(
                        (box.x..<box.x + box.side).contains(x) && (box.y..<box.y + box.side).contains(y), concept.name)
                    inside += 1
                }
            }
            // Even a thin bow covers a tenth of its square; an emoji that fills less was cropped or read wrongly.
            XCTAssertGreaterThan(inside, box.side * box.side / 10, concept.name)
        }
    }

    func testTintsShowInTheirColour() throws {
        let renderer = SceneRenderer.shared
        var random = SplitMix64(seed: 3)
        let dominant: [Tint: (Double, Double, Double) -> Bool] = [
            .red: { $0 > $1 && $0 > $2 }, .yellow: { $0 > $2 && $1 > $2 }, .green: { $1 > $0 && $1 > $2 },
            .blue: { $2 > $0 && $2 > $1 }, .purple: { $0 > $1 && $2 > $1 },
        ]
        for concept in Concept.all where ["balloon", "heart", "star", "car"].contains(concept.name) {
            for _ in 0..<20 {
                let scene = try Scene.of([concept], using: &random)
                let rgb = try renderer.render(scene)
                let box = scene.objects[0].box
                var sums = (0.0, 0.0, 0.0)
                for y in box.side / 3..<box.side * 2 / 3 {
                    for x in box.side / 3..<box.side * 2 / 3 {
                        let p = pixel(rgb, box.x + x, box.y + y)
                        sums = (sums.0 + Double(p[0]), sums.1 + Double(p[1]), sums.2 + Double(p[2]))
                    }
                }
                let tint = scene.objects[0].tint!
                XCTAssertTrue(dominant[tint]!(sums.0, sums.1, sums.2), "\(tint) \(concept.name): \(sums)")
            }
        }
    }

    func testRenderingIsDeterministicAndCachesNothingWrong() throws {
        var random = SplitMix64(seed: 4)
        let scenes = (0..<30).map { _ in Scene.random(using: &random) }
        let renderer = SceneRenderer()
        let first = try scenes.map(renderer.render)
        XCTAssertEqual(try scenes.map(renderer.render), first, "cached sprites are the same sprites")
        XCTAssertEqual(try scenes.map(SceneRenderer().render), first)
    }

    /// The bits of twenty scenes as they were drawn from the font itself, of version 2.042, through FreeType: the bundled
    /// models learnt from these.
    func testScenesAreThoseTheModelsLearntFrom() throws {
        var random = SplitMix64(seed: 7)
        let scenes = (0..<20).map { _ in Scene.random(using: &random) }
        let bytes = try scenes.flatMap(SceneRenderer.shared.render)
        let digest = SHA256()
        bytes.withUnsafeBytes(digest.update)
        XCTAssertEqual(
            try digest.finish(), "7a8fc06d7da6dca97033a6bac2941217a655968b59fe3ea546da15831498b78a")
    }

    func testEveryConceptHasAPictureOfItsOwn() throws {
        let pictures = try Set(
            Concept.all.map { concept in
                var random = SplitMix64(seed: 8)
                return try SceneRenderer.shared.render(Scene.of([concept], using: &random))
            })
        XCTAssertEqual(pictures.count, Concept.all.count)
    }
}
