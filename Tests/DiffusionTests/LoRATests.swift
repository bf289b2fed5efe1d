import Files
import Diffusion
import Foundation
import Tensor
import TestSupport
import XCTest

final class LoRATests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private lazy var folder = temporaryFolder()
    private func unet(seed: UInt64 = 1) throws -> UNet2DConditionModel {
        var configuration = UNetConfiguration()
        configuration.blockOutChannels = [8, 8]
        configuration.downBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"]
        configuration.upBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"]
        configuration.layersPerBlock = .one(1)
        configuration.crossAttentionDim = .one(8)
        configuration.attentionHeadDim = .one(2)
        configuration.normNumGroups = 4
        let fresh = try UNet2DConditionModel(configuration, seed: seed)
        return try fresh.converted(to: .float32)
    }

    private func prediction(_ unet: UNet2DConditionModel) throws -> [Float] {
        let generator = Generator(seed: 5)
        return try unet(
            Tensor.randn([2, 8, 8, 4], generator: generator), timesteps: [501],
            context: Tensor.randn([2, 3, 8], generator: generator)
        ).floats
    }

    /// Adapters whose up matrices are not 0 any more.
    private func trained(_ unet: UNet2DConditionModel, alpha: Float = 6) throws -> LoRA {
        let lora = try LoRA(LoRAOptions(rank: 3, alpha: alpha), on: unet, generator: Generator(seed: 2))
        for (index, (name, tensor)) in lora.parameters.enumerated() where name.hasSuffix("lora_B.weight") {
            try tensor.assign(
                Tensor.normal(tensor.shape, standardDeviation: 0.3, generator: Generator(seed: UInt64(index))))
        }
        return lora
    }

    func testFreshAdaptersChangeNothingAndStartAsInPEFT() throws {
        let unet = try unet(), before = try prediction(unet)
        let lora = try LoRA(LoRAOptions(rank: 4), on: unet, generator: Generator(seed: 0))
        assertClose(try prediction(unet), before, .absolute(1e-5))
        // Two attention blocks at the one level with attention and one in the middle, two attentions each, four layers
        // each.
        XCTAssertEqual(lora.parameters.count, 4 * 2 * 4 * 2)
        for (name, tensor) in lora.parameters {
            XCTAssertTrue(tensor.requiresGradient, name)
            let sizes = tensor.floats.map(abs), bound = 1 / Float(tensor.shape[1]).squareRoot()
            if name.hasSuffix("lora_A.weight") {
                XCTAssertTrue(sizes.allSatisfy { $0 <= bound }, name)
                XCTAssertGreaterThan(sizes.max()!, bound * 0.7)
            } else {
                XCTAssertTrue(sizes.allSatisfy { $0 == 0 }, name)
            }
        }
    }

    func testTheyCanBeSwitchedOffTakenOffAndMerged() throws {
        let unet = try unet(), before = try prediction(unet)
        let lora = try trained(unet), changed = try prediction(unet)
        XCTAssertGreaterThan(largestDifference(changed, before), 0.01)
        lora.isEnabled = false
        XCTAssertEqual(try prediction(unet), before)
        lora.isEnabled = true
        try lora.merge()
        assertClose(try prediction(unet), changed, .absolute(1e-5))
        lora.detach()
        assertClose(try prediction(unet), changed, .absolute(1e-5))
    }

    /// A folder has no place for adapters: what is written is what the UNet computes.
    func testASavedUNetHasTheAdaptersMerged() throws {
        let unet = try unet(), before = unet.parameters.map(\.tensor.floats)
        let lora = try trained(unet), changed = try prediction(unet)
        try unet.save(to: folder)
        assertClose(try prediction(UNet2DConditionModel.load(folder: folder)), changed, .absolute(1e-5))
        XCTAssertEqual(unet.parameters.map(\.tensor.floats), before)
        lora.isEnabled = false
        try unet.save(to: folder)
        XCTAssertEqual(try UNet2DConditionModel.load(folder: folder).parameters.map(\.tensor.floats), before)
    }

    func testACopyOfAnotherElementTypeHasTheAdaptersMerged() throws {
        let unet = try unet()
        _ = try trained(unet)
        assertClose(try prediction(unet.converted(to: .float32)), try prediction(unet), .absolute(1e-5))
    }

    func testFilesAreThoseOfDiffusersAndComeBack() throws {
        let unet = try unet(), lora = try trained(unet), changed = try prediction(unet)
        try lora.save(to: folder)
        let file = try SafetensorsFile(folder.appendingPathComponent("pytorch_lora_weights.safetensors"))
        let module = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0"
        XCTAssertEqual(file.shape(of: module + ".lora_A.weight"), [3, 8])
        XCTAssertEqual(file.shape(of: module + ".lora_B.weight"), [8, 3])
        XCTAssertTrue(file.names.allSatisfy { $0.hasPrefix("unet.") })
        XCTAssertEqual(file.metadata["format"], "pt")
        let configuration = try JSON(parsing: XCTUnwrap(file.metadata["lora_adapter_metadata"]))
        XCTAssertEqual(configuration["unet.r"]?.integer, 3)
        XCTAssertEqual(configuration["unet.lora_alpha"]?.number, 6)

        let (other, again) = try self.unet().adapted(by: folder)
        XCTAssertEqual(again?.options.alpha, 6)
        XCTAssertEqual(try prediction(other), changed)
    }

    /// Files without a configuration, some with the older names and without a prefix, have the scale 1.
    func testOlderNamesAreRead() throws {
        let unet = try unet(), lora = try trained(unet, alpha: 3), changed = try prediction(unet)
        let older = lora.parameters.map { name, tensor in
            (
                name.replacingOccurrences(of: ".lora_A.", with: ".lora.down.")
                    .replacingOccurrences(of: ".lora_B.", with: ".lora.up."), tensor.detached()
            )
        }
        let url = folder.appendingPathComponent("older.safetensors")
        try Safetensors.write(Dictionary(uniqueKeysWithValues: older), to: url)
        let (other, again) = try self.unet().adapted(by: url)
        XCTAssertEqual(again?.options.rank, 3)
        XCTAssertEqual(try prediction(other), changed)
    }

    func testWhatFitsNoLayerIsNamed() throws {
        let unet = try unet()
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return ""
        }
        XCTAssertTrue(
            message { _ = try LoRA(LoRAOptions(rank: 2, targets: ["to_z"]), on: unet, generator: Generator(seed: 0)) }
                .contains("no linear layer that ends in 'to_z'"))
        let url = folder.appendingPathComponent("odd.safetensors")
        try Safetensors.write(
            [
                "unet.nowhere.to_q.lora_A.weight": Tensor.ones([2, 8]),
                "unet.nowhere.to_q.lora_B.weight": Tensor.ones([8, 2]),
            ],
            to: url)
        XCTAssertTrue(message { _ = try unet.adapted(by: url) }.contains("'nowhere.to_q'"))
        let module = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
        try Safetensors.write(["\(module).lora_A.weight": Tensor.ones([2, 8])], to: url)
        XCTAssertTrue(message { _ = try unet.adapted(by: url) }.contains("'\(module)'"))
        try Safetensors.write(
            ["\(module).lora_A.weight": Tensor.ones([2, 7]), "\(module).lora_B.weight": Tensor.ones([8, 2])], to: url)
        XCTAssertTrue(
            message { _ = try unet.adapted(by: url) }.contains("must have its layer's shape [rank, 8], not [2, 7]"))
    }
}
