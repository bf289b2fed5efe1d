import Diffusion
import Tensor
import TestSupport
import XCTest

/// The loss of a model on given pictures against diffusers; how the numbers were made stands in
/// Golden/make_denoising_errors.py.
final class DenoisingErrorTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private func pictures() throws -> [Image] {
        let pixels = try (Formula.normal("pictures", 2, 3, 16, 16).clamped(-1, 1) + 1) * 0.5
        return try (0..<2).map { try Image(pixels.selected(0, $0)) }
    }

    func testErrorsAreThoseOfDiffusers() throws {
        let golden = try goldenFiles.decode([String: [Double]].self, "denoising-errors.golden.json")
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        for kind in PredictionType.allCases {
            var scheduler = pipeline.scheduler
            scheduler.predictionType = kind
            let found = try pipeline.replacing(scheduler: scheduler).denoisingErrors(of: pictures())
            assertClose(found, try XCTUnwrap(golden[kind.rawValue]), .relative(1e-4), kind.rawValue)
        }
    }

    /// A picture's error is its own, whatever is judged beside it.
    func testNoiseIsTheSameForEveryPicture() throws {
        let pipeline = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline")), pictures = try pictures()
        let both = try pipeline.denoisingErrors(of: pictures), last = try pipeline.denoisingErrors(of: [pictures[1]])
        XCTAssertEqual(both[1], last[0], accuracy: 1e-5)
        var probe = DenoisingProbe()
        probe.draws = 0
        XCTAssertThrowsError(try pipeline.denoisingErrors(of: pictures, probe))
        (probe.draws, probe.timestep) = (1, 1000)
        XCTAssertThrowsError(try pipeline.denoisingErrors(of: pictures, probe))
    }
}
