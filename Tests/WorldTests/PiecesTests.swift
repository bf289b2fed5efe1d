import CLIP
import Diffusion
import Tensor
import TestSupport
import Training
import World
import WorldTraining
import XCTest

/// Batches that go through their models in pieces have the losses and the gradient of the whole batch, up to rounding.
final class PiecesTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private func assertPiecesAreTheWhole<Run: BatchTrainer>(
        _ make: (_ microbatch: Int?) throws -> Run, _ losses: (Run.Losses) throws -> [Double], line: UInt = #line
    ) throws {
        let whole = try make(nil), pieces = try make(2)
        for run in [whole, pieces] { try run.prepare(progress: nil) }
        let expected = try losses(whole.accumulateGradient(at: 0)), found = try losses(pieces.accumulateGradient(at: 0))
        assertClose(found, expected, .relative(1e-4, atLeast: 1e-6), "losses", line: line)
        let gradients = whole.learner.optimiser.parameters
        XCTAssertTrue(
            gradients.contains { $0.tensor.gradient?.floats.contains { $0 != 0 } ?? false }, "no gradient", line: line)
        for (own, other) in zip(pieces.learner.optimiser.parameters, gradients) {
            XCTAssertEqual(own.tensor.gradient == nil, other.tensor.gradient == nil, own.name, line: line)
            guard let gradient = own.tensor.gradient, let same = other.tensor.gradient else { continue }
            assertClose(gradient, same, .ofLargest(2e-4, atLeast: 1e-6), own.name, line: line)
        }
    }

    func testCLIP() throws {
        var configuration = MiniCLIP.configuration
        (configuration.text.hiddenSize, configuration.text.intermediateSize) = (32, 64)
        (configuration.vision.hiddenSize, configuration.vision.intermediateSize) = (32, 64)
        (configuration.text.numHiddenLayers, configuration.vision.numHiddenLayers) = (1, 1)
        (configuration.vision.patchSize, configuration.projectionDim) = (16, 32)
        try assertPiecesAreTheWhole { microbatch in
            var options = CLIPTrainingOptions.reward
            (options.steps, options.batch, options.warmUp, options.axisPhrases) = (2, 7, 1, 3)
            // Learnt, so that what comes after the towers has a gradient of its own.
            (options.microbatch, options.temperature) = (microbatch, nil)
            return try CLIPTrainer(options, configuration: configuration)
        } _: {
            try [$0.total.item, $0.contrastive.item, $0.auxiliary.item, $0.axis.item].map(Double.init) + [$0.accuracy]
        }
    }

    func testAutoencoder() throws {
        var configuration = MiniDiffusion.autoencoder
        configuration.blockOutChannels = [4, 8, 8]
        try assertPiecesAreTheWhole { microbatch in
            var options = VAETrainingOptions()
            (options.steps, options.batch, options.microbatch, options.halvesPrecision) = (2, 5, microbatch, false)
            return try VAETrainer(options, configuration: configuration)
        } _: {
            try $0.all.map { Double(try $0.item) }
        }
    }

    func testUNet() throws {
        var autoencoder = MiniDiffusion.autoencoder, unet = MiniDiffusion.unet
        autoencoder.blockOutChannels = [4, 8, 8]
        (unet.blockOutChannels, unet.attentionHeadDim) = ([16, 16, 32], .one(2))
        let text = try TextEncoder(of: .load(folder: XCTUnwrap(BundledModel.named("emoji")).folder()))
        let vae = try AutoencoderKL(autoencoder, seed: 1)
        try assertPiecesAreTheWhole { microbatch in
            var options = UNetTrainingOptions()
            (options.steps, options.batch, options.scenes, options.microbatch) = (2, 5, 6, microbatch)
            options.halvesPrecision = false
            return try UNetTrainer(options, autoencoder: vae, text: text, configuration: unet)
        } _: {
            try $0.all.map { Double(try $0.item) }
        }
    }

    /// With pictures of nothing, which have no background to be named, and scenes without objects.
    func testDetector() throws {
        var configuration = DetectorConfiguration()
        (configuration.widths, configuration.headWidth, configuration.groups) = ([8, 16, 16], 16, 4)
        try assertPiecesAreTheWhole { microbatch in
            var options = DetectorTrainingOptions()
            (options.steps, options.batch, options.microbatch, options.meaninglessShare) = (2, 7, microbatch, 0.5)
            return try DetectorTrainer(options, configuration: configuration)
        } _: {
            try $0.all.map { Double(try $0.item) }
        }
    }
}
