import Basics
import Diffusion
import Files
import Foundation
import Tensor
import TestSupport
import Verbs
import XCTest

/// `lora`, `fuse` and `save … layout:` on the bundled model, by what they draw and say.
final class LoRAVerbTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var before = ""
    private let session = Session()

    override func setUpWithError() throws {
        folder = temporaryFolder()
        before = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
        XCTAssertEqual(
            session.output(
                """
                sd = load "emoji-sd"
                t = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a ball" lora: 2 seed: 1
                save t "fresh.safetensors"
                func picture(model) { return tensor((sample model "a ball" steps: 2 seed: 3)) }
                """), "")
        // Fresh adapters change nothing: their second half is 0.
        let fresh = try Weights(URL(fileURLWithPath: "fresh.safetensors"))
        for (name, value) in [("a", Float(0.3)), ("b", -0.2)] {
            let tensors = try fresh.names.map { name in
                (name, try name.contains("lora_B") ? Tensor.full(fresh.shape(of: name)!, value) : fresh.tensor(name))
            }
            try Safetensors.write(
                Dictionary(uniqueKeysWithValues: tensors), to: URL(fileURLWithPath: "\(name).safetensors"))
        }
    }

    override func tearDownWithError() throws {
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(before))
    }

    private func assertOutput(_ code: String, _ gives: String, line: UInt = #line) {
        XCTAssertEqual(session.output(code), gives, code, line: line)
    }

    func testSeveralOnTopOfEachOtherAndOff() {
        assertOutput(
            """
            both = lora sd ["a.safetensors", "b.safetensors"] scale: [0.8, 0.5]
            both.name
            """, #""emoji-sd with a.safetensors × 0.8, b.safetensors × 0.5""#)
        assertOutput("both.adapters[1]", #"{path: "b.safetensors", scale: 0.5}"#)
        assertOutput(
            """
            first = lora sd "a.safetensors" scale: 0.8
            stacked = lora first "b.safetensors" scale: 0.5
            max(abs(picture(both) - picture(stacked)))
            """, "0")
        assertOutput("max(abs(picture(both) - picture(sd))) > 0.05", "true")
        assertOutput("max(abs(picture(both) - picture(first))) > 0.05", "true")
        assertOutput("max(abs(picture(lora(both, none)) - picture(sd)))", "0")
        assertOutput("lora(both, none).name", #""emoji-sd""#)
        assertOutput("lora(sd, none).name", #""emoji-sd""#)
        assertOutput("max(abs(picture(fuse(both)) - picture(both))) < 1e-4", "true")
        assertOutput("max(abs(picture(lora(fuse(both), none)) - picture(both))) < 1e-4", "true")
    }

    func testKohyasLayoutIsReadBack() throws {
        assertOutput("save t \"k.safetensors\" layout: \"kohya\"", "")
        let names = try Weights(URL(fileURLWithPath: "k.safetensors")).names
        XCTAssertTrue(names.allSatisfy { $0.hasPrefix("lora_unet_") }, names.first ?? "none")
        XCTAssertEqual(names.filter { $0.hasSuffix(".alpha") }.count * 3, names.count)
        assertOutput("max(abs(picture(lora(sd, \"k.safetensors\")) - picture(lora(sd, \"fresh.safetensors\"))))", "0")
    }

    func testWhatIsRefused() {
        for (code, says) in [
            (
                "lora sd [\"a.safetensors\", \"b.safetensors\"] scale: [1]",
                "error: 'scale' must be one number, or one for each of 2 files, not 1"
            ),
            ("lora sd []", "error: 'path' must name a file of adapters; none takes all adapters off"),
            ("lora sd none scale: 2", "error: 'scale' is for adapters, and none are put on; leave it out"),
            (
                "save t \"adapters\"",
                "error: adapters are saved as .safetensors, not as 'adapters'; `checkpoint` keeps a whole run in a "
                    + "folder; save t.policy \"FOLDER\" writes the model"
            ),
            (
                "save eye(2) \"x.safetensors\" layout: \"kohya\"",
                "error: 'layout' is for the adapters of a trainer, and this is a tensor; leave 'layout' out"
            ),
            (
                """
                f = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a" lora: none seed: 1
                save f "x.safetensors"
                """,
                "error: this run trains all weights and has no adapters to save; save the model: "
                    + "save t.policy \"FOLDER\"; `checkpoint` keeps the run"
            ),
        ] {
            assertOutput(code, says)
        }
    }
}
