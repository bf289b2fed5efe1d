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
