import Foundation
import Language
import TestSupport
import Verbs
import XCTest

/// Models in the forms that people have on disk, as `load` takes them: names of the hub, parts, weights alone.
final class ModelFormTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var before = ""

    override func setUpWithError() throws {
        folder = temporaryFolder()
        before = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
    }

    override func tearDownWithError() throws {
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(before))
        unsetenv("HF_HUB_CACHE")
    }

    private func assertRefused(_ code: String, _ says: String..., line: UInt = #line) {
        let found = Session().output(code)
        XCTAssertTrue(found.hasPrefix("error: "), "\(code): \(found)", line: line)
        for text in says { XCTAssertTrue(found.contains(text), "\(code): \(found) should say: \(text)", line: line) }
    }

    /// A repository in the layout of the hub's client, whose files are links.
    private func makeRepository() throws {
        let manager = FileManager.default
        let hub = folder.appendingPathComponent("hub"),
            repository = hub.appendingPathComponent("models--org--tiny.clip")
        let commit = "0123456789abcdef0123456789abcdef01234567"
        let blobs = repository.appendingPathComponent("blobs")
        let snapshot = repository.appendingPathComponent("snapshots/\(commit)")
        XCTAssertEqual(Session().output("save (load \"emoji\") \"clip\""), "")
        try manager.createDirectory(at: repository, withIntermediateDirectories: true)
        try manager.moveItem(at: folder.appendingPathComponent("clip"), to: blobs)
        try manager.createDirectory(at: snapshot, withIntermediateDirectories: true)
        for name in try manager.contentsOfDirectory(atPath: blobs.path) {
            try manager.createSymbolicLink(
                atPath: snapshot.appendingPathComponent(name).path, withDestinationPath: "../../blobs/\(name)")
        }
        let refs = repository.appendingPathComponent("refs")
        try manager.createDirectory(at: refs, withIntermediateDirectories: true)
        try commit.write(to: refs.appendingPathComponent("main"), atomically: true, encoding: .utf8)
        setenv("HF_HUB_CACHE", hub.path, 1)
    }

    func testTheNamesOfTheCacheAreOffered() throws {
        try makeRepository()
        let interpreter = Interpreter(registry: .rhumb(), host: CollectingHost())
        func offered(_ text: String) -> [String] {
            interpreter.complete(text, cursor: text.utf8.count).candidates.map(\.text)
        }
        XCTAssertEqual(offered("load \"org/"), ["org/tiny.clip"])
        XCTAssertEqual(offered("load \"emoji-s"), ["emoji-sd"])
        XCTAssertEqual(offered("load \"emoji-sd\" unet: \"or"), ["org/tiny.clip"])
    }

    func testNamesInTheHubsCache() throws {
        try makeRepository()
        for code in [
            "load \"org/tiny.clip\"", "load \"hub/models--org--tiny.clip\"",
            "load \"org/tiny.clip\" revision: \"main\"", "load \"org/tiny.clip\" revision: \"0123456789\"",
        ] {
            XCTAssertEqual(Session().output("c = \(code)\nc.width"), "128", code)
        }
        XCTAssertEqual(Session().output("(load \"org/tiny.clip\").name"), "\"org/tiny.clip\"")
        assertRefused("load \"org/other\"", "no model 'org/other' in the hub's cache", "rhumb fetch org/other")
        assertRefused(
            "load \"org/tiny.clip\" revision: \"v2\"", "the revision 'v2' of 'org/tiny.clip' is not in the hub's cache",
            "in the cache: 0123456789ab")
        assertRefused("load \"org/other.png\"", "no such file or folder")
        assertRefused("load \"emoji\" revision: \"v2\"", "'revision'")
        assertRefused("load \"org/tiny.clip\" variant: \"fp16\"", "no weights of the variant 'fp16'")
        // What lies here goes before what lies in the cache.
        XCTAssertEqual(Session().output("save 7 \"org/tiny.json\""), "")
        XCTAssertEqual(Session().output("load \"org/tiny.json\""), "7")
    }

    func testPartsGoIntoPipelines() throws {
        let session = Session()
        XCTAssertEqual(
            session.output(
                """
                save (load "emoji-sd") "sd"
                w = load "sd/unet/diffusion_pytorch_model.safetensors"
                save w "whole.safetensors"
                save {"conv_out.bias": w["conv_out.bias"] + 100} "some.safetensors"
                """), "")
        XCTAssertTrue(
            session.host.notes.contains {
                $0.contains("holds a UNet: put it into a pipeline: load \"BASE\" unet: \"sd/unet/")
            }, "\(session.host.notes)")
        let changed = Session()
        XCTAssertEqual(
            changed.output(
                """
                sd = load "sd"
                x = randn(1, 16, 16, 4, seed: 1)
                a = denoise sd x "a dog" step: 3 steps: 8 seed: 5
                b = denoise (load "sd" unet: "whole.safetensors") x "a dog" step: 3 steps: 8 seed: 5
                c = denoise (load "sd" unet: "some.safetensors") x "a dog" step: 3 steps: 8 seed: 5
                [max(abs(a.output - b.output)), round(mean(c.output - a.output))]
                """), "[0, 100]")
        XCTAssertTrue(changed.host.notes.contains { $0.contains("1 of the UNet's") }, "\(changed.host.notes)")
        XCTAssertEqual(
            Session().output(
                """
                x = randn(1, 16, 16, 4, seed: 1)
                a = denoise (load "sd") x "a dog" step: 3 steps: 8 seed: 5
                b = denoise (load "sd" text_encoder: "sd/text_encoder") x "a dog" step: 3 steps: 8 seed: 5
                c = denoise (load "sd" text_encoder: "sd") x "a dog" step: 3 steps: 8 seed: 5
                max(abs(a.output - b.output)) + max(abs(a.output - c.output))
                """), "0")
        assertRefused("load \"sd/text_encoder\"", "holds a text encoder", "load \"BASE\" text_encoder: \"sd/text")
        assertRefused("load \"emoji-sd\" tokenizer: \"sd\"", "'tokenizer' is for a model in a single file")
        assertRefused("load \"emoji\" unet: \"sd\"", "'unet' is for a pipeline, and 'emoji' is none")
        assertRefused("load \"whole.safetensors\" vae: \"sd\"", "'vae' goes into a pipeline", "holds a UNet")
        assertRefused("load \"sd\" unet: \"sd/vae\"", "'_class_name'")
        assertRefused("load \"sd\" unet: \"nowhere.safetensors\"", "no such file")
        XCTAssertEqual(Session().output("(load \"sd\" vae: \"sd/vae\").vae.channels"), "4")
    }

    /// A scheduler that there is not is named at `load`, by the value and in the pictures.
    func testAnotherSamplerInPlaceOfTheFolders() throws {
        XCTAssertEqual(Session().output("save (load \"emoji-sd\") \"sd\""), "")
        let file = folder.appendingPathComponent("sd/scheduler/scheduler_config.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("DDIMScheduler", with: "EDMEulerScheduler").write(
            to: file, atomically: true, encoding: .utf8)
        let session = Session()
        XCTAssertEqual(
            session.output(
                """
                sd = load "sd"
                x = sample sd "a dog" steps: 1 seed: 1
                y = sample sd "a dog" steps: 1 seed: 1 sampler: "euler"
                [x.parameters.in_place_of, len(x.parameters) - len(y.parameters)]
                """), "[\"EDMEulerScheduler\", 1]")
        XCTAssertTrue(
            session.host.notes.contains(
                "sd: its scheduler is EDMEulerScheduler, which Rhumb has not; ddim samples in its place"),
            "\(session.host.notes)")
        XCTAssertTrue(session.output("sd").contains("ddim in place of EDMEulerScheduler"))
    }

    func testForeignFilesAreNamed() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3438167534\n"
        try pointer.write(
            to: folder.appendingPathComponent("model.safetensors"), atomically: true, encoding: .utf8)
        assertRefused("load \"model.safetensors\"", "a pointer of Git LFS", "git lfs pull")
        try "{\"model_type\": \"clip_vision_model\"}".write(
            to: folder.appendingPathComponent("config.json"), atomically: true, encoding: .utf8)
        assertRefused("load \".\"", "a pointer of Git LFS", "git lfs pull")
        try FileManager.default.removeItem(at: folder.appendingPathComponent("model.safetensors"))
        XCTAssertEqual(Session().output("save {x: eye(2)} \"model.safetensors\""), "")
        assertRefused(
            "load \".\"", "holds the image tower of a CLIP alone, without its projection",
            "take the folder of the whole CLIP")
        let session = Session()
        XCTAssertEqual(
            session.output(
                "save {\"lora_unet_x.lora_down.weight\": eye(2)} \"l.safetensors\"\nlen(load(\"l.safetensors\"))"), "1")
        XCTAssertTrue(
            session.host.notes.contains(
                "l.safetensors holds adapters (LoRA): put them onto a pipeline: lora sd \"l.safetensors\""),
            "\(session.host.notes)")
        XCTAssertEqual(Session().output("x = load \"l.safetensors\" as: \"tensors\"\nlen(x)"), "1")
    }
}
