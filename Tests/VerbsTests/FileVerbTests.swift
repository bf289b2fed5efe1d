import Foundation
import Language
import TestSupport
import Verbs
import World
import XCTest

/// `load` and `save`: what goes where, and what is wrong with what doesn't.
final class FileVerbTests: XCTestCase {
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

    func testEveryFormatComesBack() {
        assertOutputs([
            ("save tensor([[1, 2], [3, 4]]) \"a.npy\"\nload(\"a.npy\") == [[1, 2], [3, 4]]", "true"),
            ("save randint(0, 9, 4, seed: 1) \"a.npy\"\nload(\"a.npy\").dtype", "\"int64\""),
            (
                "save tensor([[1, 2], [3, 4]]) \"a.csv\"\nload \"a.csv\"",
                "column1  column2\n      1        2\n      3        4"
            ),
            ("save {a: ones(2), b: [1, 2]} \"a.safetensors\"\nload \"a.safetensors\" |> keys", "[\"a\", \"b\"]"),
            (
                "save ones(2) \"a.safetensors\" dtype: \"bfloat16\"\nload(\"a.safetensors\").tensor.dtype",
                "\"bfloat16\""
            ),
            (
                "save ones(2) \"a.safetensors\" dtype: \"bfloat16\"\nload(\"a.safetensors\", dtype: \"float32\").tensor.dtype",
                "\"float32\""
            ),
            ("save table({n: [1, 2], t: [\"x, y\", \"z\"]}) \"a.csv\"\nload(\"a.csv\").t", "[\"x, y\", \"z\"]"),
            ("save table({n: [1, 2]}) \"a.jsonl\"\nload(\"a.jsonl\").n", "[1, 2]"),
            ("save table({n: [1, 2]}) \"a.json\"\nload \"a.json\"", "[{n: 1}, {n: 2}]"),
            ("save [1, none, {a: true}, tensor([1, 2])] \"a.json\"\nload \"a.json\"", "[1, none, {a: true}, [1, 2]]"),
            ("save \"hello\" \"a.txt\"\nload \"a.txt\"", "\"hello\""),
            ("save image(ones(3, 2, 5)) \"a.png\"\nload \"a.png\"", "image 5×2  a.png"),
            ("save ones(3, 2, 5) \"b.png\"\nload(\"b.png\").tensor.shape", "[3, 2, 5]"),
            ("load(\"*.png\")", "[image 5×2  a.png, image 5×2  b.png]"),
            ("load [\"b.png\", \"a.txt\"]", "[image 5×2  b.png, \"hello\"]"),
            ("load \"a.csv\" as: \"text\"", "\"n,t\\n1,\\\"x, y\\\"\\n2,z\\n\""),
        ])
    }

    func testWhatCannotBeLoaded() throws {
        try "x".write(to: folder.appendingPathComponent("a.rhumb"), atomically: true, encoding: .utf8)
        try "x".write(to: folder.appendingPathComponent("a.pt"), atomically: true, encoding: .utf8)
        try "x".write(to: folder.appendingPathComponent("a.safetensors"), atomically: true, encoding: .utf8)
        try "x".write(to: folder.appendingPathComponent("a.xyz"), atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("bert"), withIntermediateDirectories: true)
        try #"{"model_type": "bert"}"#.write(
            to: folder.appendingPathComponent("bert/config.json"), atomically: true, encoding: .utf8)
        assertOutputs([
            (
                "load \"emojis\"",
                "error: there is no file, folder or bundled model 'emojis'; bundled: "
                    + BundledModel.all.map(\.name).joined(separator: ", ")
            ),
            (
                "load \"none.csv\"",
                "error: can't read 'none.csv': no such file or folder; check the path, and that its folder exists"
            ),
            ("load \"*.jpg\"", "error: no file matches '*.jpg'"),
            ("load \"a.rhumb\"", "error: 'a.rhumb' is a script; run it with: import \"a.rhumb\""),
            (
                "load \"a.safetensors\"",
                "error: 'a.safetensors': a safetensors file must have at least 8 bytes, not 1; is this a safetensors file?"
            ),
            (
                "load \"a.xyz\"",
                "error: can't tell what 'a.xyz' holds: neither its suffix nor its first bytes are known"
            ),
            (
                "load \"bert\"",
                "error: 'bert' holds a transformers model of type 'bert', which can't be used as a model here; "
                    + "its tensors can be loaded from the file of weights in it"
            ),
        ])
    }

    func testWhatCannotBeSaved() throws {
        assertOutputs([
            (
                "save ones(2) \"a.xyz\"",
                "error: 'save' can't write a tensor as '.xyz'; `help save` lists what goes where"
            ),
            (
                "save {a: \"x\"} \"a.safetensors\"",
                "error: a safetensors file holds tensors, and 'a' is the string \"x\""
            ),
            ("save {f: sum} \"a.json\"", "error: JSON can't hold a function"),
            ("save image(ones(3, 2, 2)) \"a.jpg\"", "error: a picture must be saved as .png, not .jpg"),
            (
                "save ones(2, 2, 2) \"a.csv\"",
                "error: can't write 'a.csv': a table must have at most two dimensions, not 3"
            ),
        ])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
        // Missing folders are made; a file is not a folder.
        assertOutputs([("save ones(2) \"made/a.npy\"", "")])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/made"), ["a.npy"])
        let refused = Session().output("save ones(2) \"made/a.npy/b.npy\"")
        XCTAssertTrue(refused.hasPrefix("error: can't"), refused)
    }

    func testARunsOwnFolderHoldsWhatItSaves() throws {
        let session = Session()
        let results = folder.appendingPathComponent("results")
        try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
        session.host.outputFolder = results.path
        XCTAssertEqual(session.output("save ones(2) \"a.npy\"\nload(\"a.npy\").shape"), "[2]")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), ["results"])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: results.path), ["a.npy"])
    }
}
