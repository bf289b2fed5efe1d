import Basics
import CLIP
import Files
import Language
import Tensor

/// Embeddings of whatever a verb was given.
struct EmbeddedRows {
    /// Unit rows, [n, width].
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
    /// Rows that are embeddings already, [n, width].
    case rows(Tensor)

    /// The columns of a table that hold what is to be embedded.
    static let columns = ["prompt", "caption", "text", "image"]

    /// What verbs declare for such a parameter.
    static let type = ValueType.either([.string, .list(), .object("image"), .object("tensor"), .table])

    /// - Parameters:
    ///   - width: of embeddings; a tensor of one or two dimensions must have it.
    ///   - side: of the square the image tower sees.
    /// - Throws: `RhumbError` for a value that is none of these.
    init(_ value: Value, width: Int, side: Int) throws {
        switch value {
        case .string(let text): self = .texts([text])
        case .list(let items): self = try Self.list(items, width: width, side: side)
        case .table(let table):
            guard let values = Self.columns.lazy.compactMap({ table[$0] }).first else {
                throw RhumbError(
                    "the table has no column to embed: \(table.names.joined(separator: ", "))",
                    hint: "a column named \(Self.columns.joined(separator: ", "))")
            }
            self = try Self.list(values, width: width, side: side)
        case .object(let object):
            if let image = object as? ImageValue {
                self = .images([(image.image, image.name)])
            } else if let tensor = (object as? TensorValue)?.tensor {
                self = try Self.tensor(tensor, width: width, side: side)
            } else {
                throw Self.refusal(value)
            }
        default: throw Self.refusal(value)
        }
    }

    private static func list(_ items: [Value], width: Int, side: Int) throws -> Embeddable {
        let texts = items.compactMap { item in if case .string(let text) = item { text } else { nil } }
        if texts.count == items.count { return .texts(texts) }
        let images = items.compactMap { $0.object(as: ImageValue.self) }
        if images.count == items.count { return .images(images.map { ($0.image, $0.name) }) }
        // One row, or rows, written as numbers or held as a list of tensors.
        guard texts.isEmpty, images.isEmpty, let tensor = try Value.list(items).asTensor() else {
            throw refusal(.list(items))
        }
        return try self.tensor(tensor, width: width, side: side)
    }

    private static func tensor(_ tensor: Tensor, width: Int, side: Int) throws -> Embeddable {
        switch tensor.shape {
        case [width]: return .rows(try tensor.unsqueezed(0))
        case let shape where shape.count == 2 && shape[1] == width: return .rows(tensor)
        case [3, side, side]: return .pixels(try tensor.unsqueezed(0))
        case let shape where shape.count == 4 && Array(shape.dropFirst()) == [3, side, side]: return .pixels(tensor)
        default:
            let shape = tensor.shape.isEmpty ? "a scalar" : Words.shape(tensor.shape)
            throw RhumbError(
                "a tensor of shape \(shape) is neither embeddings (n×\(width)) nor preprocessed pixels "
                    + "(n×3×\(side)×\(side))",
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
        case .rows(let tensor): (1...max(tensor.shape[0], 1)).prefix(tensor.shape[0]).map { "row \($0)" }
        }
    }
}

extension ClipValue {
    /// Embeddings of texts, pictures, preprocessed pixels or rows that are embeddings already.
    ///
    /// - Parameters:
    ///   - host: gets the progress of long work, and may interrupt it.
    ///   - normalize: whether rows are brought to length 1.
    func rows(_ value: Value, host: any SessionHost, normalize: Bool = true) throws -> EmbeddedRows {
        let input = try Embeddable(value, width: embedder.width, side: embedder.imageSize)
        let progress: CLIPEmbedder.Progress = { done, total in
            if host.isInterrupted { throw Interruption() }
            if total > done || done > 256 { host.progress(StepProgress("embedding", done: done, total: total)) }
        }
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
        case .rows(let rows):
            let rows = try rows.detached().to(.float32)
            tensor = normalize ? try rows.normalized() : rows
        }
        try MappedFiles.check()
        return EmbeddedRows(tensor: tensor, labels: input.labels, phrases: phrases)
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
