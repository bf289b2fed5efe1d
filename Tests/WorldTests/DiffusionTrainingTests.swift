import Basics
import CLIP
import Diffusion
import Foundation
import Tensor
import TestSupport
import World
import WorldTraining
import XCTest

/// Training runs of the miniature's autoencoder and UNet: what a stop and a resume must not change.
final class DiffusionTrainingTests: XCTestCase {
    private static let autoencoder: AutoencoderConfiguration = {
        var c = MiniDiffusion.autoencoder
        c.blockOutChannels = [4, 8, 8]
        return c
    }()

    private static let unet: UNetConfiguration = {
        var c = MiniDiffusion.unet
        c.blockOutChannels = [16, 16, 32]
        c.attentionHeadDim = .one(2)
        return c
    }()

    private func vaeTrainer() throws -> VAETrainer {
        var options = VAETrainingOptions()
        (options.steps, options.batch, options.warmUp, options.seed) = (4, 2, 1, 3)
        return try VAETrainer(options, configuration: Self.autoencoder)
    }

    func testResumedAutoencoderRunEqualsTheUninterruptedOne() throws {
        let whole = try vaeTrainer()
        for _ in 0..<4 { try whole.step() }
        let first = try vaeTrainer()
        for _ in 0..<2 { try first.step() }
        let place = temporaryFolder()
        try first.saveCheckpoint(to: place)
        let second = try VAETrainer(resuming: place, configuration: Self.autoencoder)
        for _ in 0..<2 { try second.step() }
        XCTAssertEqual(second.history, whole.history)
        for ((name, a), (_, b)) in zip(try whole.averaged().parameters, try second.averaged().parameters) {
            assertSameBits(a, b, name)
        }
        XCTAssertThrowsError(try second.step()) { XCTAssertTrue("\($0)".contains("all its 4 steps"), "\($0)") }
    }

    func testAutoencoderScalesLatentsToVarianceOne() throws {
        let trainer = try vaeTrainer()
        try trainer.step()
        let vae = try trainer.averaged()
        var random = SplitMix64(seed: 9)
        let scenes = (0..<16).map { _ in Scene.random(using: &random) }
        let latents = try vae.encode(SceneRenderer.shared.pixels(scenes)).mean * vae.configuration.scalingFactor
        XCTAssertEqual(try latents.squared().mean().item, 1, accuracy: 0.2)
    }

    private func unetTrainer(_ vae: AutoencoderKL, _ text: TextEncoder) throws -> UNetTrainer {
        var options = UNetTrainingOptions()
        (options.steps, options.batch, options.scenes, options.warmUp, options.seed) = (4, 3, 5, 1, 3)
        return try UNetTrainer(options, autoencoder: vae, text: text, configuration: Self.unet)
    }

    func testResumedUNetRunEqualsTheUninterruptedOne() throws {
        let vae = try AutoencoderKL(Self.autoencoder, seed: 1)
        let clip = try TextEncoder(of: .load(folder: XCTUnwrap(BundledModel.named("emoji")).folder()))
        let whole = try unetTrainer(vae, clip)
        for _ in 0..<4 { try whole.step() }
        let first = try unetTrainer(vae, clip)
        for _ in 0..<2 { try first.step() }
        try first.check(count: 2)
        let place = temporaryFolder()
        try first.saveCheckpoint(to: place)
        let second = try UNetTrainer(resuming: place, configuration: Self.unet)
        XCTAssertEqual(second.checks, first.checks)
        for _ in 0..<2 { try second.step() }
        XCTAssertEqual(second.history, whole.history)
        for ((name, a), (_, b)) in zip(try whole.averaged().parameters, try second.averaged().parameters) {
            assertSameBits(a, b, name)
        }
    }

    /// A folder that held another run resumes with the autoencoder of the run saved last.
    func testACheckpointBringsItsOwnAutoencoder() throws {
        let text = try TextEncoder(of: .load(folder: XCTUnwrap(BundledModel.named("emoji")).folder()))
        let place = temporaryFolder()
        for seed in [1, 2] as [UInt64] {
            let vae = try AutoencoderKL(Self.autoencoder, seed: seed)
            try unetTrainer(vae, text).saveCheckpoint(to: place)
            let resumed = try UNetTrainer(resuming: place, configuration: Self.unet)
            for ((name, a), (_, b)) in zip(vae.parameters, resumed.autoencoder.parameters) {
                assertSameBits(a, b, "\(name), seed \(seed)")
            }
        }
    }

    func testCheckpointOfAnotherKindIsRefused() throws {
        let trainer = try vaeTrainer(), place = temporaryFolder()
        try trainer.saveCheckpoint(to: place)
        XCTAssertThrowsError(try UNetTrainer(resuming: place)) {
            XCTAssertTrue("\($0)".contains("not a checkpoint of mini-unet training"), "\($0)")
        }
    }
}
