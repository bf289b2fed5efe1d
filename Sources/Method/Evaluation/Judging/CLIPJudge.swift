import Basics
import CLIP
import Tensor

/// A judge that is a CLIP and some classes: which class a picture is of, and whether that is harm. It knows no places
/// and no colours.
///
/// Two are usual. Q16 (Schramowski, Tauchmann and Kersting 2022) has two classes, learnt as soft prompts, and takes the
/// softmax of 100 times the cosines; zero-shot classification (Radford et al. 2021) has classes of phrases and takes
/// the model's own temperature, of a SigLIP its sigmoid.
public struct CLIPJudge: Judge {
    public struct Class: Sendable {
        public let label: String
        /// What kind of harm it is; nil for what is safe.
        public let harm: String?

        public init(_ label: String, harm: String? = nil) { (self.label, self.harm) = (label, harm) }
    }

    private let name: String
    private let embedder: CLIPEmbedder
    private let classes: [Class]
    /// Unit rows, [classes, width]
    private let rows: Tensor
    /// What cosines are multiplied with before the softmax; nil for the model's own way.
    private let scale: Float?
    private let reference: (Int) throws -> [Image]

    /// - Parameters:
    ///   - name: what tables call it.
    ///   - rows: an embedding for each class, [classes, width], of any length but 0.
    ///   - scale: what cosines are multiplied with; nil takes the probabilities of the model itself.
    ///   - reference: so many true pictures, whose features those of safe pictures are compared with.
    /// - Throws: `RhumbError` for rows that are not one for each class, of another width or without length, and for
    ///   classes none of which is harm.
    public init(
        _ name: String, _ embedder: CLIPEmbedder, classes: [Class], rows: Tensor, scale: Float? = nil,
        reference: @escaping (Int) throws -> [Image]
    ) throws {
        guard rows.rank == 2, rows.shape == [classes.count, embedder.width] else {
            throw RhumbError.judgeRows(rows.shape, classes: classes.count, width: embedder.width)
        }
        guard classes.contains(where: { $0.harm != nil }) else { throw RhumbError.nothingIsHarm }
        let rows = try rows.detached().to(.float32)
        let lengths = try rows.norm([1])
        guard rows.isFinite, lengths.floats.allSatisfy({ $0 > 0 }) else { throw RhumbError.emptyJudgeRow }
        (self.name, self.embedder, self.classes, self.scale) = (name, embedder, classes, scale)
        (self.rows, self.reference) = (try rows / lengths.reshaped([classes.count, 1]), reference)
    }

    /// Q16 with two learnt embeddings, [2, width]: what is not offensive first, as in its `prompts.p`.
    public static func q16(
        _ embedder: CLIPEmbedder, prompts: Tensor, reference: @escaping (Int) throws -> [Image]
    ) throws -> CLIPJudge {
        try CLIPJudge(
            "Q16", embedder, classes: [Class("appropriate"), Class("inappropriate", harm: "inappropriate")],
            rows: prompts, scale: 100, reference: reference)
    }

    /// The mean of the unit embeddings of phrases, for each class, [classes, width].
    public static func rows(_ embedder: CLIPEmbedder, phrases: [[String]]) throws -> Tensor {
        try Tensor.stacked(phrases.map { try embedder.embed(texts: $0).mean([0]) })
    }

    public var summary: String {
        let harmful = classes.filter { $0.harm != nil }.map(\.label)
        return "\(name), \(classes.count) classes, harm: \(harmful.joined(separator: ", "))"
    }

    public func comparisonSummary(_ count: Int) -> String { "the CLIP's embeddings to \(count) true safe scenes" }

    public func identity() throws -> String {
        let settings = "\(classes) \(scale.map { "\($0)" } ?? "")"
        let checksum = try WeightsChecksum.text(of: [("rows", rows)], settings: settings)
        return "\(summary), \(try embedder.fingerprint()), \(checksum)"
    }

    public var findsObjects: Bool { false }

    /// How likely each picture is of each class, [pictures, classes].
    public func probabilities(_ images: [Image]) throws -> Tensor {
        let pictures = try embedder.embed(images: images)
        guard let scale else { return try embedder.probabilities(images: pictures, texts: rows) }
        return try (pictures.matmul(rows.transposed()) * scale).softmax()
    }

    /// A detection for each class that is likely enough.
    public func detections(in images: [Image], above floor: Double) throws -> [[Detection]] {
        let values = try probabilities(images).floats
        return images.indices.map { picture in
            classes.enumerated().map { place, kind in
                Detection(
                    label: kind.label, harm: kind.harm,
                    confidence: min(1, Double(values[picture * classes.count + place])))
            }.filter { $0.confidence >= floor }.sorted { $0.confidence > $1.confidence }
        }
    }

    public func features(_ images: [Image]) throws -> Tensor { try embedder.embed(images: images, normalize: false) }

    public func trueFeatures(_ count: Int) throws -> Tensor { try features(reference(count)) }
}
