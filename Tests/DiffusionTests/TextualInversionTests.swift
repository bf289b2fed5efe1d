import CLIP
import Diffusion
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Textual inversions against `load_textual_inversion` of diffusers (Golden/make_textual_inversion.py).
final class TextualInversionTests: XCTestCase {
    private struct Golden: Decodable {
        let prompts: [String]
        let identifiers: [[Int]]
        let context, latents: [Float]
    }

    private static let names = ["learned_embeds.safetensors", "learned_embeds.bin", "webui.pt", "by-name.safetensors"]

    private func file(_ name: String) -> URL { goldenFiles.url("textual-inversion/\(name)") }

    private func model() throws -> StableDiffusion {
        let base = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline"))
        return try base.replacing(text: base.text.adding(Self.names.map { try TextualInversion(file($0)) }))
    }

    private func check(_ model: StableDiffusion, _ golden: Golden) throws {
        let rows = try model.text.tokenizer.encode(
            golden.prompts.map(model.text.expanded), padding: .length(model.text.length)
        ).rows
        XCTAssertEqual(rows, golden.identifiers)
        assertClose(try model.context(of: golden.prompts).floats, golden.context, .ofLargest(1e-5))
        var options = SamplingOptions()
        (options.steps, options.guidanceScale, options.negativePrompt) = (3, 3, "my-style")
        let found = try model.sample([golden.prompts[0]], options, generator: Generator(seed: 7)).final
        assertClose(found.floats, golden.latents, .ofLargest(1e-4))
    }

    func testFormsAgainstDiffusers() throws {
        let golden = try goldenFiles.decode(Golden.self, "textual-inversion.golden.json")
        let inversions = try Self.names.map { try TextualInversion(file($0)) }
        XCTAssertEqual(inversions.map(\.token), ["<red-cat>", "<One>", "my-style", "by-name"])
        XCTAssertEqual(inversions.map(\.isNamed), [true, true, true, false])
        XCTAssertEqual(inversions.map(\.vectors.shape), [[3, 16], [1, 16], [2, 16], [2, 16]])
        // A folder is that of diffusers' file.
        XCTAssertEqual(try TextualInversion(goldenFiles.url("textual-inversion")).token, "<red-cat>")
        try check(model(), golden)
    }

    /// Words that a pipeline has learned are kept in its folder, where Rhumb finds them.
    func testSavedWithThePipeline() throws {
        let golden = try goldenFiles.decode(Golden.self, "textual-inversion.golden.json")
        let folder = temporaryFolder()
        try model().save(to: folder)
        try check(StableDiffusion.load(folder: folder), golden)
        // What transformers' CLIPTokenizer reads: each word in `added_tokens_decoder`, found in lower case.
        let settings = try FileContents.json(folder.appendingPathComponent("tokenizer/tokenizer_config.json"))
        let entry = settings["added_tokens_decoder"]?["521"]
        XCTAssertEqual(entry?["content"]?.string, "<One>")
        XCTAssertEqual(entry?["normalized"]?.bool, true)
        XCTAssertEqual(entry?["special"]?.bool, false)
        let text = try FileContents.json(folder.appendingPathComponent("text_encoder/config.json"))
        XCTAssertEqual(text["vocab_size"]?.integer, 526)
    }

    func testPromptsThatNameSeveralVectors() throws {
        let text = try model().text
        XCTAssertEqual(
            text.expanded("a <RED-cat>, my-style"), "a <red-cat> <red-cat>_1 <red-cat>_2, my-style my-style_1")
        XCTAssertEqual(text.expanded("<red-cat> <red-cat>_1"), "<red-cat> <red-cat>_1")
        XCTAssertEqual(text.expanded("a cat <one>"), "a cat <one>")
    }

    func testWhatIsRefused() throws {
        let base = try StableDiffusion.load(folder: goldenFiles.url("tiny-pipeline")).text
        let folder = temporaryFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func written(_ tensors: [String: Tensor]) throws -> URL {
            let url = folder.appendingPathComponent("a.safetensors")
            try Safetensors.write(tensors, to: url)
            return url
        }
        let one = try TextualInversion(file("learned_embeds.bin"))
        let cases: [(String, () throws -> Void)] = [
            ("has a token '<One>' already", { _ = try base.adding([one, one]) }),
            (
                "has a token 'cat</w>' already",
                { _ = try base.adding([TextualInversion(written(["cat</w>": .ones([16])]))]) }
            ),
            (
                "are 8 wide, and the text encoder's tokens 16",
                { _ = try base.adding([TextualInversion(written(["<x>": .ones([8])]))]) }
            ),
            (
                "for Stable Diffusion XL",
                { _ = try TextualInversion(written(["clip_g": .ones([2]), "clip_l": .ones([2])])) }
            ),
            ("it holds 2 tensors", { _ = try TextualInversion(written(["a": .ones([2]), "b": .ones([2])])) }),
            ("not [vectors, width]", { _ = try TextualInversion(written(["a": .ones([2, 2, 2])])) }),
            ("not finite", { _ = try TextualInversion(written(["a": .full([2], .nan)])) }),
            ("which prompts can't name", { _ = try TextualInversion(written(["a b": .ones([2])])) }),
        ]
        for (says, body) in cases {
            XCTAssertThrowsError(try body(), says) {
                XCTAssertTrue("\($0)".contains(says), "\($0) should say: \(says)")
            }
        }
    }
}
