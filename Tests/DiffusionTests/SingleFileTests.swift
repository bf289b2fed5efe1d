import Diffusion
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Stable Diffusion 1.x and 2.x in one file samples what diffusers' `from_single_file` does
/// (Golden/make_single_file.py), and parts of files and folders go into pipelines.
final class SingleFileTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    private var tokenizer: URL { goldenFiles.url("tiny-pipeline/tokenizer") }

    private func golden() throws -> JSON { try FileContents.json(goldenFiles.url("single-file.golden.json")) }

    private func file(_ version: Int) throws -> JSON {
        try XCTUnwrap(golden()["files"]?.array?.first { $0["version"]?.integer == version })
    }

    /// The tensors of a golden file, by formula.
    private func tensors(_ json: JSON) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for entry in json["tensors"]?.array ?? [] {
            let name = try XCTUnwrap(entry.array?[0].string)
            let shape = (entry.array?[1].array ?? []).compactMap(\.integer)
            tensors[name] = try Tensor(Formula.values(name, shape), shape: shape)
        }
        return tensors
    }

    private func write(_ tensors: [String: Tensor], _ name: String = "model.safetensors") throws -> URL {
        let url = folder.appendingPathComponent(name)
        try Safetensors.write(tensors, to: url)
        return url
    }

    private func floats(_ json: JSON?) -> [Float] { (json?.array ?? []).compactMap(\.number).map { Float($0) } }

    private func check(_ model: StableDiffusion, _ sample: JSON, _ label: String) throws {
        let golden = try golden()
        var options = SamplingOptions()
        options.steps = try XCTUnwrap(golden["steps"]?.integer)
        options.guidanceScale = Float(try XCTUnwrap(golden["guidance"]?.number))
        (options.width, options.height) = (16, 16)
        // The golden numbers are DDIM's, whatever a file without scheduler is taken to have.
        options.sampler = .ddim
        let final = try model.sample(
            [XCTUnwrap(golden["prompt"]?.string)], options,
            generator: Generator(seed: UInt64(XCTUnwrap(golden["seed"]?.integer)))
        ).final
        let latents = floats(sample["latents"])
        XCTAssertEqual(final.count, latents.count)
        assertClose(final.floats, latents, .ofLargest(1e-4), "\(label), latents")
        let picture = try model.images(final)[0].tensor.permuted([1, 2, 0]).contiguous()
        assertClose(picture.floats, floats(sample["picture"]), .ofLargest(1e-4), "\(label), picture")
    }

    func testFilesSampleAsInDiffusers() throws {
        for version in [1, 2] {
            let json = try file(version), url = try write(tensors(json))
            XCTAssertTrue(StableDiffusion.isSingleFile(try Weights(url).names))
            for sample in json["samples"]?.array ?? [] {
                var options = StableDiffusion.SingleFileOptions()
                options.usesAverages = sample["averaged"]?.bool == true
                let (model, report) = try StableDiffusion.load(singleFile: url, options: options, tokenizer: tokenizer)
                XCTAssertEqual(report.version, version == 1 ? .first : .second)
                XCTAssertEqual(model.scheduler.predictionType, version == 1 ? .epsilon : .velocity)
                XCTAssertEqual(report.leavesAverages, version == 1 && !options.usesAverages)
                try check(model, sample, "version \(version), averaged: \(options.usesAverages)")
            }
        }
    }

    /// Files that inpaint (9 channels) and that edit pictures (8), against diffusers
    /// (Golden/make_single_file_tasks.py).
    func testTasksSampleAsInDiffusers() throws {
        let golden = try FileContents.json(goldenFiles.url("single-file-tasks.golden.json"))
        let inputs = try FileContents.json(goldenFiles.url("tasks.golden.json"))
        let picture = try Image(Tensor(floats(inputs["picture"]), shape: [3, 16, 16]))
        let mask = try PictureMask(Tensor(floats(inputs["mask"]), shape: [16, 16]))
        XCTAssertEqual(golden["files"]?.array?.count, 2)
        for sample in golden["files"]?.array ?? [] {
            let channels = try XCTUnwrap(sample["channels"]?.integer), inpaints = channels == 9
            var tensors = try tensors(file(1))
            let first = "model.diffusion_model.input_blocks.0.0.weight", shape = [32, channels, 3, 3]
            tensors[first] = try Tensor(Formula.values(first, shape), shape: shape)
            let (model, _) = try StableDiffusion.load(singleFile: write(tensors), tokenizer: tokenizer)
            XCTAssertEqual(model.task, inpaints ? .inpainting : .editing)
            var options = SamplingOptions()
            (options.steps, options.guidanceScale, options.sampler) = (3, 3, .ddim)
            options.strength = 1
            let final = try model.sample(
                [XCTUnwrap(golden["prompt"]?.string)], options, images: [picture], masks: inpaints ? [mask] : [],
                generator: Generator(seed: 7)
            ).final
            assertClose(final.floats, floats(sample["latents"]), .ofLargest(1e-4), "\(channels) channels")
        }
    }

    /// Stable Diffusion XL in one file, against diffusers (Golden/make_single_file_xl.py).
    func testXLSamplesAsInDiffusers() throws {
        let golden = try FileContents.json(goldenFiles.url("single-file-xl.golden.json"))
        let (model, report) = try StableDiffusion.load(singleFile: write(tensors(golden)), tokenizer: tokenizer)
        XCTAssertEqual(report.version, .xl)
        XCTAssertEqual(model.pipeline, .xl)
        XCTAssertEqual(SamplerKind(for: model.scheduler), .euler)
        var options = SamplingOptions()
        (options.steps, options.guidanceScale, options.width, options.height) = (3, 3, 16, 16)
        let final = try model.sample(
            [XCTUnwrap(golden["prompt"]?.string)], options, generator: Generator(seed: 7)
        ).final
        assertClose(final.floats, floats(golden["latents"]), .ofLargest(1e-4))
    }

    /// Saved as a folder it is the same model.
    func testSavedAsAFolder() throws {
        let json = try file(2)
        let (model, _) = try StableDiffusion.load(singleFile: write(tensors(json)), tokenizer: tokenizer)
        let saved = folder.appendingPathComponent("saved")
        try model.save(to: saved)
        let again = try StableDiffusion.load(folder: saved)
        XCTAssertEqual(again.unet.configuration.attentionHeadDim, .many([1, 1]))
        try check(again, XCTUnwrap(json["samples"]?.array?.first), "saved")
    }

    /// What an SD 2.x predicts stands in no weight: its count of steps tells, as in diffusers, or the caller.
    func testPredictionOfSecondVersion() throws {
        let tensors = try tensors(file(2))
        var options = StableDiffusion.SingleFileOptions()
        options.prediction = .epsilon
        let (model, report) = try StableDiffusion.load(
            singleFile: write(tensors), options: options, tokenizer: tokenizer)
        XCTAssertEqual(model.scheduler.predictionType, .epsilon)
        XCTAssertTrue(report.isPredictionKnown)
        XCTAssertEqual(model.unet.configuration.sampleSize, 64)
        let (other, unsure) = try StableDiffusion.load(singleFile: write(tensors), tokenizer: tokenizer)
        XCTAssertFalse(unsure.isPredictionKnown)
        XCTAssertEqual(other.unet.configuration.sampleSize, 96)
    }

    func testOtherFamiliesAreNamed() throws {
        let tensors = try tensors(file(1))
        func assertRefused(_ changed: [String: Tensor], _ text: String, tokenizer: URL?) throws {
            let url = try write(changed)
            XCTAssertThrowsError(try StableDiffusion.load(singleFile: url, tokenizer: tokenizer)) {
                XCTAssert("\($0)".contains(text), "\($0) should say: \(text)")
            }
        }
        var changed = tensors
        changed["conditioner.embedders.0.weight"] = try Tensor.zeros([1])
        try assertRefused(
            changed, "holds a refiner of Stable Diffusion XL, which is not supported", tokenizer: tokenizer)
        changed = tensors
        changed["model.diffusion_model.input_blocks.0.0.weight"] = try Tensor.zeros([32, 7, 3, 3])
        try assertRefused(changed, "holds an upscaler (7 channels)", tokenizer: tokenizer)
        try assertRefused(tensors, "tokenizer: \"FOLDER\"", tokenizer: nil)
        changed = tensors
        changed["model.diffusion_model.middle_block.0.in_layers.0.bias"] = nil
        try assertRefused(changed, "lacks 'mid_block.resnets.0.norm1.bias'", tokenizer: tokenizer)
        var options = StableDiffusion.SingleFileOptions()
        options.usesAverages = true
        let url = try write(tensors.filter { !$0.key.hasPrefix("model_ema.") })
        XCTAssertThrowsError(try StableDiffusion.load(singleFile: url, options: options, tokenizer: tokenizer)) {
            XCTAssert("\($0)".contains("has no averaged weights"), "\($0)")
        }
    }

    // MARK: Parts

    /// Every form in which a UNet is left by training gives the same UNet.
    /// Numbers in names that no model reaches, up to the greatest there is, are no sizes.
    func testNumbersInNamesAreNoSizes() throws {
        let first = try tensors(file(1))
        for number in ["10000", "\(Int.max)", "\(UInt64.max)", "-1"] {
            for name in [
                "model.diffusion_model.input_blocks.\(number).0.weight", "first_stage_model.encoder.down.\(number).x.y",
                "model.diffusion_model.output_blocks.\(number).1.conv.weight",
            ] {
                var tensors = first
                tensors[name] = try Tensor([0, 1])
                XCTAssertThrowsError(try StableDiffusion.load(singleFile: write(tensors), tokenizer: tokenizer), name) {
                    XCTAssertTrue($0 is FileError, "\(name): \($0)")
                }
            }
        }
    }

    /// Two names of CompVis' that would be one of diffusers': neither may win in silence.
    func testTwoTensorsForOnePlaceAreRefused() throws {
        var tensors = try tensors(file(1))
        let name = try XCTUnwrap(tensors.keys.first { $0.hasSuffix(".1.conv.weight") && $0.contains("output_blocks") })
        let other = name.replacingOccurrences(of: ".1.conv.weight", with: ".2.conv.weight")
        tensors[other] = tensors[other] ?? tensors[name]
        let both = tensors[name] != nil && tensors[other] != nil
        XCTAssertTrue(both)
        XCTAssertThrowsError(try StableDiffusion.load(singleFile: write(tensors), tokenizer: tokenizer)) {
            XCTAssertTrue($0 is FileError && "\($0)".contains("conv.weight"), "\($0)")
        }
    }

    func testUNetsByThemselves() throws {
        let json = try file(1), all = try tensors(json)
        let (model, _) = try StableDiffusion.load(singleFile: write(all), tokenizer: tokenizer)
        let other = try UNet2DConditionModel(model.unet.configuration, seed: 3)
        let named = Dictionary(uniqueKeysWithValues: model.unet.parameters.map { ($0.name, $0.tensor.detached()) })
        let prefix = "model.diffusion_model."
        let compVis = all.filter { $0.key.hasPrefix(prefix) }
        func without(_ tensors: [String: Tensor]) -> [String: Tensor] {
            Dictionary(uniqueKeysWithValues: tensors.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
        }
        func with(_ prefix: String, _ tensors: [String: Tensor]) -> [String: Tensor] {
            Dictionary(uniqueKeysWithValues: tensors.map { (prefix + $0.key, $0.value) })
        }
        let checkpoint = folder.appendingPathComponent("checkpoint_3")
        try model.unet.save(to: checkpoint.appendingPathComponent("unet"))
        try model.save(to: folder.appendingPathComponent("whole"))
        for url in [
            try write(named, "diffusers.safetensors"), try write(with("module.", named), "parallel.safetensors"),
            try write(with("unet.", named), "part.safetensors"), try write(compVis, "compvis.safetensors"),
            try write(without(compVis), "bare.safetensors"), try write(all, "single.safetensors"),
            checkpoint, checkpoint.appendingPathComponent("unet"), folder.appendingPathComponent("whole"),
        ] {
            let (unet, taken, total) = try other.replaced(by: url)
            XCTAssertEqual(taken, total, url.lastPathComponent)
            for (name, tensor) in unet.parameters {
                assertSameBits(tensor, named[name]!, "\(url.lastPathComponent) \(name)")
            }
        }
    }

    /// ESD and UCE keep the weights that they changed alone; the others stay.
    func testSomeWeightsOfAUNet() throws {
        let model = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        let changed = model.unet.parameters.filter { $0.name.contains("attn2.to_k") }
        XCTAssertEqual(changed.count, 4)
        let tensors = try Dictionary(
            uniqueKeysWithValues: changed.map { ($0.name, try $0.tensor.detached() + 1) })
        let (unet, taken, total) = try model.unet.replaced(by: write(tensors))
        XCTAssertEqual([taken, total], [4, model.unet.parameters.count])
        for ((name, new), (_, old)) in zip(unet.parameters, model.unet.parameters) {
            assertSameBits(new, tensors[name] ?? old, name)
        }
        var odd = tensors
        odd["text_model.final_layer_norm.weight"] = try Tensor.zeros([1])
        XCTAssertThrowsError(try model.unet.replaced(by: write(odd))) {
            XCTAssert("\($0)".contains("no weight of this UNet: 'text_model.final_layer_norm.weight'"), "\($0)")
        }
        let name = try XCTUnwrap(changed.first?.name)
        XCTAssertThrowsError(try model.unet.replaced(by: write([name: Tensor.zeros([3, 3])]))) {
            XCTAssert("\($0)".contains("'\(name)' is 3×3 instead of"), "\($0)")
        }
    }

    func testAutoencodersByThemselves() throws {
        let all = try tensors(file(1))
        let (model, _) = try StableDiffusion.load(singleFile: write(all), tokenizer: tokenizer)
        let prefix = "first_stage_model."
        let part = all.filter { $0.key.hasPrefix(prefix) }
        let bare = Dictionary(uniqueKeysWithValues: part.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
        let saved = folder.appendingPathComponent("vae")
        try model.vae.save(to: saved, as: nil)
        var trained = bare
        trained["loss.logvar"] = try Tensor.zeros([1])
        for url in [
            try write(part, "part.safetensors"), try write(trained, "trained.safetensors"), saved, folder,
            saved.appendingPathComponent("diffusion_pytorch_model.safetensors"),
        ] {
            let vae = try AutoencoderKL.load(part: url, like: AutoencoderConfiguration())
            XCTAssertEqual(vae.configuration.blockOutChannels, [32, 32])
            for (new, old) in zip(vae.parameters, model.vae.parameters) {
                XCTAssertEqual(new.name, old.name)
                assertSameBits(new.tensor, old.tensor, "\(url.lastPathComponent) \(new.name)")
            }
        }
    }

    /// `StableDiffusionPipeline` divides latents by `scaling_factor` and leaves `shift_factor` aside.
    func testShiftOfLatentsIsLeftAside() throws {
        let vae = try XCTUnwrap(
            StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline")).vae as? AutoencoderKL)
        var configuration = vae.configuration
        configuration.shiftFactor = 0.5
        var rest = vae.parameters[...]
        let shifted = try AutoencoderKL(configuration, ParameterSource { _, _, _ in rest.removeFirst().tensor })
        let latents = try Formula.normal("latents", 1, 8, 8, 4)
        let picture = try vae.images(latents)[0]
        assertSameBits(try shifted.images(latents)[0].tensor, picture.tensor, "decoded")
        assertSameBits(try shifted.latents(of: [picture]), try vae.latents(of: [picture]), "encoded")
    }
}
