import Basics
import Tensor

extension CLIPEmbedder {
    /// What each patch of a picture does to x · v, by covering it: x · v less that of the picture with a grey square
    /// there, averaged over the squares that cover the patch (Zeiler and Fergus 2014).
    ///
    /// - Parameters:
    ///   - pixels: one preprocessed picture, [1, 3, side, side].
    ///   - vector: v, [width].
    ///   - window: side of the square in patches; it moves by a patch.
    /// - Returns: [patches down, patches across], float32, unrecorded.
    public func occlusion(
        of pixels: Tensor, along vector: Tensor, window: Int = 2, progress: Progress? = nil
    ) throws -> Tensor {
        let side = try patches(of: pixels, vector), patch = model.configuration.vision.patchSize
        guard (1...side).contains(window) else { throw RhumbError.window(window, most: side) }
        return try withoutGradients {
            let whole = try Double(embed(pixels: pixels).matmul(vector).floats[0])
            let corners = 0...(side - window)
            var sums = [Double](repeating: 0, count: side * side), counts = sums
            var done = 0
            for row in corners {
                try StopFlag.check()
                // Grey in the middle of what the model was trained on is 0 after normalisation.
                let covered = try Tensor.concatenated(
                    corners.map { column in
                        let mask = try Tensor.ones([1, 1, pixels.shape[2], pixels.shape[3]])
                        let width = pixels.shape[3]
                        for y in row * patch..<(row + window) * patch {
                            for x in column * patch..<(column + window) * patch { mask.floatPointer[y * width + x] = 0 }
                        }
                        return try pixels * mask
                    })
                let values = try embed(pixels: covered).matmul(vector).floats
                for column in corners {
                    for y in row..<row + window {
                        for x in column..<column + window {
                            sums[y * side + x] += whole - Double(values[column])
                            counts[y * side + x] += 1
                        }
                    }
                }
                done += corners.count
                try progress?(done, corners.count * corners.count)
            }
            return try Tensor(zip(sums, counts).map { Float($0 / $1) }, shape: [side, side])
        }
    }

    /// What each patch of a picture does to x · v, by the gradient: Grad-ECLIP (Zhao et al. 2024, "Gradient-based
    /// Visual Explanation for Transformer-based CLIP", ICML), with its sign kept.
    ///
    /// In the last layer, (g ⊙ vᵢ) · 1 times how alike the class token's query and the patch's key are (their cosine,
    /// brought to 0…1 over the patches); g is the gradient at what the class token's attention gives, vᵢ the patch's
    /// value.
    ///
    /// - Shapes: as `occlusion`.
    public func gradientRelevance(of pixels: Tensor, along vector: Tensor) throws -> Tensor {
        guard !model.configuration.isSigLIP else { throw RhumbError.notOfSigLIP("attributions by gradient") }
        let side = try patches(of: pixels, vector)
        guard let last = try withoutGradients({ try model.image.lastAttention(pixels.to(model.dtype)) }) else {
            throw RhumbError.noLayers
        }
        let attended = try last.attended.detached().to(.float32).copied().requireGradient()
        let pooled = try model.image.pooled(attended: attended.to(model.dtype), in: last)
        let product = try model.imageFeatures(pooled: pooled).normalized().matmul(vector)
        try product.sum().backward()
        guard let gradient = attended.gradient else { throw RhumbError.notFinite(tower: "image") }
        return try withoutGradients {
            let count = side * side + 1
            func patches(_ states: Tensor) throws -> Tensor {
                try states.to(.float32).selected(0, 0).sliced(0, from: 1, to: count)
            }
            let query = try last.query.to(.float32).selected(0, 0).selected(0, 0).normalized()
            let likeness = try patches(last.key).normalized().matmul(query).floats
            let (low, high) = (likeness.min() ?? 0, likeness.max() ?? 0)
            let share = likeness.map { high > low ? ($0 - low) / (high - low) : 1 }
            let weighted = try patches(last.value).matmul(gradient.reshaped([gradient.count]))
            let map = try (weighted * Tensor(share)).reshaped([side, side])
            guard map.isFinite else { throw RhumbError.notFinite(tower: "image") }
            return map
        }
    }

    /// Patches along a side, once the picture and the vector are found to fit.
    private func patches(of pixels: Tensor, _ vector: Tensor) throws -> Int {
        let c = model.configuration.vision
        guard vector.shape == [width] else { throw RhumbError.vectorWidth(vector.shape, width) }
        guard pixels.shape == [1, c.numChannels, c.imageSize, c.imageSize] else {
            throw RhumbError.pixels(pixels.shape, channels: c.numChannels, size: c.imageSize)
        }
        return c.patchesPerSide
    }
}

extension ImageTower {
    /// The last layer's attention, seen from the class token.
    struct LastAttention {
        let layer: EncoderLayer
        /// The class token's state before the layer, [1, 1, width].
        let state: Tensor
        /// [1, 1 + patches, width] each, heads after one another.
        let query, key, value: Tensor
        /// What the class token's attention gives before it is projected, [1, 1, width].
        let attended: Tensor
    }

    /// - Returns: nil for a tower without layers.
    func lastAttention(_ pixels: Tensor) throws -> LastAttention? {
        guard let layer = encoder.layers.last else { return nil }
        let states = try encoder.layers.dropLast().reduce(embedded(pixels)) { try $1($0, causal: false) }
        let normal = try layer.attentionNorm(states), part = layer.attention
        let (query, key, value) = (try part.query(normal), try part.key(normal), try part.value(normal))
        func split(_ t: Tensor) throws -> Tensor {
            try t.reshaped([t.shape[0], t.shape[1], part.heads, t.shape[2] / part.heads]).transposed(1, 2)
        }
        let mixed = try Tensor.attention(
            split(query.sliced(1, from: 0, to: 1)), split(key), split(value), causal: false)
        return LastAttention(
            layer: layer, state: try states.sliced(1, from: 0, to: 1), query: query, key: key, value: value,
            attended: try mixed.transposed(1, 2).reshaped([1, 1, query.shape[2]]))
    }

    /// The normalised state of the class token, [1, width], for another result of its attention.
    func pooled(attended: Tensor, in last: LastAttention) throws -> Tensor {
        let state = try last.layer.attention.output(attended, addedTo: last.state)
        return try postNorm(last.layer.feedForward(state)).squeezed(1)
    }
}
