import Files
import Foundation
import Tensor
import TestSupport
import XCTest

final class KindTests: XCTestCase {
    func testFilesBySuffixAndByContents() throws {
        let folder = TemporaryFolder(self)
        for (name, kind) in [
            ("a.csv", FileContents.Kind.table), ("a.JSONL", .table), ("a.PNG", .image), ("a.json", .json),
            ("a.md", .recipe),
            ("a.rhumb", .script), ("a.pt", .pytorchArchive), ("m.safetensors.index.json", .tensors), ("a.txt", .text),
        ] {
            XCTAssertEqual(try FileContents.kind(of: folder.write(name, "x".utf8)), kind, name)
        }
        for (source, kind) in [
            ("images/rgb8.png", FileContents.Kind.image), ("images/grey.jpg", .image),
            ("arrays/bool.npy", .array), ("types.safetensors", .tensors),
        ] {
            let url = try folder.write("nameless", Data(contentsOf: golden(source)))
            XCTAssertEqual(try FileContents.kind(of: url), kind, source)
        }
        XCTAssertThrowsError(try FileContents.kind(of: folder.write("a.xyz", "hello".utf8))) {
            XCTAssertTrue("\($0)".contains("can't tell what '\(folder.file("a.xyz").path)' holds"), "\($0)")
        }
        XCTAssertThrowsError(try FileContents.kind(of: folder.file("none.csv"))) {
            XCTAssertTrue("\($0)".contains("no such file or folder"), "\($0)")
        }
    }

    /// What lies where weights are looked for and is something else says so, whatever its suffix.
    func testForeignFilesAreNamed() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3438167534\n"
        let folder = TemporaryFolder(self)
        try folder.write("openvino_model.xml", "<?xml version=\"1.0\"?><net name=\"unet\" version=\"11\">".utf8)
        for (name, bytes, says) in [
            ("model.safetensors", Array(pointer.utf8), "a pointer of Git LFS"),
            ("v1-5.ckpt", Array(pointer.utf8), "a pointer of Git LFS"),
            ("pytorch_model.bin", Array("\n<!DOCTYPE html><html>".utf8), "a web page (HTML)"),
            ("model.pt", Array("<HTML><body>".utf8), "a web page (HTML)"),
            ("sd.gguf", Array("GGUF".utf8) + [3, 0, 0, 0], "a GGUF file"),
            ("best.onnx", [8, 7, 0x12, 1], "an ONNX file"),
            ("openvino_model.bin", [0, 0, 0x80, 0x3F], "the weights of an OpenVINO model"),
            ("tf_model.h5", [0x89, 0x48, 0x44, 0x46, 13, 10], "an HDF5 file"),
            ("flax_model.msgpack", [0x81], "a MessagePack file"),
        ] as [(String, [UInt8], String)] {
            let url = try folder.write(name, bytes)
            XCTAssertThrowsError(try FileContents.kind(of: url), name) { XCTAssert("\($0)".contains(says), "\($0)") }
            XCTAssertThrowsError(try Weights(url), name) { XCTAssert("\($0)".contains(says), "\($0)") }
        }
        XCTAssertThrowsError(try FileContents.kind(of: folder.file("openvino_model.xml"))) {
            XCTAssert("\($0)".contains("OpenVINO"), "\($0)")
        }
        // A file of PyTorch's beside any XML is one.
        let data = try Data(contentsOf: golden("pytorch/state.pt"))
        try folder.write("state.xml", "<a/>".utf8)
        XCTAssertTrue(try Weights(folder.write("state.bin", data)).contains("0.weight"))
    }

    /// Weights of half precision beside others, and their index, by the names that the hub gives them.
    func testVariantsOfWeights() throws {
        let folder = TemporaryFolder(self)
        func write(_ name: String, _ value: Float) throws {
            try Safetensors.write(["w": Tensor(value)], to: folder.file(name))
        }
        try write("model.safetensors", 1)
        try write("model.fp16.safetensors", 2)
        XCTAssertEqual(try Weights(folder.url).tensor("w").floats, [1])
        XCTAssertEqual(try Weights(folder.url, variant: "fp16").tensor("w").floats, [2])
        XCTAssertThrowsError(try Weights(folder.url, variant: "bf16")) {
            XCTAssert("\($0)".contains("the folder has no weights of the variant 'bf16'"), "\($0)")
        }
        let shards = TemporaryFolder(self)
        try Safetensors.write(["w": Tensor(3)], to: shards.file("model.fp16-00001-of-00001.safetensors"))
        let index = #"{"weight_map": {"w": "model.fp16-00001-of-00001.safetensors"}}"#
        try shards.write("model.safetensors.index.fp16.json", index.utf8)
        XCTAssertEqual(try FileContents.kind(of: shards.url), .tensors)
        for variant in [nil, "fp16"] {
            XCTAssertEqual(try Weights(shards.url, variant: variant).tensor("w").floats, [3], variant ?? "none")
        }
    }

    func testFoldersByWhatTheyHold() throws {
        func kind(_ files: [String: String]) throws -> FileContents.Kind {
            let folder = TemporaryFolder(self)
            for (name, text) in files { try folder.write(name, text.utf8) }
            return try FileContents.kind(of: folder.url)
        }
        XCTAssertEqual(try kind(["config.json": #"{"model_type": "clip"}"#, "model.safetensors": ""]), .clip)
        XCTAssertEqual(try kind(["config.json": #"{"text_config": {}, "vision_config": {}}"#]), .clip)
        XCTAssertEqual(try kind(["config.json": #"{"model_type": "bert"}"#]), .transformers(modelType: "bert"))
        XCTAssertEqual(try kind(["model_index.json": "{}"]), .diffusers)
        XCTAssertEqual(try kind(["open_clip_config.json": "{}"]), .openCLIP)
        XCTAssertEqual(try FileContents.kind(of: golden("shards")), .tensors)
        XCTAssertThrowsError(try kind(["notes.md": ""])) {
            XCTAssertTrue("\($0)".contains("no model_index.json"), "\($0)")
        }
        XCTAssertThrowsError(try kind(["config.json": "{"])) { XCTAssertTrue("\($0)".contains("config.json"), "\($0)") }
    }
}
