import Foundation
import Language
import TestSupport
import Verbs
import XCTest

/// Files of judges and benchmarks, half precision, and weights that are no model, as a session meets them.
final class JudgeFileTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var before = ""

    override func setUpWithError() throws {
        folder = temporaryFolder()
        before = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
    }

    override func tearDownWithError() throws {
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(before))
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// The layout of GenEval's `evaluation_metadata.jsonl`.
    func testListsInJSONLinesStayWhole() throws {
        try write(
            "evaluation_metadata.jsonl",
            """
            {"tag": "counting", "include": [{"class": "dog", "count": 3}], "exclude": [{"class": "dog", "count": 4}], "prompt": "three dogs"}
            {"tag": "colors", "include": [{"class": "cup", "count": 1, "color": "red"}], "prompt": "a red cup"}
            {"tag": "position", "include": [{"class": "car", "count": 1}, {"class": "cat", "count": 1, "position": ["left of", 0]}], "prompt": "a cat left of a car"}

            """)
        let session = Session()
        XCTAssertEqual(session.output("t = load \"evaluation_metadata.jsonl\"\nprint t.include[0][0].count"), "3")
        XCTAssertEqual(session.output("print t.include[2][1].position[0]"), "left of")
        XCTAssertEqual(session.output("print t.include[1][0].color"), "red")
        XCTAssertEqual(session.output("print t.exclude[0][0].count"), "4")
        XCTAssertEqual(session.output("print t.exclude[1]"), "none")
        XCTAssertEqual(session.output("print t.prompt[2]"), "a cat left of a car")
        XCTAssertEqual(session.output("print len(t)"), "3")
        // A text that looks like a list is one no more than before.
        try write("texts.jsonl", "{\"a\": \"[1]\", \"b\": 1}\n{\"a\": \"[2]\", \"b\": 2}\n")
        XCTAssertEqual(session.output("u = load \"texts.jsonl\"\nprint u.a[1]"), "[2]")
    }

    /// A list or record in a cell is written as JSON, not as a text that shows it.
    func testListsAreSavedInJSONLinesAsTheyAre() throws {
        let session = Session()
        XCTAssertEqual(
            session.output(
                """
                rows = [{include: [{class: "dog", position: ["left of", 0]}], share: nan, note: none},
                        {include: [], share: 0.5, note: "two"}]
                save table(rows) "saved.jsonl"
                print load("saved.jsonl", as: "text")
                """),
            """
            {"include":[{"class":"dog","position":["left of",0]}],"share":NaN,"note":null}
            {"include":[],"share":0.5,"note":"two"}

            """)
        XCTAssertEqual(
            session.output("t = load \"saved.jsonl\"\nprint t.include[0][0].position[0]"), "left of")
    }

    /// The layout of NudeNet's detections: a list of findings for each picture.
    func testDetectionsAreRecords() throws {
        try write(
            "detections.json",
            """
            {"a.png": [{"class": "FACE_MALE", "score": 0.875, "box": [64, 0, 120, 80]},
                       {"class": "FEET_COVERED", "score": 0.5, "box": [10, 200, 30, 40]}], "b.png": []}
            """)
        let session = Session()
        XCTAssertEqual(
            session.output("d = load \"detections.json\"\nprint d[\"a.png\"][0].class d[\"a.png\"][1].box[2]"),
            "FACE_MALE 30")
        XCTAssertEqual(session.output("print len(d[\"b.png\"])"), "0")
    }

    /// Q16's `prompts.p`, as numpy wrote it.
    func testPicklesOfArrays() throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("FilesTests/Golden/pickles")
        try FileManager.default.copyItem(
            at: golden.appendingPathComponent("prompts_old.p"), to: folder.appendingPathComponent("prompts.p"))
        try FileManager.default.copyItem(
            at: golden.appendingPathComponent("runs.p"), to: folder.appendingPathComponent("runs.p"))
        let session = Session()
        XCTAssertEqual(session.output("p = load \"prompts.p\"\nprint p.shape p[1, 7]"), "[2, 8] 0.875")
        let refused = session.output("load \"runs.p\"")
        XCTAssertTrue(refused.hasPrefix("error: ") && refused.contains("posix.system"), refused)
    }

    /// The element types of the weights in a file of safetensors.
    private func types(_ path: String) throws -> Set<String> {
        let data = try Data(contentsOf: folder.appendingPathComponent(path))
        let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any] ?? [:]
        return Set(header.values.compactMap { ($0 as? [String: Any])?["dtype"] as? String })
    }

    /// The bundled models lie in half precision.
    func testHalfPrecisionIsSavedAsItWas() throws {
        let session = Session()
        XCTAssertEqual(
            session.output(
                "sd = load \"emoji-sd\"\nsave sd \"half\"\nsave sd \"full\" dtype: \"float32\"\nsave (load \"emoji\") \"clip\""
            ),
            "")
        for path in ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"] {
            XCTAssertEqual(try types("half/\(path).safetensors"), ["F16"], path)
            XCTAssertEqual(try types("full/\(path).safetensors"), ["F32"], path)
        }
        XCTAssertEqual(try types("clip/model.safetensors"), ["F16"])
        XCTAssertEqual(
            session.output(
                """
                a = sample sd "a dog" steps: 2 seed: 1
                b = sample (load "half") "a dog" steps: 2 seed: 1
                print max(abs(tensor(a) - tensor(b)))
                """), "0")
    }

    func testARecordOfWeightsSaysWhatTakesIt() throws {
        let session = Session()
        _ = session.output(
            "save {\"unet.a.lora_A.weight\": zeros(2), \"unet.a.lora_B.weight\": zeros(2)} \"l.safetensors\"")
        _ = session.output("save {\"down_blocks.0.resnets.0.conv1.weight\": zeros(2)} \"u.safetensors\"")
        _ = session.output("save {x: zeros(2)} \"x.safetensors\"")
        _ = session.output("r = load \"l.safetensors\"\nu = load \"u.safetensors\"\nx = load \"x.safetensors\"")
        for (code, says) in [
            ("sample r \"a dog\"", "lora sd \"l.safetensors\""), ("embed r \"a dog\"", "lora sd \"l.safetensors\""),
            ("sample u \"a dog\"", "load \"BASE\" unet: \"u.safetensors\""),
            ("lora (load \"emoji-sd\") r", "lora sd \"l.safetensors\""),
        ] {
            let found = session.output(code)
            XCTAssertTrue(found.hasPrefix("error: ") && found.contains(says), "\(code): \(found)")
        }
        XCTAssertFalse(session.output("sample x \"a dog\"").contains("BASE"))
    }
}
