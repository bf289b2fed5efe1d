import Basics
import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// From texts and pictures to rows, and from a folder to a model and back.
final class EmbedderTests: XCTestCase {
    private func configuration() throws -> CLIPConfiguration {
        var text = TextConfiguration()
        (text.vocabSize, text.hiddenSize, text.intermediateSize) = (2400, 16, 32)
        (text.numHiddenLayers, text.numAttentionHeads, text.maxPositionEmbeddings) = (2, 2, 24)
        text.eosTokenID = try XCTUnwrap(tokenizer().endIdentifier)
        var vision = VisionConfiguration()
        (vision.hiddenSize, vision.intermediateSize, vision.numHiddenLayers) = (16, 32, 1)
        (vision.numAttentionHeads, vision.imageSize, vision.patchSize) = (2, 24, 8)
        return CLIPConfiguration(projectionDim: 12, text: text, vision: vision)
    }

    private func tokenizer() throws -> Tokenizer { try Tokenizer(folder: goldenFiles.url("tokenizer")) }

    private func embedder() throws -> CLIPEmbedder {
        try CLIPEmbedder(
            model: Formula.model(configuration()), tokenizer: tokenizer(), preprocessing: Preprocessing(imageSize: 24))
    }

    private func row(_ tensor: Tensor, _ index: Int) throws -> [Float] { try tensor.selected(0, index).floats }

    func testTextsKeepTheirOrderWhateverTheBatches() throws {
        let embedder = try embedder()
        let texts = try Texts.make(seed: 5, count: 70) + ["a dog", "", "a dog"]
        var steps: [Int] = []
        let together = try embedder.embed(texts: texts) { done, total in
            steps.append(done)
            XCTAssertGreaterThanOrEqual(total, done)
        }
        XCTAssertEqual(together.shape, [73, 12])
        XCTAssertGreaterThan(steps.count, 2)
        for (index, text) in texts.enumerated() {
            let alone = try embedder.embed(texts: [text])
            let cosine = zip(try row(together, index), alone.floats).reduce(0) { $0 + $1.0 * $1.1 }
            XCTAssertEqual(cosine, 1, accuracy: 1e-5, text)
        }
        XCTAssertEqual(try row(together, 70), try row(together, 72))
        XCTAssertNotEqual(try row(together, 70), try row(together, 71))
    }

    func testNormalisation() throws {
        let embedder = try embedder()
        let texts = ["a red apple", "a dog and a cat"]
        let raw = try embedder.embed(texts: texts, normalize: false)
        let unit = try embedder.embed(texts: texts)
        for index in 0..<2 {
            let values = try row(raw, index)
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            XCTAssertNotEqual(length, 1, accuracy: 0.01)
            assertClose(values.map { $0 / length }, try row(unit, index), .absolute(1e-6))
        }
        XCTAssertEqual(try embedder.embed(texts: []).shape, [0, 12])
        XCTAssertFalse(unit.requiresGradient)
    }

    func testPicturesAndPixelsAgree() throws {
        let embedder = try embedder()
        let images = try [(50, 40), (24, 24), (13, 77)].map { try PreprocessingTests.picture(width: $0, height: $1) }
        let fromImages = try embedder.embed(images: images)
        let fromPixels = try embedder.embed(pixels: embedder.preprocessing.pixels(images))
        XCTAssertEqual(fromImages.shape, [3, 12])
        XCTAssertEqual(fromImages.floats, fromPixels.floats)
        XCTAssertThrowsError(try embedder.embed(pixels: Tensor.zeros([2, 3, 25, 24]))) {
            XCTAssert("\($0)".contains("n×3×24×24, not 2×3×25×24"), "\($0)")
        }
        XCTAssertThrowsError(try embedder.embed(pixels: Tensor.zeros([3, 24, 24])))
    }

    func testLongTextsAreTruncatedToThePositions() throws {
        let embedder = try embedder()
        XCTAssertEqual(embedder.maximumLength, 24)
        let tokens = try embedder.tokens(String(repeating: "word ", count: 100))
        XCTAssertEqual(tokens.count, 24)
        XCTAssertEqual(tokens.first?.token, "<|startoftext|>")
        XCTAssertEqual(tokens.last?.token, "<|endoftext|>")
        let rows = try embedder.embed(texts: [
            String(repeating: "dog ", count: 23), String(repeating: "dog ", count: 24),
        ])
        XCTAssertEqual(try row(rows, 0), try row(rows, 1))
    }

    func testCancellationStopsBetweenBatches() throws {
        let embedder = try embedder()
        let texts = (0..<200).map { "text \($0)" }
        defer { StopFlag.lower() }
        var batches = 0
        XCTAssertThrowsError(
            try embedder.embed(texts: texts) { _, _ in
                batches += 1
                StopFlag.raise()
            }
        ) { XCTAssert($0 is Interruption) }
        XCTAssertEqual(batches, 1)
    }

    func testLogits() throws {
        let embedder = try embedder()
        let texts = try embedder.embed(texts: ["a dog", "a cat"])
        let images = try embedder.embed(images: [PreprocessingTests.picture(width: 30, height: 30)])
        let logits = try embedder.logits(images: images, texts: texts)
        XCTAssertEqual(logits.shape, [1, 2])
        XCTAssertEqual(try embedder.logitScale, exp(1.5), accuracy: 1e-5)
        let cosine = zip(images.floats, try row(texts, 1)).reduce(0) { $0 + $1.0 * $1.1 }
        XCTAssertEqual(logits.floats[1], cosine * exp(1.5), accuracy: 1e-5)
    }

    func testFolderSurvivesWriting() throws {
        let embedder = try embedder()
        let folder = temporaryFolder()
        try embedder.save(to: folder)
        XCTAssertEqual(
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)),
            [
                "config.json", "merges.txt", "vocab.json", "model.safetensors", "preprocessor_config.json",
                "special_tokens_map.json",
                "tokenizer.json",
                "tokenizer_config.json",
            ])
        let again = try CLIPEmbedder.load(folder: folder)
        XCTAssertEqual(again.model.configuration, embedder.model.configuration)
        XCTAssertEqual(try again.preprocessing, try embedder.preprocessing)
        XCTAssertEqual(try again.tokenizer.maximumLength, 24)
        let texts = try Texts.make(seed: 6, count: 20)
        XCTAssertEqual(try again.embed(texts: texts).floats, try embedder.embed(texts: texts).floats)
        let image = try PreprocessingTests.picture(width: 40, height: 30)
        XCTAssertEqual(try again.embed(images: [image]).floats, try embedder.embed(images: [image]).floats)
    }

    func testHalfPrecisionFoldersLoad() throws {
        let embedder = try embedder()
        let texts = ["a red apple", "a dog", "nothing"]
        let expected = try embedder.embed(texts: texts)
        for (type, accuracy) in [(StoredType.float16, 2e-3), (.bfloat16, 2e-2)] {
            let folder = temporaryFolder()
            try embedder.save(to: folder, as: type)
            for dtype in [DType.float32, .bfloat16] {
                let loaded = try CLIPEmbedder.load(folder: folder, dtype: dtype)
                XCTAssertEqual(loaded.model.dtype, dtype)
                let rows = try loaded.embed(texts: texts)
                XCTAssertEqual(rows.dtype, .float32)
                let tolerance = dtype == .bfloat16 ? 2e-2 : accuracy
                assertClose(rows, expected, .absolute(tolerance))
            }
        }
    }

    func testErrorsListTheWeights() throws {
        let folder = temporaryFolder()
        let embedder = try embedder()
        try embedder.save(to: folder)
        let file = folder.appendingPathComponent("model.safetensors")
        let all = Dictionary(uniqueKeysWithValues: embedder.model.parameters.map { ($0.name, $0.tensor.detached()) })

        var wrong = all
        wrong["logit_scale"] = nil
        wrong["visual_projection.weight"] = try Tensor.zeros([12, 17])
        wrong["text_projection.weight"] = try Tensor.zeros([13, 16])
        wrong["text_model.encoder.layers.9.mlp.fc1.bias"] = try Tensor.zeros([3])
        try Safetensors.write(wrong, to: file)
        XCTAssertThrowsError(try CLIPEmbedder.load(folder: folder)) { error in
            for part in [
                "lacks 'logit_scale'", "holds 'text_model.encoder.layers.9.mlp.fc1.bias'",
                "'visual_projection.weight' is 12×17 instead of 12×16",
                "'text_projection.weight' is 13×16 instead of 12×16",
                file.path,
            ] { XCTAssert("\(error)".contains(part), "\(error) should say: \(part)") }
        }

        // Buffers that older files hold are not weights.
        var old = all
        old["text_model.embeddings.position_ids"] = try Tensor(integers: Array(0..<24), shape: [1, 24])
        old["vision_model.embeddings.position_ids"] = try Tensor(integers: Array(0..<10), shape: [1, 10])
        try Safetensors.write(old, to: file)
        XCTAssertNoThrow(try CLIPEmbedder.load(folder: folder))
    }

    func testTokenizerOfAnotherModelIsRefused() throws {
        var small = try configuration()
        small.text.vocabSize = 100
        XCTAssertThrowsError(
            try CLIPEmbedder(model: Formula.model(small), tokenizer: tokenizer(), preprocessing: Preprocessing())
        ) { XCTAssert("\($0)".contains("'text_config.vocab_size' is 100"), "\($0)") }
        var other = try configuration()
        other.text.eosTokenID = 7
        XCTAssertThrowsError(
            try CLIPEmbedder(model: Formula.model(other), tokenizer: tokenizer(), preprocessing: Preprocessing())
        ) { XCTAssert("\($0)".contains("'text_config.eos_token_id' is 7"), "\($0)") }
    }

    func testConfigurationsAsPublished() throws {
        func read(_ text: String) throws -> CLIPConfiguration {
            try JSONDecoder().decode(CLIPConfiguration.self, from: Data(text.utf8))
        }
        XCTAssertEqual(try read("{}"), CLIPConfiguration())
        XCTAssertEqual(try read(#"{"text_config": null, "vision_config_dict": null}"#), CLIPConfiguration())
        let large = try read(#"{"projection_dim": 768, "vision_config": {"hidden_size": 1024, "patch_size": 14}}"#)
        XCTAssertEqual([large.projectionDim, large.vision.hiddenSize, large.vision.patchSize], [768, 1024, 14])
        XCTAssertEqual(large.vision.numAttentionHeads, 12)
        // Described twice, the second description counts with its defaults, as in transformers.
        let twice = try read(
            #"{"text_config": {"hidden_size": 32, "eos_token_id": 2}, "text_config_dict": {"hidden_size": 64}}"#)
        XCTAssertEqual([twice.text.hiddenSize, twice.text.eosTokenID, twice.text.numAttentionHeads], [64, 49407, 8])
    }

    func testConfigurationErrorsNameTheKey() throws {
        let cases = [
            (#"{"text_config": {"hidden_size": 30, "num_attention_heads": 4}}"#, "text_config.hidden_size"),
            (#"{"vision_config": {"image_size": 8, "patch_size": 16}}"#, "vision_config.image_size"),
            (#"{"projection_dim": 0}"#, "projection_dim"),
            (#"{"text_config": {"vocab_size": -1}}"#, "text_config.vocab_size"),
        ]
        for (text, key) in cases {
            let configuration = try JSONDecoder().decode(CLIPConfiguration.self, from: Data(text.utf8))
            XCTAssertThrowsError(try configuration.validate(), text) {
                XCTAssert("\($0)".contains("'\(key)'"), "\($0)")
            }
        }
    }

    /// Writes folders with what transformers must make of them, for Golden/check_folder.py.
    func testFoldersForTransformers() throws {
        guard let path = ProcessInfo.processInfo.environment["RHUMB_SAVE_FOLDER"] else {
            throw XCTSkip("RHUMB_SAVE_FOLDER names no folder")
        }
        let words: JSON = [
            "model": [
                "type": "WordLevel", "vocab": ["<unk>": 0, "a": 1, "dog": 2, "red": 3, ",": 4, "<s>": 5, "</s>": 6],
                "unk_token": "<unk>",
            ],
            "version": "1.0", "truncation": .null, "padding": .null, "decoder": .null,
            "normalizer": ["type": "Lowercase"], "pre_tokenizer": ["type": "Whitespace"],
            "post_processor": ["type": "RobertaProcessing", "sep": ["</s>", 6], "cls": ["<s>", 5]],
            "added_tokens": .array(
                [("<unk>", 0), ("<s>", 5), ("</s>", 6)].map {
                    ["id": .integer($1), "content": .string($0), "special": true, "normalized": false]
                }),
        ]
        let roles: JSON = ["bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>"]
        var small = try configuration()
        (small.text.vocabSize, small.text.eosTokenID, small.vision.hiddenAct) = (7, 6, .gelu)
        let embedders = [
            ("bytes", try embedder()),
            (
                "words",
                try CLIPEmbedder(
                    model: Formula.model(small), tokenizer: Tokenizer(json: words, configuration: roles),
                    preprocessing: Preprocessing(imageSize: 24))
            ),
        ]
        for (name, embedder) in embedders {
            let folder = URL(fileURLWithPath: path).appendingPathComponent(name)
            try embedder.save(to: folder)
            let texts = ["A red dog, a dog", "", "dog"] + (try Texts.make(seed: 8, count: 30)).filter { $0.count < 40 }
            let image = try PreprocessingTests.picture(width: 50, height: 40)
            let pixels = try embedder.preprocessing.pixels([image])
            func rows(_ tensor: Tensor) throws -> JSON {
                .array(try (0..<tensor.shape[0]).map { .array(try row(tensor, $0).map { .number(Double($0)) }) })
            }
            let expected: JSON = [
                "texts": .array(texts.map(JSON.string)), "picture": [50, 40],
                "ids": .array(try texts.map { .array(try embedder.tokens($0).map { .integer($0.identifier) }) }),
                "text": try rows(embedder.embed(texts: texts, normalize: false)),
                "image": try rows(embedder.embed(pixels: pixels, normalize: false)),
                "pixels": .array(pixels.floats.map { .number(Double($0)) }),
            ]
            try Data(expected.text().utf8).write(to: folder.appendingPathComponent("expected.json"))
        }
    }
}
