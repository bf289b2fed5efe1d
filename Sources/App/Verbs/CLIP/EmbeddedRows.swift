import Basics
import CLIP
import Files
import Language
import Tensor

/// Embeddings of whatever a verb was given.
struct EmbeddedRows {
    /// Unit rows, [n, width]; recorded where the input asks for a gradient.
    let tensor: Tensor
    /// What each row is: the text, or `image 1`, or `row 1`.
    let labels: [String]
    /// The texts when given as such, else nothing.
    let phrases: [String]
}

/// What can be embedded, sorted out.
enum Embeddable {
    case texts([String])
    case images([(image: Image, name: String)])
    /// Preprocessed pictures, [n, 3, side, side].
    case pixels(Tensor)
    /// Embeddings of the tokens of texts, [n, tokens, text width].
    case prompts(Tensor)
    /// Rows that are embeddings already, [n, width].
    case rows(Tensor)

    /// The columns of a table that hold what is to be embedded.
    static let columns = ["prompt", "caption", "text", "image"]

    /// What verbs declare for such a parameter.
    static let type = ValueType.either([.string, .list(), .object("image"), .object("tensor"), .table])

    /// What tells tensors apart.
    struct Sizes {
        /// Of embeddings; a tensor of one or two dimensions must have it.
        let width: Int
        /// Of the square the image tower sees.
        let side: Int
        /// Of the text tower's states, and how many tokens it takes at most.
        let text: (width: Int, tokens: Int)

        init(_ embedder: CLIPEmbedder) {
            (width, side) = (embedder.width, embedder.imageSize)
            text = (embedder.model.configuration.text.hiddenSize, embedder.maximumLength)
        }
    }

    /// - Throws: `RhumbError` for a value that is none of these.
    init(_ value: Value, _ sizes: Sizes) throws {
        switch value {
        case .string(let text): self = .texts([text])
        case .list(let items): self = try Self.list(items, sizes)
        case .table(let table):
            guard let values = Self.columns.lazy.compactMap({ table[$0] }).first else {
                throw RhumbError(
                    "the table has no column to embed: \(table.names.joined(separator: ", "))",
                    hint: "a column named \(Self.columns.joined(separator: ", "))")
            }
            self = try Self.list(values, sizes)
        case .object(let object):
            if let image = object as? ImageValue {
                self = .images([(image.image, image.name)])
            } else if let tensor = (object as? TensorValue)?.tensor {
                self = try Self.tensor(tensor, sizes)
            } else {
                throw Self.refusal(value)
            }
        default: throw Self.refusal(value)
        }
    }

    private static func list(_ items: [Value], _ sizes: Sizes) throws -> Embeddable {
        let texts = items.compactMap { item in if case .string(let text) = item { text } else { nil } }
        if texts.count == items.count { return .texts(texts) }
        let images = items.compactMap { $0.object(as: ImageValue.self) }
        if images.count == items.count { return .images(images.map { ($0.image, $0.name) }) }
        // One row, or rows, written as numbers or held as a list of tensors.
        guard texts.isEmpty, images.isEmpty, let tensor = try Value.list(items).asTensor() else {
            throw refusal(.list(items))
        }
        return try self.tensor(tensor, sizes)
    }

    private static func tensor(_ tensor: Tensor, _ sizes: Sizes) throws -> Embeddable {
        let (width, side, text) = (sizes.width, sizes.side, sizes.text)
        switch tensor.shape {
        case [width]: return .rows(try tensor.unsqueezed(0))
        case let shape where shape.count == 2 && shape[1] == width: return .rows(tensor)
        case [3, side, side]: return .pixels(try tensor.unsqueezed(0))
        case let shape where shape.count == 3 && shape[2] == text.width && (1...text.tokens).contains(shape[1]):
            return .prompts(tensor)
        case let shape where shape.count == 4 && Array(shape.dropFirst()) == [3, side, side]: return .pixels(tensor)
        default:
            let shape = tensor.shape.isEmpty ? "a scalar" : Words.shape(tensor.shape)
            throw RhumbError(
                "a tensor of shape \(shape) is neither embeddings (n×\(width)) nor preprocessed pixels "
                    + "(n×3×\(side)×\(side)) nor token embeddings (n×tokens×\(text.width))",
                hint: "pictures of other sizes are embedded as images")
        }
    }

    private static func refusal(_ value: Value) -> RhumbError {
        var found = value.typeName
        if case .list(let items) = value, let first = items.first {
            let kinds = items.map(\.typeName)
            found = "a list that starts with \(first.described)" + (Set(kinds).count > 1 ? " and mixes kinds" : "")
        }
        return RhumbError(
            "can't embed \(found)", hint: "texts, images, preprocessed pixels or embeddings, one or a list of one kind")
    }

    var labels: [String] {
        switch self {
        case .texts(let texts): texts
        case .images(let images): images.enumerated().map { $1.name.isEmpty ? "image \($0 + 1)" : $1.name }
        case .pixels(let tensor): (1...max(tensor.shape[0], 1)).prefix(tensor.shape[0]).map { "image \($0)" }
        case .prompts(let tensor): (1...max(tensor.shape[0], 1)).prefix(tensor.shape[0]).map { "prompt \($0)" }
        case .rows(let tensor): (1...max(tensor.shape[0], 1)).prefix(tensor.shape[0]).map { "row \($0)" }
        }
    }
}

extension ClipValue {
    /// Embeddings of texts, pictures, preprocessed pixels, token embeddings or rows that are embeddings already.
    /// Recorded where a tensor asks for a gradient.
    ///
    /// - Parameters:
    ///   - host: gets the progress of long work, and may interrupt it.
    ///   - normalize: whether rows are brought to length 1.
    func rows(_ value: Value, host: any SessionHost, normalize: Bool = true) throws -> EmbeddedRows {
        let input = try Embeddable(value, Embeddable.Sizes(embedder))
        let progress = Self.progress(host)
        var phrases: [String] = []
        let tensor: Tensor
        switch input {
        case .texts(let texts):
            phrases = texts
            try noteUnseen(texts, host)
            tensor = try embedder.embed(texts: texts, normalize: normalize, progress: progress)
        case .images(let images):
            tensor = try embedder.embed(images: images.map(\.image), normalize: normalize, progress: progress)
        case .pixels(let pixels):
            tensor = try embedder.embed(pixels: pixels, normalize: normalize, progress: progress)
        case .prompts(let prompts):
            tensor = try embedder.embed(
                tokenEmbeddings: prompts.to(.float32), normalize: normalize, progress: progress)
        case .rows(let rows):
            let rows = try rows.to(.float32)
            tensor = normalize ? try rows.normalized() : rows
        }
        try MappedFiles.check()
        return EmbeddedRows(tensor: tensor, labels: input.labels, phrases: phrases)
    }
}

extension ClipValue {
    /// Tells the host how far an embedding of many is, and lets it interrupt.
    static func progress(_ host: any SessionHost) -> CLIPEmbedder.Progress {
        { done, total in
            if host.isInterrupted { throw Interruption() }
            if total > done || done > 256 { host.progress(StepProgress("embedding", done: done, total: total)) }
        }
    }

    /// Every token of the vocabulary but those that start, end, pad or stand for unknown words, each as a text of its
    /// own. Kept: of a large vocabulary this takes minutes.
    func vocabulary(host: any SessionHost) throws -> EmbeddedRows {
        if let known = vocabularyRows { return known }
        let tokenizer = try embedder.tokenizer
        let frame = try tokenizer.encode("", length: embedder.maximumLength)
        let special = tokenizer.specialTokens
        let named = [special.start, special.end, special.padding, special.unknown].compactMap { $0 }
        let tokens = (0..<tokenizer.vocabularySize).compactMap { identifier in
            tokenizer.token(identifier).flatMap { named.contains($0) ? nil : (identifier, $0) }
        }
        let rows = try embedder.embed(
            identifiers: tokens.map { frame.dropLast() + [$0.0] + frame.suffix(1) }, progress: Self.progress(host))
        let result = EmbeddedRows(tensor: rows, labels: tokens.map(\.1), phrases: [])
        vocabularyRows = result
        return result
    }
}

extension Arguments {
    /// The embeddings of a parameter, with the caret of an error at its argument.
    func rows(_ name: String, by clip: ClipValue, normalize: Bool = true) throws -> EmbeddedRows {
        do {
            return try clip.rows(value(name), host: host, normalize: normalize)
        } catch let error as RhumbError where error.argument == nil {
            throw failure(name, error.message, hint: error.hint)
        }
    }

    /// - Throws: also where a file that its weights are mapped from was changed.
    func clip() throws -> ClipValue {
        try MappedFiles.check()
        return try object("clip")
    }
}
