import Basics
import Files
import TestSupport
import XCTest

import Hub

/// Which files are taken of repositories that hold what the published ones do.
final class FileChoiceTests: XCTestCase {
    private func choice(
        _ paths: [String], _ name: String = "org/name", kind: HubCache.Kind = .model, variant: String? = nil,
        index: JSON? = nil
    ) throws -> FileChoice {
        let files = paths.map { HubFile(path: $0, size: 1000, identifier: String(repeating: "0", count: 40)) }
        return try FileChoice(files, of: XCTUnwrap(HubName(name)), kind: kind, variant: variant, modelIndex: index)
    }

    private func taken(
        _ paths: [String], _ name: String = "org/name", kind: HubCache.Kind = .model, variant: String? = nil,
        index: JSON? = nil
    ) throws -> [String] {
        try choice(paths, name, kind: kind, variant: variant, index: index).taken.map(\.path)
    }

    /// The files of Stable Diffusion 1.5 as published.
    private static let pipeline = [
        "README.md", "feature_extractor/preprocessor_config.json", "model_index.json",
        "safety_checker/config.json", "safety_checker/model.safetensors", "safety_checker/pytorch_model.bin",
        "scheduler/scheduler_config.json", "text_encoder/config.json", "text_encoder/model.fp16.safetensors",
        "text_encoder/model.safetensors", "text_encoder/pytorch_model.bin", "text_encoder/pytorch_model.fp16.bin",
        "tokenizer/merges.txt", "tokenizer/special_tokens_map.json", "tokenizer/tokenizer_config.json",
        "tokenizer/vocab.json", "unet/config.json", "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.fp16.safetensors", "unet/diffusion_pytorch_model.non_ema.safetensors",
        "unet/diffusion_pytorch_model.safetensors", "v1-5-pruned-emaonly.ckpt", "v1-5-pruned.safetensors",
        "v1-inference.yaml", "vae/config.json", "vae/diffusion_pytorch_model.bin",
        "vae/diffusion_pytorch_model.fp16.safetensors", "vae/diffusion_pytorch_model.safetensors",
        "vae_encoder/model.onnx",
    ]
    private static let index: JSON = [
        "_class_name": "StableDiffusionPipeline", "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "image_encoder": [.null, .null], "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"], "requires_safety_checker": true,
    ]

    func testAPipelineIsItsPartsWithOneSetOfWeightsEach() throws {
        let choice = try choice(Self.pipeline, index: Self.index)
        XCTAssertEqual(
            choice.taken.map(\.path).sorted(),
            [
                "feature_extractor/preprocessor_config.json", "model_index.json", "scheduler/scheduler_config.json",
                "text_encoder/config.json", "text_encoder/model.safetensors", "tokenizer/merges.txt",
                "tokenizer/special_tokens_map.json", "tokenizer/tokenizer_config.json", "tokenizer/vocab.json",
                "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "vae/config.json",
                "vae/diffusion_pytorch_model.safetensors",
            ])
        XCTAssertEqual(choice.notes.count, 1)
        XCTAssertTrue(choice.notes[0].hasPrefix("left aside: 'safety_checker' (3.00 kB"), choice.notes[0])
    }

    func testAVariantIsTakenOfEveryPart() throws {
        XCTAssertEqual(
            try taken(Self.pipeline, variant: "fp16", index: Self.index).filter { $0.hasSuffix(".safetensors") },
            [
                "text_encoder/model.fp16.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
                "vae/diffusion_pytorch_model.fp16.safetensors",
            ])
        XCTAssertThrowsError(try taken(Self.pipeline, variant: "non_ema", index: Self.index)) { error in
            let error = error as? RhumbError
            XCTAssertEqual(
                error?.message, "'text_encoder' of 'org/name' has no weights of the variant 'non_ema'")
            XCTAssertTrue(error?.hint.contains("model.fp16.safetensors") == true)
        }
    }

    func testFolderOfAPipelineAndFile() throws {
        XCTAssertEqual(
            try taken(Self.pipeline, "org/name:vae"), ["vae/config.json", "vae/diffusion_pytorch_model.safetensors"])
        XCTAssertEqual(try taken(Self.pipeline, "org/name:v1-5-pruned-emaonly.ckpt"), ["v1-5-pruned-emaonly.ckpt"])
        XCTAssertEqual(try taken(Self.pipeline, "org/name:tokenizer/").count, 4)
    }

    func testCLIPOfTransformers() throws {
        XCTAssertEqual(
            try taken([
                "README.md", "config.json", "flax_model.msgpack", "merges.txt", "model.safetensors",
                "preprocessor_config.json", "pytorch_model.bin", "tf_model.h5", "tokenizer.json", "vocab.json",
                "onnx/model.onnx", "training_args.bin",
            ]),
            [
                "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
                "vocab.json",
            ])
        XCTAssertEqual(
            try taken(["config.json", "pytorch_model.bin", "optimizer.bin", "scheduler.bin"]),
            ["config.json", "pytorch_model.bin"])
    }

    func testOpenCLIPsWeightsGoFirstWhereItsConfigurationIs() throws {
        let files = [
            "config.json", "open_clip_config.json", "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
            "model.safetensors", "pytorch_model.bin", "tokenizer.json",
        ]
        XCTAssertEqual(
            try taken(files), ["config.json", "open_clip_config.json", "open_clip_model.safetensors", "tokenizer.json"])
    }

    func testShardsComeWithTheirIndex() throws {
        let files = [
            "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
            "model.fp16-00001-of-00001.safetensors", "model.safetensors.index.fp16.json",
            "model.safetensors.index.json", "pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json",
        ]
        XCTAssertEqual(
            try taken(files),
            [
                "config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
            ])
        XCTAssertEqual(
            try taken(files, variant: "fp16"),
            ["config.json", "model.safetensors.index.fp16.json", "model.fp16-00001-of-00001.safetensors"])
        XCTAssertEqual(
            try taken(files, "org/name:pytorch_model.bin.index.json"),
            ["pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin"])
    }

    func testSingleFiles() throws {
        XCTAssertEqual(try taken(["README.md", "lora.safetensors"]), ["lora.safetensors"])
        XCTAssertEqual(
            try taken(["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"]),
            ["adapter_config.json", "adapter_model.safetensors"])
        XCTAssertThrowsError(try taken(["a.safetensors", "b.safetensors", "c.ckpt"])) { error in
            let error = error as? RhumbError
            XCTAssertEqual(
                error?.message, "'org/name' has 3 files of weights, and nothing that says which is meant")
            XCTAssertTrue(error?.hint.hasPrefix("name one: rhumb fetch org/name:a.safetensors") == true)
        }
        XCTAssertThrowsError(try taken(["README.md", "x.gguf"])) {
            XCTAssertEqual(($0 as? RhumbError)?.message, "'org/name' has no file of weights")
        }
    }

    func testADatasetIsAllOfIt() throws {
        XCTAssertEqual(try taken(["a.csv", "b/c.parquet"], kind: .dataset), ["a.csv", "b/c.parquet"])
        XCTAssertEqual(try taken(["a.csv", "b/c.parquet"], "org/name:b", kind: .dataset), ["b/c.parquet"])
    }

    func testNames() {
        XCTAssertEqual(HubName("org/name")?.path, nil)
        XCTAssertEqual(HubName("org/na.me-1_x:unet/config.json")?.path, "unet/config.json")
        XCTAssertEqual(HubName("org/name:unet/")?.path, "unet")
        for wrong in [
            "name", "org/name/x", "/name", "org/", "./x", "../x", "org/..", "org/a--b", "~/x", "org/name:",
            "org/name:../x",
            "org/name:/etc/passwd", "org/name:a//b", "org/näme", "org/name:a\u{0}b", "org/.name",
        ] { XCTAssertNil(HubName(wrong), wrong) }
    }

    func testPartsOfAddresses() {
        XCTAssertEqual(URLOrigin("https://HuggingFace.co/x?y"), URLOrigin("https://huggingface.co:443"))
        XCTAssertNotEqual(URLOrigin("http://127.0.0.1:80"), URLOrigin("http://127.0.0.1:81"))
        XCTAssertNotEqual(URLOrigin("https://huggingface.co"), URLOrigin("https://huggingface.co@evil.example/"))
        XCTAssertNil(URLOrigin("file:///etc/passwd"))
        XCTAssertEqual(URLOrigin.quoted("a b/ü?#%", keepsSlashes: true), "a%20b/%C3%BC%3F%23%25")
        XCTAssertEqual(URLOrigin.quoted("refs/pr/1"), "refs%2Fpr%2F1")
    }

    func testBytes() {
        XCTAssertEqual(Words.bytes(0), "0 B")
        XCTAssertEqual(Words.bytes(999), "999 B")
        XCTAssertEqual(Words.bytes(1000), "1.00 kB")
        XCTAssertEqual(Words.bytes(999_499), "999 kB")
        XCTAssertEqual(Words.bytes(999_500), "1.00 MB")
        XCTAssertEqual(Words.bytes(3_438_167_536), "3.44 GB")
        XCTAssertEqual(Words.bytes(2_000_000_000_000), "2.00 TB")
    }
}
