import Basics
import Ranks
import Tensor

extension StableDiffusion {
    /// The pictures of latents, of which each rank decodes its share; see `Autoencoder.images`.
    public func sharedImages(_ latents: Tensor, progress: Progress? = nil) throws -> [Image] {
        let count = latents.shape.first ?? 0
        guard Ranks.areMany, latents.rank == 4, count > 0 else { return try images(latents, progress: progress) }
        let batches = ownBatches(of: count, size: batchSize(height: latents.shape[1], width: latents.shape[2]))
        let images = try batches.enumerated().flatMap { number, rows in
            do {
                try progress?(number, batches.count)
                return try self.images(latents.rows(rows))
            } catch let error as NotFiniteError {
                throw error.after(rows.lowerBound, of: count)
            }
        }
        return try Ranks.gathered("decoded pictures", images)
    }

    /// Rows for so many samples, of which each rank computes its share.
    ///
    /// - Parameters:
    ///   - size: samples at once.
    ///   - inBatches: whether ranks take whole batches only.
    ///   - shape: of all rows.
    ///   - steps: of each batch.
    ///   - progress: told how far this rank has come, as a part of all.
    ///   - body: gives the rows of a batch, and says when one of its steps is done.
    func shared(
        _ label: String, _ count: Int, size: Int, inBatches: Bool = false, shape: [Int], steps: Int,
        progress: Progress?, _ body: (_ rows: Range<Int>, _ progress: (Int) throws -> Void) throws -> Tensor
    ) throws -> Tensor {
        let batches = ownBatches(of: count, size: size, inBatches: inBatches)
        let own = batches.reduce(0) { $0 + $1.count }
        var done = 0
        let parts = try Ranks.apart {
            try batches.map { rows in
                defer { done += rows.count }
                return try body(rows) { step in
                    // A batch counts by its samples, so that the pace is even.
                    try progress?((done * steps + rows.count * step) * count / own, count * steps)
                }
            }
        }
        let mine = try parts.isEmpty ? nil : parts.count == 1 ? parts[0] : Tensor.concatenated(parts)
        return try Ranks.gathered(label, rows: mine, shape: shape)
    }

    /// What this rank computes of so many samples, in batches.
    ///
    /// In float32 a sample has the same bits whatever is computed beside it, so that samples are shared out evenly;
    /// in bfloat16 they may depend on how many there are at once, and whole batches are.
    private func ownBatches(of count: Int, size: Int, inBatches: Bool = false) -> [Range<Int>] {
        guard inBatches || dtype != .float32 else { return Self.batches(of: Ranks.share(of: count), size) }
        let all = Self.batches(of: 0..<count, size)
        return Array(all[Ranks.share(of: all.count)])
    }

    /// Neighbouring samples, so many at once.
    static func batches(of rows: Range<Int>, _ size: Int) -> [Range<Int>] {
        stride(from: rows.lowerBound, to: rows.upperBound, by: max(size, 1)).map { start in
            start..<min(start + max(size, 1), rows.upperBound)
        }
    }
}
