import CLIP
import Language
import Tensor

/// `embed` and `tokens`, and what a model begins with: what it makes of texts and pictures.
enum EmbedVerbs {
    static var all: [Verb] { [embed, tokens, tokenEmbedding, preprocess] }

    static var clip: Parameter { Parameter("clip", .object("clip"), help: "a model that `load` gave") }

    static var embed: Verb {
        Verb(
            "embed", family: "clip", summary: "texts or pictures as rows of a model's space",
            parameters: [
                clip,
                Parameter(
                    "inputs", Embeddable.type,
                    help: "a text or texts, an image or images, a table of prompts, or a tensor: preprocessed pixels "
                        + "[n, 3, side, side], token embeddings [n, tokens, width], or rows"),
                .option(
                    "normalize", .boolean, default: true,
                    help: "whether rows have length 1; otherwise they are the projected features"),
            ],
            result: "a tensor of shape [inputs, width]",
            details: """
                Texts are cut to the tokens the model sees, keeping the end token. Pictures of any size are resized,
                cropped and normalised as the model's `preprocessor_config.json` says; a tensor is taken for \
                preprocessed.
                A long list is processed in batches; Ctrl-C stops between two of them.

                Gradients flow to tensors that ask for them: `p = requires_grad (preprocess clip picture)` for \
                pictures, `p = requires_grad (token_embedding clip "a dog")` for texts, then `backward` of what is \
                made of `embed clip p`. The last of a text's tokens is taken for its end.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    shape (embed clip ["a red apple", "a dagger on a table"])
                    """, gives: "[2, 128]"),
                .init(
                    """
                    clip = load "emoji"
                    z = embed clip "a red apple"
                    sum(z * z) ≈ 1 within 1e-5
                    """, gives: "true"),
            ],
            seeAlso: ["similarity", "classify", "tokens", "token_embedding", "direction"],
            body: { arguments in
                let clip = try arguments.clip()
                let normalize = try arguments.boolean("normalize")
                return .tensor(try arguments.rows("inputs", by: clip, normalize: normalize).tensor)
            })
    }

    static var tokenEmbedding: Verb {
        Verb(
            "token_embedding", family: "clip",
            summary: "the embeddings of a text's tokens, with which the text tower begins",
            parameters: [
                Parameter(
                    "model", .either([.object("clip"), .object("pipeline")]),
                    help: "a CLIP, or a diffusion model, whose text encoder is meant"),
                Parameter(
                    "text", .either([.string, .list(of: .string)]), help: "a text, or texts of one number of tokens"),
            ],
            result: "a tensor of shape [texts, tokens, width of the text tower], start and end included",
            details: """
                These are rows of the vocabulary's table, before positions are added. `embed` and `prompt_embedding` \
                take them in place of the text, and gradients flow to them. A text that is too long is cut, keeping the end token.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    p = requires_grad (token_embedding clip "a red apple")
                    backward (sum (embed clip p) * (embed clip "a dagger"))
                    p.grad.shape
                    """, gives: "[1, 5, 128]")
            ],
            seeAlso: ["embed", "prompt_embedding", "tokens", "requires_grad"]
        ) { call in
            let texts = try call.strings("text")
            try call.noteUnseenByModel(texts)
            if let pipeline = try call.value("model").object(as: PipelineValue.self) {
                return .tensor(try pipeline.model.text.tokenEmbeddings(of: texts))
            }
            return .tensor(try call.object("model", as: ClipValue.self).embedder.tokenEmbeddings(of: texts))
        }
    }

    static var preprocess: Verb {
        Verb(
            "preprocess", family: "clip", summary: "pictures as the image tower sees them",
            parameters: [clip, Parameter("images", .pictures, help: "an image, or a list of images of any size")],
            result: "a tensor of shape [pictures, 3, side, side]: resized, cropped and normalised",
            details: "`embed` takes it in place of the pictures, and gradients flow to it.",
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    p = requires_grad (preprocess clip (scene "a dog" seed: 1))
                    backward (sum (embed clip p) * (embed clip "a dog"))
                    p.grad.shape
                    """, gives: "[1, 3, 64, 64]")
            ],
            seeAlso: ["embed", "requires_grad"]
        ) { call in
            let clip = try call.clip(), images = try call.images("images")
            return .tensor(try clip.embedder.preprocessing.pixels(images))
        }
    }

    static var tokens: Verb {
        Verb(
            "tokens", family: "clip", summary: "how a model's tokenizer splits a text into tokens",
            parameters: [
                clip,
                Parameter("text", .either([.string, .list(of: .string)]), help: "a text, or a list of texts"),
            ],
            result: "a table: token, id; for a list of texts also which text",
            details: """
                The tokens are the ones the model sees: start and end included, cut to its length. `</w>` marks the \
                end of a
                word in byte-pair vocabularies.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    (tokens clip "A red apple!").token
                    """, gives: #"["<|startoftext|>", "a", "red", "apple", "<unk>", "<|endoftext|>"]"#)
            ],
            seeAlso: ["embed"],
            body: { arguments in
                let clip = try arguments.clip()
                let texts = try arguments.strings("text")
                let found = try texts.map { try clip.embedder.tokens($0) }
                var columns = [
                    Table.Column("token", found.flatMap { $0.map(\.token) }),
                    Table.Column("id", found.flatMap { $0.map { Double($0.identifier) } }),
                ]
                if case .list = try arguments.value("text") {
                    columns.insert(
                        .init("text", zip(texts, found).flatMap { [String](repeating: $0, count: $1.count) }), at: 0)
                }
                return .table(try Table(columns))
            })
    }
}
