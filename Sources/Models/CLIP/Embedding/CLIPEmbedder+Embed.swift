import Basics
import Tensor

extension CLIPEmbedder {
    /// Called between batches with what is done and what there is in all; what it throws stops the work.
    public typealias Progress = (_ done: Int, _ total: Int) throws -> Void

    /// Texts or pictures a batch; larger ones gain no speed and take more memory.
    private static let batchSize = 32

    /// Embeddings of texts, [texts, width], float32, in their order.
    ///
    /// Equal texts are embedded once, and texts of similar length together, which is faster and changes nothing: what
    /// follows a text's end token has no influence.
    ///
    /// - Parameters:
    ///   - normalize: whether rows are brought to length 1; else they are the projected features.
    ///   - progress: called after every batch.
    /// - Throws: `RhumbError` where the model gives what is not finite; `Interruption` after `StopFlag.raise()`.
    public func embed(texts: [String], normalize: Bool = true, progress: Progress? = nil) throws -> Tensor {
        var rows: [[Int]] = []
        var place: [[Int]: Int] = [:]
        let places = try texts.map { text in
            try StopFlag.check()
            let identifiers = try tokenizer.encode(text, length: maximumLength)
            if let known = place[identifiers] { return known }
            place[identifiers] = rows.count
            rows.append(identifiers)
            return rows.count - 1
        }
        let order = rows.indices.sorted { rows[$0].count < rows[$1].count }
        let features = try batched(order.count, "text", normalize: normalize, progress: progress) { range in
            let batch = order[range].map { rows[$0] }
            let length = batch.map(\.count).max() ?? 0
            // What stands after the end token is never read; the end token itself is always in the vocabulary.
            let padded = batch.flatMap { $0 + [Int](repeating: $0.last ?? 0, count: length - $0.count) }
            return try model.textFeatures(Tensor(integers: padded, shape: [batch.count, length]))
        }
        var position = [Int](repeating: 0, count: rows.count)
        for (place, row) in order.enumerated() { position[row] = place }
        return try features.gathered(0, places.map { position[$0] })
    }

    /// Embeddings of pictures of any size, [pictures, width], float32, in their order.
    ///
    /// - Throws: `RhumbError` for a picture that is not finite, or where the model gives what is not.
    public func embed(images: [Image], normalize: Bool = true, progress: Progress? = nil) throws -> Tensor {
        if let broken = images.firstIndex(where: { !$0.tensor.isFinite }) {
            throw RhumbError.pictureNotFinite(broken, of: images.count)
        }
        return try batched(images.count, "image", normalize: normalize, progress: progress) { range in
            try model.imageFeatures(preprocessing.pixels(Array(images[range])))
        }
    }

    /// Embeddings of preprocessed pictures, [pictures, 3, imageSize, imageSize], as [pictures, width].
    public func embed(pixels: Tensor, normalize: Bool = true, progress: Progress? = nil) throws -> Tensor {
        guard pixels.rank == 4 else {
            throw RhumbError.pixels(pixels.shape, channels: model.configuration.vision.numChannels, size: imageSize)
        }
        guard pixels.isFinite else { throw RhumbError.pictureNotFinite(0, of: 1) }
        return try batched(pixels.shape[0], "image", normalize: normalize, progress: progress) { range in
            try model.imageFeatures(pixels.sliced(0, from: range.lowerBound, to: range.upperBound))
        }
    }

    private func batched(
        _ count: Int, _ tower: String, normalize: Bool, progress: Progress?, _ features: (Range<Int>) throws -> Tensor
    ) throws -> Tensor {
        guard count > 0 else { return try Tensor.zeros([0, width]) }
        return try withoutGradients {
            var parts: [Tensor] = []
            for start in stride(from: 0, to: count, by: Self.batchSize) {
                try StopFlag.check()
                let range = start..<min(start + Self.batchSize, count)
                let part = try features(range)
                guard part.isFinite else { throw RhumbError.notFinite(tower: tower) }
                parts.append(try normalize ? part.normalized() : part)
                try progress?(range.upperBound, count)
            }
            return try parts.count == 1 ? parts[0] : Tensor.concatenated(parts)
        }
    }
}
