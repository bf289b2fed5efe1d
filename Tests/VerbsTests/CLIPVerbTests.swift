import Basics
import CLIP
import Language
import Tensor
import TestSupport
import Verbs
import World
import XCTest

/// The verbs of the family `clip` on a small model with random weights.
final class CLIPVerbTests: XCTestCase {
    private final class Host: SessionHost {
        var steps: [StepProgress] = []
        var isInterrupted = false
        func write(_ text: String) {}
        func progress(_ progress: StepProgress) { steps.append(progress) }
    }

    private let host = Host()

    private func session() throws -> Interpreter {
        var text = TextConfiguration()
        (text.vocabSize, text.hiddenSize, text.intermediateSize) = (Vocabulary.count, 16, 32)
        (text.numHiddenLayers, text.numAttentionHeads, text.maxPositionEmbeddings) = (1, 2, Vocabulary.positions)
        text.eosTokenID = Vocabulary.endIdentifier
        var vision = VisionConfiguration()
        (vision.hiddenSize, vision.intermediateSize, vision.numHiddenLayers) = (16, 32, 2)
        (vision.numAttentionHeads, vision.imageSize, vision.patchSize) = (2, 16, 8)
        let model = try CLIPModel(CLIPConfiguration(projectionDim: 12, text: text, vision: vision), seed: 3)
        let tokenizer = try Tokenizer(json: Vocabulary.tokenizer, configuration: Vocabulary.tokenizerConfiguration)
        let embedder = try CLIPEmbedder(model: model, tokenizer: tokenizer, preprocessing: Preprocessing(imageSize: 16))
        let interpreter = Interpreter(registry: .rhumb(), host: host)
        interpreter["clip"] = .clip(embedder, name: "tiny")
        interpreter["picture"] = .image(try Image(Tensor.full([3, 20, 30], 0.25)), name: "grey")
        interpreter["other"] = .image(try Image(Tensor.full([3, 16, 16], 0.75)))
        interpreter["pixels"] = .tensor(try Tensor.zeros([2, 3, 16, 16]))
        return interpreter
    }

    private func value(_ code: String, in interpreter: Interpreter? = nil) throws -> Value {
        try (interpreter ?? session()).run(Source(name: "test", text: code)).value
    }

    private func tensor(_ code: String) throws -> Tensor {
        try XCTUnwrap(value(code).asTensor(), code)
    }

    private func table(_ code: String) throws -> Table {
        let value = try value(code)
        guard case .table(let table) = value else { return try XCTUnwrap(nil, "\(value.text) is no table: \(code)") }
        return table
    }

    private func failure(_ code: String) -> String {
        do {
            _ = try value(code)
            return "no error"
        } catch { return (error as? Diagnostic)?.message ?? "\(error)" }
    }

    func testEmbedTakesEveryKind() throws {
        for (input, rows) in [
            ("\"a dog\"", 1), ("[\"a dog\", \"a knife\"]", 2), ("picture", 1), ("[picture, other]", 2), ("pixels", 2),
            ("(pixels[0])", 1), ("(embed clip [\"a\", \"b\", \"c\"])", 3), ("((embed clip \"a\")[0])", 1),
        ] {
            let result = try tensor("embed clip \(input)")
            XCTAssertEqual(result.shape, [rows, 12], input)
            for length in try result.norm([1]).floats { XCTAssertEqual(length, 1, accuracy: 1e-5, input) }
        }
        let raw = try tensor("embed clip \"a dog\" normalize: false")
        XCTAssertNotEqual(try raw.norm([1]).floats[0], 1, accuracy: 0.01)
        XCTAssertEqual(try raw.normalized().floats, try tensor("embed clip \"a dog\"").floats)
    }

    /// Central differences in single precision, of a number that is about as large as the slope.
    func testGradientsReachWhatIsEmbedded() throws {
        let session = try session()
        _ = try value(
            """
            v = direction clip safe: "a dog" unsafe: "a knife"
            p = token_embedding clip "a dog"
            """, in: session)
        func number(_ code: String) throws -> Double {
            guard case .number(let number) = try value(code, in: session) else { return .nan }
            return number
        }
        let texts = "gradcheck (x -> sum((embed clip x) * v.vector)) p by: 0.003"
        XCTAssertLessThan(try number(texts), 5e-3)
        XCTAssertEqual(
            try number("max(abs((embed clip p) - (embed clip \"a dog\")))"), 0, accuracy: 1e-6,
            "token embeddings are what the text begins with")
        XCTAssertLessThan(
            try number(
                """
                x = preprocess clip picture
                d = randn(shape(x), seed: 1)
                y = requires_grad x
                backward (sum((embed clip y) * v.vector))
                f = a -> sum((embed clip (x + a * d)) * v.vector)
                abs((f(0.01) - f(-0.01)) / 0.02 - sum(y.grad * d)) / max([1, abs(sum(y.grad * d))])
                """), 5e-3)
        XCTAssert(
            failure("token_embedding clip [\"a\", \"a dog\"]").contains("texts of 3 and of 4 tokens"),
            failure("token_embedding clip [\"a\", \"a dog\"]"))
        // Nothing is recorded where nobody asks.
        XCTAssertEqual(try value("(embed clip p).requires_grad", in: session).text, "false")
        XCTAssertEqual(try value("(embed clip (requires_grad p)).requires_grad", in: session).text, "true")
        XCTAssertEqual(
            try value("(steer clip v (requires_grad (embed clip p))).requires_grad", in: session).text, "true")
    }

    func testEmbedOfATable() throws {
        let session = try session()
        session["t"] = .table(try Table([.init("id", [1.0, 2]), .init("prompt", ["a dog", "a knife"])]))
        let rows = try XCTUnwrap(value("embed clip t", in: session).asTensor())
        XCTAssertEqual(rows.floats, try tensor("embed clip [\"a dog\", \"a knife\"]").floats)
    }

    func testErrors() throws {
        XCTAssertEqual(
            failure("embed clip [\"a\", picture]"),
            "can't embed a list that starts with the string \"a\" and mixes kinds")
        XCTAssert(failure("embed clip [[1, 2], [3, 4]]").contains("of shape 2×2 is neither embeddings (n×12)"))
        XCTAssert(failure("embed clip 3").contains("inputs"), failure("embed clip 3"))
        XCTAssert(failure("classify clip picture []").contains("no label"))
        XCTAssert(
            failure("classify clip picture [\"a\"] template: \"plain\"").contains("must mark where the label goes"))
        XCTAssert(failure("embed picture \"a\"").contains("clip"), failure("embed picture \"a\""))
    }

    func testTokens() throws {
        let one = try table("tokens clip \"A dog zzz\"")
        XCTAssertEqual(one.names, ["token", "id"])
        XCTAssertEqual(
            one["token"]?.map(\.text), [Vocabulary.start, "a", "dog", Vocabulary.unknown, Vocabulary.end])
        XCTAssertEqual(try one.numbers("id").last, Double(Vocabulary.endIdentifier))
        let two = try table("tokens clip [\"a\", \"a dog\"]")
        XCTAssertEqual(two["text"]?.map(\.text), ["a", "a", "a", "a dog", "a dog", "a dog", "a dog"])
    }

    func testSimilarity() throws {
        let result = try table("similarity clip [\"a dog\", \"an apple\"] [\"a knife\", \"a dog\"]")
        XCTAssertEqual(result.names, ["input", "a knife", "a dog"])
        XCTAssertEqual(result["input"]?.map(\.text), ["a dog", "an apple"])
        XCTAssertEqual(try result.numbers("a dog")[0], 1, accuracy: 1e-5)
        let matrix = try tensor("similarity clip [picture, other] as: \"tensor\"")
        XCTAssertEqual(matrix.shape, [2, 2])
        XCTAssertEqual(matrix.floats[0], 1, accuracy: 1e-5)
        XCTAssertEqual(matrix.floats[1], matrix.floats[2], accuracy: 1e-6)
        XCTAssertEqual(try table("similarity clip \"a\" [\"b\", \"b\"]").names, ["input", "b", "b (2)"])
        XCTAssertEqual(try table("similarity clip [picture, other] \"b\"")["input"]?.map(\.text), ["grey", "image 2"])
    }

    func testClassify() throws {
        let result = try table(
            "classify clip [picture, other] [\"dog\", \"knife\", \"apple\"] template: \"a photo of a *\"")
        XCTAssertEqual(result.names, ["input", "best", "dog", "knife", "apple"])
        let phrases = "[\"a photo of a dog\", \"a photo of a knife\", \"a photo of a apple\"]"
        let logits = try tensor("similarity clip [picture, other] \(phrases) as: \"tensor\"")
        let expected = try (logits * exp(Float(2.6592))).softmax().floats
        for (column, label) in ["dog", "knife", "apple"].enumerated() {
            let probabilities = try result.numbers(label)
            for row in 0..<2 { XCTAssertEqual(Float(probabilities[row]), expected[row * 3 + column], accuracy: 1e-5) }
        }
        for row in 0..<2 {
            let best = try XCTUnwrap(result["best"]?[row].text)
            XCTAssertEqual(
                try result.numbers(best)[row], Double(expected[row * 3..<row * 3 + 3].max()!), accuracy: 1e-5)
        }
    }

    func testSummaryAndMembers() throws {
        let count = try XCTUnwrap(value("clip.parameters").whole)
        XCTAssertEqual(
            try value("clip").text,
            "clip tiny: \(NumberText.shown((Double(count) / 100).rounded() / 10)) k parameters, space 12; "
                + "text 1 layer × 16, 20 tokens; image 2 layers × 16, 16×16 pixels")
        XCTAssertEqual(try value("clip.image_size").whole, 16)
        XCTAssertEqual(try value("clip.vocabulary").whole, Vocabulary.count)
        XCTAssertEqual(try value("clip.dtype").text, "float32")
        guard case .object(let clip) = try value("clip") else { return XCTFail("no object") }
        for name in clip.memberNames { XCTAssertNotNil(try clip.member(name), name) }
    }

    func testLongListsShowProgressAndStop() throws {
        let session = try session()
        session["many"] = .strings((0..<70).map { "\(Vocabulary.words[$0]) and \(Vocabulary.words[$0 + 1])" })
        _ = try value("embed clip many", in: session)
        XCTAssertFalse(host.steps.isEmpty)
        host.isInterrupted = true
        XCTAssertThrowsError(try value("embed clip many", in: session)) {
            XCTAssertEqual(($0 as? Diagnostic)?.kind, .interrupted)
        }
    }

    func testSavedAndLoaded() throws {
        let folder = temporaryFolder()
        let session = try session()
        _ = try value("save clip \"\(folder.path)\"", in: session)
        let same = "z = embed clip \"a dog\"\nw = embed (load \"\(folder.path)\") \"a dog\"\nz == w"
        guard case .boolean(true) = try value(same, in: session) else { return XCTFail("not the same rows") }
        let half = try value("(load \"\(folder.path)\" dtype: \"bfloat16\").dtype", in: session)
        XCTAssertEqual(half.text, "bfloat16")

        // Another origin's folder, and one whose configuration lies.
        let json = #"{"model_cfg": {"embed_dim": 12, "vision_cfg": {"timm_model_name": "x"}, "text_cfg": {}}}"#
        let other = folder.appendingPathComponent("open_clip_config.json")
        try Data(json.utf8).write(to: other)
        try FileManager.default.removeItem(at: folder.appendingPathComponent("config.json"))
        XCTAssertEqual(
            failure("load \"\(folder.path)\""),
            "'vision_cfg.timm_model_name' in 'open_clip_config.json' is \"x\", which asks for a model of another kind")
    }

    func testEveryVerbIsDocumented() {
        for entry in Registry.rhumb().entries where entry.verb.family == "clip" {
            XCTAssertFalse(entry.verb.examples.isEmpty, entry.name)
            XCTAssertFalse(entry.verb.result.isEmpty, entry.name)
            XCTAssertFalse(entry.verb.summary.hasSuffix("."), entry.name)
        }
    }

    /// 0.1 has no float32 of its own: of a list it stays what it was, of a tensor it is the nearest float32.
    func testStrengthsOfASweepAreThoseThatWereGiven() throws {
        func strengths(_ given: String) throws -> [Double] {
            try table(
                "v = direction clip safe: \"a cat\" unsafe: \"a dog\"\n(sweep clip v \"a car\" alpha: \(given))"
            ).numbers("alpha")
        }
        XCTAssertEqual(try strengths("[0.1, 1 / 3, 2]"), [0.1, 1.0 / 3, 2])
        XCTAssertEqual(try strengths("0.1"), [0.1])
        XCTAssertEqual(try strengths("tensor([0.1, 2])"), [Double(Float(0.1)), 2])
        XCTAssertEqual(try strengths("(0..3)"), [0, 1, 2])
        XCTAssertEqual(try strengths("none").count, 21)
    }
}
