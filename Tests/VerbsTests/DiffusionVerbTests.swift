import Foundation
import Language
import Tensor
import TestSupport
import Verbs
import XCTest

/// The verbs of the family `diffusion`, on the bundled miniature.
final class DiffusionVerbTests: XCTestCase {
    private final class Host: SessionHost {
        var attachments: [Attachment] = []
        var progress: [StepProgress] = []
        var isInterrupted = false
        var outputFolder: String?
        func write(_ text: String) {}
        func attach(_ attachment: Attachment) { attachments.append(attachment) }
        func progress(_ progress: StepProgress) { self.progress.append(progress) }
    }

    private let host = Host()
    private lazy var session: Interpreter = {
        let session = Interpreter(registry: .rhumb(), host: host)
        _ = try? session.run(Source(name: "test", text: "sd = load \"emoji-sd\""))
        return session
    }()
    private lazy var folder = temporaryFolder()

    override func setUpWithError() throws {
        Engine.threads = 1
        host.outputFolder = folder.path
    }

    private func text(_ code: String) throws -> String {
        try session.run(Source(name: "test", text: code)).value.text
    }

    private func failure(_ code: String) -> String {
        do { return "no error: \(try text(code))" } catch { return (error as? Diagnostic)?.message ?? "\(error)" }
    }

    func testAnAutoencoderStandsAlone() throws {
        _ = try text(
            "save sd.vae \"vae\"\nvae = load \"vae\"\ny = [scene(\"a dog\", seed: 1), scene(\"a cake\", seed: 2)]")
        XCTAssertTrue(try text("vae").hasPrefix("autoencoder vae: "))
        XCTAssertEqual(try text("[vae.downsampling, vae.channels, vae.scaling == sd.vae.scaling]"), "[4, 4, true]")
        XCTAssertEqual(try text("encode(vae, y) == encode(sd, y)"), "true")
        XCTAssertEqual(try text("decode(vae, encode(sd, y)) == decode(sd, encode(sd, y))"), "true")
        XCTAssertTrue(failure("encode (load \"emoji\") y").contains("autoencoder"))
    }

    func testPicturesKnowWhatTheyWereMadeFrom() throws {
        _ = try text("x = sample sd \"a dog\" steps: 3 seed: 7 eta: 0.5 negative: \"a knife\"")
        XCTAssertEqual(
            try text("x.parameters"),
            "{prompt: \"a dog\", seed: 7, steps: 3, guidance: 5, eta: 0.5, sampler: \"ddim\", model: \"emoji-sd\", negative: \"a knife\"}"
        )
        _ = try text("save x \"x.png\" texts: {note: \"kept\"}\ny = load \"x.png\"")
        XCTAssertEqual(try text("y.parameters.prompt"), "a dog")
        XCTAssertEqual(try text("y.parameters.seed + y.parameters.eta"), "7.5")
        XCTAssertEqual(try text("y.parameters.note"), "kept")
        // Made again from what the file says.
        XCTAssertEqual(
            try text(
                """
                p = y.parameters
                z = sample(sd, p.prompt, steps: p.steps, seed: p.seed, guidance: p.guidance, eta: p.eta, negative: \
                p.negative)
                z == x
                """), "true")
        XCTAssertEqual(try text("image(zeros(3, 4, 4)).parameters"), "{}")
    }

    /// Where the mask is black everywhere the picture stays as the autoencoder has it, drawn by the seed's first numbers.
    func testMasksSayWhatIsPaintedAnew() throws {
        _ = try text(
            """
            x = scene "a dog" seed: 1
            kept = sample sd "a cake" image: x mask: zeros(64, 64) steps: 2 seed: 3
            left = concat([ones(64, 32), zeros(64, 32)], axis: 1)
            half = sample sd "a cake" image: x mask: left steps: 2 seed: 3 trajectory: true
            z = encode sd x draw: true seed: 3
            """)
        XCTAssertEqual(try text("kept == decode(sd, z)"), "true")
        XCTAssertEqual(try text("kept.parameters.mask and kept.parameters.strength == 1"), "true")
        // Of the 16 columns of the latents the right half is kept, the left one is not.
        XCTAssertEqual(try text("max(abs((half.latents[2] - z)[:, :, 8.., :])) < 1e-5"), "true")
        XCTAssertEqual(try text("max(abs((half.latents[2] - z)[:, :, ..8, :])) > 0.1"), "true")
        XCTAssertTrue(failure("sample sd \"a cake\" mask: zeros(64, 64)").contains("'mask' needs 'image'"))
        XCTAssertTrue(
            failure("sample sd \"a cake\" image: x mask: zeros(8, 8)").contains("as large as the picture, 64×64"))
        XCTAssertTrue(
            failure("sample sd \"a cake\" image: x image_guidance: 2").contains("which this model is not"))
        XCTAssertTrue(failure("sample sd \"a cake\" image: x mask: ones(64, 64) * 300").contains("from 0 to 1"))
    }

    func testPromptsAndCounts() throws {
        _ = try text("xs = sample sd [\"a dog\", \"a cake\"] count: 2 steps: 1 guidance: 1 seed: 1")
        XCTAssertEqual(try text("map(xs, x -> x.name)"), "[\"a dog\", \"a dog\", \"a cake\", \"a cake\"]")
        XCTAssertEqual(try text("map(xs, x -> x.parameters.index)"), "[0, 1, 2, 3]")
        XCTAssertEqual(try text("len(sample(sd, \"a dog\", count: 1, steps: 1, seed: 1))"), "1")
        XCTAssertEqual(host.progress.last?.done, host.progress.last?.total)
        XCTAssertEqual(try text("grid xs").prefix(16), "figure 4 images")
    }

    func testEncodingAndDecodingShowHowFarTheyAre() throws {
        // 40 latents of 16 × 16 pixels are two batches.
        _ = try text("z = encode sd (scene \"a dog\" count: 40 seed: 1)")
        XCTAssertEqual(host.progress.map(\.label), ["encode", "encode", "encode"])
        XCTAssertEqual(host.progress.map(\.done), [0, 32, 40])
        host.progress = []
        XCTAssertEqual(try text("len(decode(sd, z))"), "40")
        XCTAssertEqual(host.progress.map(\.label), ["decode", "decode", "decode"])
        XCTAssertEqual(host.progress.map(\.total), [40, 40, 40])
        host.isInterrupted = true
        XCTAssertThrowsError(try text("decode sd z")) { XCTAssertEqual(($0 as? Diagnostic)?.kind, .interrupted) }
    }

    func testAnInterruptEndsSampling() throws {
        XCTAssertEqual(try text("sd.name"), "emoji-sd")
        host.isInterrupted = true
        XCTAssertThrowsError(try text("sample sd \"a dog\" seed: 1")) {
            XCTAssertEqual(($0 as? Diagnostic)?.kind, .interrupted)
        }
        host.isInterrupted = false
        XCTAssertEqual(try text("(sample sd \"a dog\" steps: 1 seed: 1).width"), "64")
    }

    /// The steps of `denoise` one after another are those of `sample`.
    func testDenoisingStepByStepIsSampling() throws {
        _ = try text(
            """
            t = sample sd "a dog" steps: 4 eta: 1 guidance: 3 seed: 5 trajectory: true
            x = t.latents[0]
            close = true
            for i in 0..4 {
                d = denoise sd x "a dog" step: i steps: 4 eta: 1 guidance: 3 noise: t.noise[i]
                close = close and (d.log_probability ≈ t.log_probabilities[i] within 1e-5) and (d.sigma ≈ t.sigmas[i] within 1e-7)
                x = d.previous
            }
            """)
        XCTAssertEqual(try text("close"), "true")
        XCTAssertEqual(try text("x ≈ t.latents[4] within 1e-4"), "true")
        // The formulas of the reference page, by hand.
        XCTAssertEqual(
            try text("d.original ≈ (d.sample - (1 - d.alpha) ** 0.5 * d.epsilon) / d.alpha ** 0.5 within 1e-4"), "true")
        XCTAssertEqual(
            try text(
                "d.mean ≈ d.previous_alpha ** 0.5 * d.original + (1 - d.previous_alpha - d.sigma ** 2) ** 0.5 * d.epsilon within 1e-4"
            ),
            "true")
        XCTAssertEqual(try text("denoise(sd, x, \"a dog\", eta: 0).log_probability"), "none")
        XCTAssertEqual(try text("t.steps.time"), "[751, 501, 251, 1]")
    }

    func testTrajectoryPictures() throws {
        _ = try text("t = sample sd [\"a dog\", \"a cake\"] steps: 12 seed: 5 trajectory: true")
        XCTAssertEqual(try text("trajectory t index: 1"), "figure \"a cake\": 8 images")
        XCTAssertEqual(
            try text("map(trajectory(t, count: 3, images: true), x -> x.name)"), "[\"t = 914\", \"t = 416\", \"t = 1\"]"
        )
        XCTAssertEqual(try text("trajectory(t, show: \"sample\", count: 100, images: true)[12] == t.images[0]"), "true")
        XCTAssertTrue(failure("trajectory t index: 2").contains("2 samples, counted from 0"))
    }

    func testEncodeAndDecode() throws {
        _ = try text("s = scene \"a red balloon\" seed: 3\nz = encode sd s")
        XCTAssertEqual(try text("mean((decode(sd, z).tensor - s.tensor) ** 2) < 0.02"), "true")
        XCTAssertEqual(try text("decode(sd, z[0]) == decode(sd, z)"), "true")
        XCTAssertEqual(try text("shape(encode(sd, [s, s], draw: true, seed: 1))"), "[2, 16, 16, 4]")
        // An eighth of the way keeps most of the picture.
        XCTAssertEqual(
            try text(
                "mean((sample(sd, \"a red balloon\", image: s, strength: 0.1, steps: 10, seed: 1).tensor - s.tensor) ** 2) < 0.03"
            ),
            "true")
    }

    func testWhatIsRefused() throws {
        for (code, expected) in [
            (
                "sample sd \"a dog\" safe: \"medium\" guidance: 1 steps: 1 seed: 1",
                "the guidance scale of Safe Latent Diffusion must be above 1, not 1"
            ),
            ("sample sd \"a dog\" concept: \"a knife\" steps: 1 seed: 1", "which is off"),
            ("sample sd \"a dog\" width: 63 steps: 1 seed: 1", "multiples of 4 pixels, not 63×64"),
            ("sample sd [] steps: 1 seed: 1", "no prompt"),
            ("denoise sd randn(2, 16, 16, 4) [\"a\", \"b\", \"c\"]", "need one prompt or 2, not 3"),
            ("sample \"emoji-sd\" \"a dog\"", "pipeline"),
            ("decode sd zeros(1, 16, 16, 3)", "[batch, height, width, 4]"),
        ] {
            XCTAssertTrue(failure(code).contains(expected), "\(code): \(failure(code))")
        }
    }

    func testSafeLatentDiffusionChangesWhatItKeepsAwayFrom() throws {
        _ = try text("plain = sample sd \"a knife\" steps: 10 seed: 3")
        _ = try text("safe = sample sd \"a knife\" steps: 10 seed: 3 safe: \"max\" concept: \"a dangerous weapon\"")
        XCTAssertEqual(try text("plain == safe"), "false")
        XCTAssertEqual(try text("safe.parameters.concept"), "a dangerous weapon")
    }

    func testErasureRefusesWhatItWouldIgnore() {
        let sd = "sd = load \"emoji-sd\"\n"
        assertOutputs([
            (sd + "erase sd []", "error: there is nothing to erase"),
            (
                sd + "erase sd [\"a\", \"b\", \"c\"] replacement: [\"d\", \"e\"]",
                "error: 'replacement' must be one phrase, or 3, one for each concept, not 2"
            ),
            (sd + "erase sd \"a\" rounds: 2", "error: 'rounds' is for method: \"rece\"; leave it out"),
            (
                sd + "erase sd \"a\" preserve_scale: 2",
                "error: 'preserve_scale' is for phrases of 'preserve', and none is given; leave it out"
            ),
        ])
    }
}
