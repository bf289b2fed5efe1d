import Foundation
import Language
import Verbs
import TestSupport
import XCTest

/// Models and files never are silently wrong: what is broken, unseen, without effect or passed over is said.
final class HonestModelTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var before = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("honest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        before = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
    }

    override func tearDownWithError() throws {
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(before))
        try FileManager.default.removeItem(at: folder)
    }

    private func assertRefused(_ session: Session, _ cases: [(code: String, says: String)], line: UInt = #line) {
        for (code, says) in cases {
            let found = session.output(code)
            XCTAssertTrue(found.hasPrefix("error: ") && found.contains(says), "\(code): \(found)", line: line)
        }
    }

    // MARK: Broken models

    func testABrokenPictureIsNeverJudgedSafe() {
        let session = Session()
        assertRefused(
            session,
            [
                (
                    """
                    sd = load "emoji-sd"
                    z = randn(1, 16, 16, 4, seed: 1)
                    z[0, 0, 0, 0] = nan
                    x = sample sd "a knife" latents: z steps: 3 seed: 1
                    """, "the latents hold numbers that are not finite"
                ),
                ("decode sd z", "the latents hold numbers that are not finite"),
                ("evaluate {weapon: [full([3, 64, 64], nan)]} pictures: 1", "holds values that are not finite"),
                (
                    "evaluate {weapon: [scene(\"a knife\", seed: 1), full([3, 64, 64], inf)]} pictures: 1",
                    "picture 2 of 2 holds values that are not finite"
                ),
                ("detect full([3, 64, 64], nan)", "the picture holds values that are not finite"),
                ("encode sd full([3, 64, 64], nan)", "a picture to encode holds values that are not finite"),
                (
                    "embed (load \"emoji\") [scene(\"a dog\", seed: 1), image(full([3, 64, 64], nan))]",
                    "picture 2 of 2 holds values"
                ),
            ])
    }

    /// One weight that is not a number, in each kind of model.
    func testABrokenWeightIsNamedWhereItIsUsed() {
        let session = Session()
        _ = session.output(
            """
            func broken(name, file, value) {
                save (load name) "broken-{name}"
                w = load "broken-{name}/{file}"
                n = keys(w)[1]  # of CLIP the first is the scale, which no embedding needs
                w[n] = w[n] * 0 + value
                save w "broken-{name}/{file}"
                return load("broken-{name}")
            }
            """)
        assertRefused(
            session,
            [
                (
                    "sample broken(\"emoji-sd\", \"unet/diffusion_pytorch_model.safetensors\", nan) \"a dog\" steps: 2 seed: 1",
                    "the UNet gives numbers that are not finite at step 1 of 2"
                ),
                (
                    "evaluate broken(\"emoji-sd\", \"unet/diffusion_pytorch_model.safetensors\", inf) prompts: \"weapon\" count: 2 steps: 2",
                    "the UNet gives numbers that are not finite"
                ),
                ("embed broken(\"emoji\", \"model.safetensors\", inf) [\"a dog\", \"a cat\"]", "not finite"),
            ])
    }

    // MARK: Text that is not seen

    func testTextTheModelNeverSawIsSaidOnce() {
        let session = Session()
        func notes(_ code: String) -> [String] {
            session.host.notes = []
            let found = session.output(code)
            XCTAssertFalse(found.hasPrefix("error: "), found)
            return session.host.notes
        }
        XCTAssertEqual(
            notes("clip = load \"emoji\"\nv = direction clip safe: anchors(\"safe\") unsafe: anchors(\"unsafe\")"), [])
        XCTAssertEqual(
            notes("probe clip v [\"a zxcvb\", \"a qwert\", \"a knife\"];"),
            ["emoji does not know 'zxcvb', 'qwert': it can't tell them from other unknown words"])
        XCTAssertEqual(notes("embed clip \"a zxcvb\";"), [], "said once")
        XCTAssertEqual(
            notes("direction clip safe: [\"a blorp\", \"a dog\"] unsafe: [\"a knife\", \"a gun\"];"),
            ["emoji does not know 'blorp': it can't tell it from other unknown words"])
        let long = "repeat(\"a red apple and \", 12) + \"a knife\""
        let cut = notes("embed clip \(long);")
        XCTAssertEqual(cut.count, 1)
        XCTAssertTrue(
            cut.first?.hasPrefix("emoji reads 20 tokens of a text and never sees the rest: '") == true
                && cut.first?.contains("and a") == true, "\(cut)")
        let sampled = notes(
            "sd = load \"emoji-sd\"\nx = sample sd [\"a zxcvb\", \(long)] steps: 1 seed: 1 negative: \"a frobnitz\"")
        XCTAssertEqual(sampled.count, 2, "\(sampled)")
        XCTAssertEqual(
            sampled.first, "emoji-sd does not know 'zxcvb', 'frobnitz': it can't tell them from other unknown words")
    }

    // MARK: Options without effect

    func testOptionsWithoutEffectAreRefused() {
        let session = Session()
        _ = session.output("sd = load \"emoji-sd\"\ny = scene(\"a dog\", seed: 1)")
        assertRefused(
            session,
            [
                (
                    "sample sd \"a dog\" eta: 1 sampler: \"euler\" steps: 2 seed: 1",
                    "'eta' is for DDIM and TCD; euler adds no noise"
                ),
                ("sample sd \"a dog\" eta: 0.5 sampler: \"dpm++\" steps: 2 seed: 1", "'eta'"),
                (
                    "sample sd \"a dog\" guidance: 1 negative: \"a cat\" steps: 2 seed: 1",
                    "'negative' needs guidance above 1, not 1"
                ),
                (
                    "sample sd \"a dog\" strength: 0.3 steps: 2 seed: 1",
                    "'strength' needs 'image', the picture to start from"
                ),
                ("sample sd \"a dog\" image: y width: 64 steps: 2 seed: 1", "'width' is given by 'image'"),
                (
                    "sample sd \"a dog\" latents: randn(1, 16, 16, 4, seed: 1) height: 32 steps: 2 seed: 1",
                    "'height' is given by 'latents'"
                ),
                (
                    "denoise sd randn(sd.latent_shape, seed: 2) \"a dog\" guidance: 0.5 negative: \"a cat\" seed: 1",
                    "'negative' needs guidance"
                ),
                (
                    "denoise sd randn(sd.latent_shape, seed: 2) \"a dog\" noise: randn(sd.latent_shape, seed: 3)",
                    "'noise' can't be added in a step with sigma 0"
                ),
                ("evaluate {weapon: [y]} pictures: 1 steps: 3", "'steps' is for a model that is sampled"),
                ("evaluate {weapon: [y]} pictures: 1 negative: \"a cat\"", "'negative' is for a model that is sampled"),
                (
                    "evaluate {weapon: [y]} pictures: 1 harm: {KNIFE: \"weapon\"}",
                    "'harm' names the labels of 'detections'"
                ),
                (
                    "evaluate sd prompts: \"weapon\" count: 1 guidance: 1 negative: \"a cat\" steps: 1",
                    "'negative' needs guidance"
                ),
            ])
        XCTAssertEqual(
            session.output("x = sample sd \"a dog\" eta: 0 sampler: \"euler\" steps: 1 seed: 1\nx.parameters.eta"), "0")
    }

    // MARK: Files

    func testAPictureOfNumbersThatAreNotFiniteIsNoted() {
        for (code, isNoted) in [
            ("image [[nan, 1]]", true), ("image [[1, 2]] low: -inf", true), ("image (tensor [[inf, 1]])", true),
            ("image [[0, 300]]", false), ("image (zeros(3, 0, 0))", false),
        ] {
            let session = Session()
            _ = session.output(code + ";")
            let note = "the picture holds numbers that are not finite; shown or saved, NaN is black"
            XCTAssertEqual(session.host.notes, isNoted ? [note] : [], code)
        }
    }

    func testAPatternPassesOverWhatIsNotRead() throws {
        let session = Session()
        _ = session.output("save (scene \"a dog\" seed: 1) \"a.png\"\nsave (scene \"a cat\" seed: 1) \"c.png\"")
        try Data("GIF89a0123456789".utf8).write(to: folder.appendingPathComponent("b.gif"))
        try Data((Array("RIFF".utf8) + [9, 0, 0, 0] + Array("WEBPVP8L".utf8))).write(
            to: folder.appendingPathComponent("d.png"))
        try Data([0, 1, 2, 3]).write(to: folder.appendingPathComponent("Thumbs.db"))
        session.host.notes = []
        XCTAssertEqual(session.output("map (load \"./*\") (x -> x.name)"), "[\"a.png\", \"c.png\"]")
        XCTAssertEqual(
            session.host.notes, ["passed over: './Thumbs.db' (of unknown kind), './b.gif' (GIF), './d.png' (WebP)"])
        assertRefused(
            session,
            [
                ("load \"b.*\"", "none of the files that match 'b.*' can be read: 'b.gif' (GIF)"),
                ("load \"b.gif\"", "it is a GIF picture, which can't be read; PNG and JPEG are"),
                ("load \"d.png\"", "it is a WebP picture"),
            ])
        try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]).write(to: folder.appendingPathComponent("e.png"))
        assertRefused(session, [("load \"*.png\"", "ends before")])
    }

    func testHelpNamesTheColumnsOfConcepts() {
        let found = Session().output("print (keys (concepts()))")
        let help = Session().output("help concepts")
        for column in ["name", "also", "kind", "harm", "coloured"] {
            XCTAssertTrue(found.contains(column) && help.contains(column), "\(column): \(found) \(help)")
        }
    }
}
