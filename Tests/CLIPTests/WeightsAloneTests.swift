import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// CLIP in files of weights alone: sizes are told by shapes (Golden/make_weights_alone.py).
final class WeightsAloneTests: XCTestCase {
    private func golden(_ name: String) throws -> JSON {
        let cases = try JSON(parsing: goldenFiles.data("weights-alone.golden.json")).array
        return try XCTUnwrap(cases?.first { $0["name"]?.string == name })
    }

    private func file(_ json: JSON, prefix: String = "", adding: [String: Tensor] = [:]) throws -> URL {
        var weights = adding
        for entry in json["weights"]?.array ?? [] {
            let name = try XCTUnwrap(entry.array?[0].string)
            let shape = (entry.array?[1].array ?? []).compactMap(\.integer)
            weights[prefix + name] = try Tensor(Formula.values(name, shape), shape: shape)
        }
        let url = temporaryFolder().appendingPathComponent("open_clip_pytorch_model.safetensors")
        try Safetensors.write(weights, to: url)
        return url
    }

    /// A tokenizer whose vocabulary fits the models' 50 tokens.
    private func tokenizer() throws -> URL {
        let folder = temporaryFolder()
        let words: [JSON.Member] = ["a", "b", "<|startoftext|>", "<|endoftext|>"].enumerated().map {
            JSON.Member($1, .integer($0))
        }
        try AtomicFile.write(JSON.object(words).text(), to: folder.appendingPathComponent("vocab.json"))
        try AtomicFile.write("#version: 0.2\n", to: folder.appendingPathComponent("merges.txt"))
        return folder
    }

    private func check(_ model: CLIPModel, _ json: JSON, _ label: String) throws {
        func rows(_ key: String) -> [[Double]] {
            (json[key]?.array ?? []).map { ($0.array ?? []).compactMap(\.number) }
        }
        let ids = rows("ids").map { $0.map { Int($0) } }
        let identifiers = try Tensor(integers: ids.flatMap { $0 }, shape: [ids.count, ids[0].count])
        try assertRows(model.textFeatures(identifiers), rows("text"), "\(label) text")
        try assertRows(
            model.imageFeatures(Formula.pixels(model.configuration.vision, 2)), rows("image"), "\(label) image")
    }

    func testStateDicts() throws {
        for (name, prefix, activation) in [
            ("openclip", "", HiddenActivation.gelu), ("openclip", "module.", .gelu), ("openai", "", .quickGELU),
        ] {
            let json = try golden(name), url = try file(json, prefix: prefix)
            XCTAssertTrue(CLIPEmbedder.isSingleFile(try Weights(url).unwrapped().names))
            let (embedder, isKnown) = try CLIPEmbedder.load(weights: url, tokenizer: tokenizer())
            let c = embedder.model.configuration
            XCTAssertEqual([c.text.hiddenAct, c.vision.hiddenAct], [activation, activation], name)
            XCTAssertEqual(isKnown, name == "openai")
            XCTAssertEqual([c.vision.imageSize, c.vision.patchSize, c.text.maxPositionEmbeddings], [16, 8, 10])
            try check(embedder.model, json, "\(prefix)\(name)")
        }
    }

    /// OpenAI's `ViT-L-14.pt` is such an archive: code, which is left alone, and modules as objects.
    func testTorchScript() throws {
        let url = goldenFiles.url("scripted-clip.pt")
        let (embedder, _) = try CLIPEmbedder.load(weights: url, tokenizer: tokenizer())
        try check(embedder.model, golden("scripted"), "scripted")
    }

    func testTheCallerSaysTheActivation() throws {
        let (embedder, isKnown) = try CLIPEmbedder.load(
            weights: file(golden("openclip")), activation: .quickGELU, tokenizer: tokenizer())
        XCTAssertEqual(embedder.model.configuration.text.hiddenAct, .quickGELU)
        XCTAssertTrue(isKnown)
    }

    func testWhatIsMissingIsNamed() throws {
        XCTAssertThrowsError(try CLIPEmbedder.load(weights: file(golden("openclip")))) {
            XCTAssert("\($0)".contains("knows 50 tokens, and CLIP's own vocabulary has 49408"), "\($0)")
        }
        let url = try file(golden("openclip"), adding: ["visual.attnpool.c_proj.weight": Tensor.zeros([1])])
        XCTAssertThrowsError(try CLIPEmbedder.load(weights: url, tokenizer: tokenizer())) {
            XCTAssert("\($0)".contains("holds 'visual.attnpool.c_proj.weight', which the model does not have"), "\($0)")
        }
    }

    /// transformers' identifiers; those of 10,000 strings are compared in TokenizerTests.
    func testNumbersInNamesAreNoSizes() throws {
        let json = try golden("openclip")
        for number in ["10000", "\(Int.max)", "\(UInt64.max)"] {
            let name = "transformer.resblocks.\(number).x"
            let url = try file(json, adding: [name: Tensor([0, 1])])
            XCTAssertThrowsError(try CLIPEmbedder.load(weights: url, tokenizer: tokenizer()), name) {
                XCTAssertTrue($0 is FileError && "\($0)".contains(name), "\(name): \($0)")
            }
        }
    }

    func testBundledVocabulary() throws {
        let tokenizer = try Tokenizer.clip()
        XCTAssertEqual(tokenizer.vocabularySize, Tokenizer.clipVocabularySize)
        XCTAssertEqual(
            try tokenizer.encode(["a photo of a cat"], padding: .length(9)).rows,
            [[49406, 320, 1125, 539, 320, 2368, 49407, 49407, 49407]])
        XCTAssertEqual(
            try Tokenizer.clip(padding: "!").encode(["cat"], padding: .length(5)).rows,
            [[49406, 2368, 49407, 0, 0]])
    }
}
