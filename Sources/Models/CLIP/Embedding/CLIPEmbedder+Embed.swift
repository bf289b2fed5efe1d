import Basics
import Ranks
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
        let tokenizer = try tokenizer
        return try embed(
            identifiers: texts.map { text in
                try StopFlag.check()
                return try tokenizer.encode(text, length: maximumLength)
            }, normalize: normalize, progress: progress)
    }

    /// Embeddings of texts given as identifiers of their tokens, start and end included; as `embed(texts:)`.
    ///
    /// SigLIP's texts are all of one length, and their padding is seen: they are padded here.
    public func embed(identifiers texts: [[Int]], normalize: Bool = true, progress: Progress? = nil) throws -> Tensor {
        var rows: [[Int]] = []
        var place: [[Int]: Int] = [:]
        let isSigLIP = model.configuration.isSigLIP
        let padding = isSigLIP ? try tokenizer.paddingIdentifier() : nil
        let padsLeft = isSigLIP ? try tokenizer.padsLeft : false
        let places = texts.map { own in
            var identifiers = own
            if let padding, own.count < maximumLength {
                let filler = [Int](repeating: padding, count: maximumLength - own.count)
                identifiers = padsLeft ? filler + own : own + filler
            }
            if let known = place[identifiers] { return known }
            place[identifiers] = rows.count
            rows.append(identifiers)
            return rows.count - 1
        }
        _ = try model.text
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
        let preprocessing = try preprocessing
        return try batched(images.count, "image", normalize: normalize, progress: progress) { range in
            try model.imageFeatures(preprocessing.pixels(Array(images[range])))
        }
    }

    /// Embeddings of preprocessed pictures, [pictures, 3, imageSize, imageSize], as [pictures, width]. Recorded where
    /// the pixels ask for a gradient.
    public func embed(pixels: Tensor, normalize: Bool = true, progress: Progress? = nil) throws -> Tensor {
        _ = try model.image
        guard pixels.rank == 4 else {
            throw RhumbError.pixels(pixels.shape, channels: model.configuration.vision.numChannels, size: imageSize)
        }
        guard pixels.isFinite else { throw RhumbError.pictureNotFinite(0, of: 1) }
        return try batched(
            pixels.shape[0], "image", normalize: normalize, records: pixels.requiresGradient, progress: progress
        ) { range in
            try model.imageFeatures(pixels.sliced(0, from: range.lowerBound, to: range.upperBound))
        }
    }

    /// The embeddings of a text's tokens, with which the text tower begins, before it adds positions: [texts, tokens,
    /// text width], float32, unrecorded, start and end included.
    ///
    /// - Throws: `RhumbError` for texts of different numbers of tokens.
    public func tokenEmbeddings(of texts: [String]) throws -> Tensor {
        guard !model.configuration.isSigLIP else { throw RhumbError.notOfSigLIP("embeddings of tokens") }
        let (tokenizer, tower) = (try tokenizer, try model.text)
        // What follows the first end token has no influence.
        let rows = try texts.map { text in
            let row = try tokenizer.encode(text, length: maximumLength)
            let ends = try tower.endPositions(Tensor(integers: row, shape: [1, row.count]))
            return Array(row.prefix((ends.first ?? row.count - 1) + 1))
        }
        guard let length = rows.first?.count else { throw RhumbError.noTexts }
        if let other = rows.first(where: { $0.count != length }) { throw RhumbError.tokenCounts(length, other.count) }
        return try withoutGradients {
            try tower.tokenEmbeddings(Tensor(integers: rows.flatMap { $0 }, shape: [rows.count, length]))
                .to(.float32)
        }
    }

    /// Embeddings of texts given as `tokenEmbeddings`, the end token's last: [texts, tokens, text width] as
    /// [texts, width]. Recorded where they ask for a gradient.
    public func embed(tokenEmbeddings: Tensor, normalize: Bool = true, progress: Progress? = nil) throws -> Tensor {
        guard !model.configuration.isSigLIP else { throw RhumbError.notOfSigLIP("embeddings of tokens") }
        _ = try model.text
        guard tokenEmbeddings.rank == 3 else {
            throw RhumbError.tokenEmbeddings(
                tokenEmbeddings.shape, width: model.configuration.text.hiddenSize, limit: maximumLength)
        }
        guard tokenEmbeddings.isFinite else { throw RhumbError.tokenEmbeddingsNotFinite }
        return try batched(
            tokenEmbeddings.shape[0], "text", normalize: normalize, records: tokenEmbeddings.requiresGradient,
            progress: progress
        ) { range in
            try model.textFeatures(
                tokenEmbeddings: tokenEmbeddings.sliced(0, from: range.lowerBound, to: range.upperBound))
        }
    }

    private func batched(
        _ count: Int, _ tower: String, normalize: Bool, records: Bool = false, progress: Progress?,
        _ features: (Range<Int>) throws -> Tensor
    ) throws -> Tensor {
        guard count > 0 else { return try Tensor.zeros([0, width]) }
        func all() throws -> Tensor {
            // Whole batches are shared out, which are the same on any number of ranks; one with a gradient is not.
            let starts = Array(stride(from: 0, to: count, by: Self.batchSize))
            let isShared = !records && starts.count > 1 && Ranks.areMany
            let share = isShared ? Ranks.share(of: starts.count) : starts.indices
            var parts: [Tensor] = []
            for start in starts[share] {
                try StopFlag.check()
                let range = start..<min(start + Self.batchSize, count)
                let part = try features(range)
                guard part.isFinite else { throw RhumbError.notFinite(tower: tower) }
                parts.append(try normalize ? part.normalized() : part)
                try progress?(range.upperBound, count)
            }
            let mine = try parts.isEmpty ? nil : parts.count == 1 ? parts[0] : Tensor.concatenated(parts)
            guard isShared, let mine else {
                return try mine ?? Ranks.gathered("embeddings", rows: nil, shape: [count, width])
            }
            return try Ranks.gathered("embeddings", rows: mine, shape: [count, width])
        }
        return try records ? all() : withoutGradients(all)
    }
}
