import Files
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

/// Sizes that no model has are refused before anything is multiplied by them or allocated.
final class ConfigurationSizeTests: XCTestCase {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sizes-\(UUID().uuidString)")
    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    /// Every number of the configurations, and every list of them, made extreme in turn: an error, never a crash.
    func testEveryNumberMadeExtreme() throws {
        let source = goldenFiles.url("tiny-pipeline")
        for part in ["unet", "vae", "scheduler"] {
            let name = part == "scheduler" ? "scheduler_config.json" : "config.json"
            try? FileManager.default.removeItem(at: folder)
            try FileManager.default.copyItem(at: source, to: folder)
            let file = folder.appendingPathComponent("\(part)/\(name)")
            let members = try XCTUnwrap(FileContents.json(file).members)
            var refused = 0
            for (place, member) in members.enumerated() {
                for extreme in [0, -1, 1 << 31, 1 << 62, Int.max] {
                    var changed = members
                    switch member.value {
                    case .integer, .number: changed[place].value = .integer(extreme)
                    case .array(let items) where items.first?.integer != nil:
                        changed[place].value = .array(items.map { _ in .integer(extreme) })
                    default: continue
                    }
                    try AtomicFile.write(JSON.object(changed).text(), to: file)
                    let found = message {
                        let model = try StableDiffusion.load(folder: folder)
                        for sampler in SamplerKind.allCases { _ = try sampler.sampler(model.scheduler, steps: 2) }
                    }
                    if found != "no error" {
                        refused += 1
                        XCTAssertLessThan(found.count, 600, found)
                    }
                }
            }
            XCTAssertGreaterThan(refused, 8, part)
        }
    }

    func testSizesAreNamed() throws {
        func unet(_ change: (inout UNetConfiguration) -> Void) -> String {
            var configuration = UNetConfiguration()
            change(&configuration)
            return message { _ = try UNet2DConditionModel(configuration, ParameterSource { _, _, _ in try Tensor(0) }) }
        }
        XCTAssertTrue(
            unet { $0.layersPerBlock = .one(1_000_000_000) }.contains("'layers_per_block' in the configuration must be")
        )
        XCTAssertTrue(
            unet { $0.transformerLayersPerBlock = .one(.max) }.contains(
                "'transformer_layers_per_block' in the configuration must be"))
        XCTAssertTrue(
            unet { $0.blockOutChannels = [1 << 62, 1, 1, 1] }.contains(", not [4611686018427387904"))
        XCTAssertTrue(unet { $0.inChannels = .max }.contains("'in_channels' in the configuration must be"))
        XCTAssertTrue(unet { $0.convInKernel = .max }.contains("'conv_in_kernel' in the configuration must be"))
        XCTAssertTrue(unet { $0.sampleSize = 1 << 62 }.contains("'sample_size' in the configuration must be"))
        XCTAssertTrue(
            unet { $0.crossAttentionDim = .one(.max) }.contains("'cross_attention_dim' in the configuration must be"))
        var scheduler = SchedulerConfiguration()
        scheduler.stepsOffset = .max
        XCTAssertTrue(
            message { _ = try DDIMScheduler(scheduler, steps: 3) }.contains(
                "'steps_offset' must be from 0 to 1000000, not 9223372036854775807"))
        scheduler = SchedulerConfiguration()
        scheduler.numTrainTimesteps = .max
        XCTAssertTrue(
            message { _ = try DDIMScheduler(scheduler, steps: 3) }.contains(
                "'num_train_timesteps' must be from 1 to 1000000"))
    }
}
