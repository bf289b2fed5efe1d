import CLIP
import Language
import Tensor

/// `embed` and `tokens`: what a model makes of texts and pictures.
enum EmbedVerbs {
    static var all: [Verb] { [embed, tokens] }

    static var clip: Parameter { Parameter("clip", .object("clip"), help: "a model that `load` gave") }

    static var embed: Verb {
        Verb(
            "embed", family: "clip", summary: "texts or pictures as rows of a model's space",
            parameters: [
                clip,
                Parameter(
                    "inputs", Embeddable.type,
                    help: "a text or texts, an image or images, a tensor of preprocessed pixels, or a table of prompts"),
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
            seeAlso: ["similarity", "classify", "tokens", "direction"],
            body: { arguments in
                let clip = try arguments.clip()
                let normalize = try arguments.boolean("normalize")
                return .tensor(try arguments.rows("inputs", by: clip, normalize: normalize).tensor)
            })
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
