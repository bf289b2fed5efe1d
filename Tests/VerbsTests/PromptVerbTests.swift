import Foundation
import TestSupport
import XCTest

/// Options of `sample` and `load` that say prompts and seeds in other ways, as a user types them.
final class PromptVerbTests: XCTestCase {
    private let session = Session()

    override func setUp() { XCTAssertEqual(session.output("sd = load \"emoji-sd\";"), "") }

    private func check(_ cases: [(code: String, gives: String)], line: UInt = #line) {
        for (code, gives) in cases { XCTAssertEqual(session.output(code), gives, code, line: line) }
    }

    private func checkRefused(_ cases: [(code: String, says: String)], line: UInt = #line) {
        for (code, says) in cases {
            let output = session.output(code)
            XCTAssertTrue(
                output.hasPrefix("error: ") && output.contains(says), "\(code): \(output) should say: \(says)",
                line: line)
        }
    }

    func testSeedsOneAPicture() {
        check([
            (
                """
                xs = sample sd ["a dog", "a cat"] steps: 2 seed: [3, 8]
                print (xs[0] == sample(sd, "a dog", steps: 2, seed: 3))
                """, "true"
            ),
            ("print (xs[1] == sample(sd, \"a cat\", steps: 2, seed: 8))", "true"),
            ("print xs[1].parameters.seed", "8"),
            // It is drawn alone again by its parameters, so it is none of several.
            ("print (\"index\" in keys(xs[1].parameters))", "false"),
            ("ys = sample sd \"a dog\" count: 2 steps: 2 seed: [3, 3]\nprint (ys[0] == ys[1])", "true"),
        ])
        checkRefused([
            ("sample sd \"a dog\" steps: 2 seed: [3, 8]", "2 seeds for 1 picture; give one seed, or one a picture"),
            ("sample sd \"a dog\" steps: 2 seed: [1.5]", "'seed'"),
        ])
    }

    func testEmbeddings() {
        check([
            (
                """
                a = prompt_embedding sd "a dog"
                print (sample(sd, embeddings: a, steps: 2, seed: 3) == sample(sd, "a dog", steps: 2, seed: 3))
                """, "true"
            ),
            (
                "print shape(prompt_embedding(sd, [\"a dog\", \"a cat\"]))", "[2, 20, 128]"
            ),
            (
                """
                x = sample sd embeddings: [a, prompt_embedding(sd, "a cat")] count: 2 steps: 2 seed: 3
                print [len(x), x[3].name, x[3].parameters.embeddings]
                """, "[4, \"embeddings 20×128\", \"embeddings 20×128\"]"
            ),
            (
                "print (prompt_embedding(load(\"emoji\"), \"a dog\").shape)", "[20, 128]"
            ),
        ])
        checkRefused([
            ("sample sd steps: 2 seed: 3", "'sample' needs 'prompt', or 'embeddings' in its place"),
            ("sample sd \"a dog\" embeddings: a steps: 2", "'prompt' can't be beside 'embeddings'"),
            ("sample sd embeddings: a clip_skip: 1 steps: 2", "'clip_skip' is for texts"),
            ("sample sd embeddings: a weights: true steps: 2", "'weights' is for texts"),
            ("sample sd embeddings: [] steps: 2", "'embeddings' is an empty list"),
            ("sample sd embeddings: randn(3, seed: 1) steps: 2 seed: 1", "[tokens, width]"),
            (
                "sample sd embeddings: randn(7, 128, seed: 1) steps: 2 seed: 1",
                "have 7 tokens and the negative prompt's 20"
            ),
            ("sample sd embeddings: randn(20, 8, seed: 1) steps: 2 seed: 1", "are 8 wide, and the UNet takes 128"),
            ("sample sd \"a dog\" negative_embeddings: a steps: 2", "'negative_embeddings' needs 'embeddings'"),
            (
                "sample sd embeddings: a negative_embeddings: a negative: \"a cat\" steps: 2",
                "'negative' can't be beside 'negative_embeddings'"
            ),
        ])
    }

    /// From the loss of a picture to the states of a prompt, and on to its tokens; the slope along a random change is
    /// that of finite differences.
    func testGradientsOfPrompts() {
        check([
            (
                """
                x = scene("a dog", seed: 1)
                e = prompt_embedding sd "a cat"
                d = randn(20, 128, seed: 2)
                print (gradcheck(s -> sum(denoising_error(sd, x, embeddings: e + s * d, time: [200, 600])), 0.1) < 0.01)
                """, "true"
            ),
            (
                """
                t = token_embedding sd "a cat"
                k = randn(4, 128, seed: 3) * 0.05
                print (gradcheck(s -> mean(denoise(sd, encode(sd, x), embeddings: prompt_embedding(sd, t[0] + s * k),
                    step: 2, steps: 8).original ** 2), 0.1) < 0.01)
                """, "true"
            ),
            (
                "print (denoising_error(sd, x, embeddings: e) ≈ denoising_error(sd, x, prompt: \"a cat\") within 1e-6)",
                "true"
            ),
            (
                "print (denoising_error(sd, x, prompt: \"a dog\")[0] < denoising_error(sd, x, prompt: \"a cat\")[0])",
                "true"
            ),
            (
                "print shape(denoising_error(sd, [x, x], prompt: [\"a dog\", \"a cat\"], time: [100, 200, 300]))",
                "[2, 3]"
            ),
            ("print shape(denoising_error(sd, [x, x], time: [100]))", "[2, 1]"),
            (
                """
                y = denoise sd (encode sd x) "a cat" steps: 8
                z = denoise sd (encode sd x) embeddings: e steps: 8
                print (y.previous == z.previous)
                """, "true"
            ),
            ("print (prompt_embedding(load(\"emoji\"), t)[0] == e)", "true"),
        ])
        checkRefused([
            ("denoising_error sd x prompt: \"a dog\" embeddings: e", "'prompt' can't be beside 'embeddings'"),
            (
                "denoising_error sd x prompt: [\"a dog\", \"a cat\"]",
                "there are 2 prompts for 1 picture; give one for all, or one a picture"
            ),
            ("denoising_error sd x embeddings: [e, e]", "there are 2 embeddings for 1 pictures"),
            ("denoising_error sd x time: []", "'time' is an empty list; time: [200, 600]"),
            ("denoising_error sd x time: [5, 1000]", "1000"),
            ("denoise sd (encode sd x)", "'denoise' needs 'prompt', or 'embeddings' in its place"),
            ("denoise sd (encode sd x) \"a dog\" embeddings: e", "'prompt' can't be beside 'embeddings'"),
            (
                "denoise sd (encode sd x) embeddings: e negative_embeddings: e guidance: 1",
                "'negative_embeddings' needs guidance above 1"
            ),
            ("prompt_embedding sd t weights: true", "'weights' is for texts"),
            ("prompt_embedding sd randn(4, 8, seed: 1)", "must be of shape [tokens, 128] or [prompts, tokens, 128]"),
            ("prompt_embedding sd randn(21, 128, seed: 1)", "with at most 20 tokens, not [1, 21, 128]"),
        ])
    }

    func testClipSkipWeightsAndRescaling() {
        check([
            (
                """
                x = sample sd "a (red:1.3) apple" clip_skip: 1 weights: true guidance_rescale: 0.7 steps: 2 seed: 3
                p = x.parameters
                print [p.clip_skip, p.weights, p.guidance_rescale]
                """, "[1, true, 0.7]"
            ),
            // Brackets are no unknown words where they are weights.
            (
                """
                print (sample(sd, "a (red:1) apple", weights: true, steps: 2, seed: 3)
                  == sample(sd, "a red apple", steps: 2, seed: 3))
                """, "true"
            ),
        ])
        checkRefused([
            ("sample sd \"a (red apple\" weights: true steps: 2 seed: 1", "'(' at character 3"),
            ("sample sd \"a dog\" clip_skip: 50 steps: 2 seed: 1", "of the last, not 50"),
            (
                "sample sd \"a dog\" guidance_rescale: 0.5 guidance: 1 steps: 2 seed: 1",
                "'guidance_rescale' needs guidance"
            ),
            (
                "sample sd \"a dog\" guidance_rescale: 0.5 safe: \"medium\" steps: 2 seed: 1",
                "'guidance_rescale' can't be beside 'safe'"
            ),
        ])
    }

    func testTextualInversion() throws {
        let folder = temporaryFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("learned.safetensors").path
        check([
            ("save {\"<spark>\": randn(2, 128, seed: 4)} \"\(file)\";", ""),
            ("taught = load \"emoji-sd\" embeddings: \"\(file)\";", ""),
            ("print (sum(prompt_embedding(taught, \"<spark>\") - prompt_embedding(sd, \"a dog\")) ≈ 0)", "false"),
            (
                "print (prompt_embedding(taught, \"a dog\") == prompt_embedding(sd, \"a dog\"))", "true"
            ),
        ])
        XCTAssertTrue(
            session.host.notes.contains("emoji-sd: prompts may use <spark> (2 vectors)"), "\(session.host.notes)")
        checkRefused([
            ("load \"emoji-sd\" embeddings: [\"\(file)\", \"\(file)\"]", "has a token '<spark>' already"),
            ("load \"emoji\" embeddings: \"\(file)\"", "'embeddings' is for a pipeline"),
        ])
    }
}
