import Basics
import Kernels

extension Tensor {
    /// The 3×3 convolution, padded by 1, of this feature map upsampled ×2 by repeating pixels.
    ///
    /// The upsampled feature map is never made. Winograd's algorithm reads the small one in its place; elsewhere four
    /// convolutions of the small one by sums of weights, one for each phase of the result, do the same with 16
    /// multiplications instead of 36: the kernel covers only 2×2 different pixels.
    ///
    /// - Parameters:
    ///   - weight: [outputs, inputs, 3, 3].
    ///   - bias: [outputs].
    /// - Shapes: [batch, height, width, inputs] → [batch, 2 · height, 2 · width, outputs].
    public func upsampledConv2d(_ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
        guard rank == 4, weight.rank == 4, Array(weight.shape[1...]) == [shape[3], 3, 3] else {
            throw RhumbError.shapes(
                shape, weight.shape, in: "conv2d",
                because: "they must be [batch, height, width, inputs] and [outputs, inputs, 3, 3]")
        }
        if let bias, bias.shape != [weight.shape[0]] {
            throw RhumbError.shapes(
                weight.shape, bias.shape, in: "conv2d", because: "the bias must have \(weight.shape[0]) elements")
        }
        try StopFlag.check()
        let inputs = [self, weight] + (bias.map { [$0] } ?? [])
        guard
            let plan = try UpsampledConvolution(
                detached(), weight.detached(), bias: bias?.detached(), isRecorded: Tensor.records(inputs)),
            let y = try plan.forward()
        else { return try upsampledThenConvolved(weight, bias) }
        return y.recorded("conv2d", inputs) { dy in
            let wanted = (self.requiresGradient, weight.requiresGradient || bias?.requiresGradient == true)
            guard let (dx, dw, db) = try plan.backward(dy, wanted: wanted) else {
                return try self.referenceUpsampledGradients(weight, bias, dy)
            }
            return [dx, dw] + (bias == nil ? [] : [db])
        }
    }

    /// The reference implementation.
    private func upsampledThenConvolved(_ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
        try resampled(height: 2 * shape[1], width: 2 * shape[2], .nearest)
            .conv2d(weight, bias: bias, Convolution(padding: 1))
    }

    /// Derivatives of the reference implementation, where oneDNN lacks one of its own.
    private func referenceUpsampledGradients(_ weight: Tensor, _ bias: Tensor?, _ dy: Tensor) throws -> [Tensor?] {
        let leaves = try ([self, weight] + (bias.map { [$0] } ?? [])).map { try $0.detached().requireGradient() }
        let recording = Engine.isRecording
        Engine.isRecording = true
        defer { Engine.isRecording = recording }
        try leaves[0].upsampledThenConvolved(leaves[1], bias == nil ? nil : leaves[2]).backward(dy)
        return leaves.map(\.gradient)
    }
}

/// One convolution of an upsampled feature map, by Winograd's algorithm or as four of the feature map itself.
private struct UpsampledConvolution {
    private let x: Tensor
    private let weight: Tensor
    private let bias: Tensor?
    private let winograd: WinogradConvolution?

    /// Nil where there are no kernels for it.
    init?(_ x: Tensor, _ weight: Tensor, bias: Tensor?, isRecorded: Bool) throws {
        guard Engine.usesPrimitives, x.dtype.isFloatingPoint, x.dtype == weight.dtype, x.count > 0, weight.count > 0,
            weight.isContiguous
        else { return nil }
        (self.x, self.weight, self.bias) = (try x.contiguous(), weight, bias)
        winograd = WinogradConvolution(
            weight, Convolution(padding: 1), of: x.dtype,
            to: [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], weight.shape[0]],
            isRecorded: isRecorded)
    }

    private var small: [Int] { [x.shape[0], x.shape[1], x.shape[2], weight.shape[0]] }
    private var large: [Int] { [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], weight.shape[0]] }

    func forward() throws -> Tensor? {
        let y = try Tensor(uninitialized: large, x.dtype)
        if let winograd {
            try winograd.forward(x, bias: bias, residual: nil, into: y)
            return y
        }
        let results = try Tensor(uninitialized: [4] + small, x.dtype)
        for (q, part) in try parts().enumerated() {
            let place = try results.selected(0, q)
            guard try part.forward(x, bias: bias, .identity, residual: nil, small, into: place) != nil else {
                return nil
            }
        }
        rk_interleave_phases(small[0], small[1], small[2], small[3] * x.dtype.byteCount, results.address, y.address)
        return y
    }

    /// dx in the type of x, dw and db in float32, those that are wanted; nil where there are no kernels for them.
    func backward(_ dy: Tensor, wanted: (x: Bool, weight: Bool)) throws -> (dx: Tensor?, dw: Tensor?, db: Tensor?)? {
        let dy = try dy.to(x.dtype).contiguous()
        guard let winograd else { return try backwardByPhases(dy, wanted: wanted) }
        var dx: Tensor?
        if wanted.x {
            let upsampled = try Tensor(uninitialized: [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], x.shape[3]])
            try winograd.backwardData(dy, into: upsampled)
            let gradient = try Tensor(uninitialized: x.shape)
            rk_upsample2_gradient_f32(
                x.shape[0], x.shape[1], x.shape[2], x.shape[3], upsampled.floatPointer, gradient.floatPointer)
            dx = gradient
        }
        guard wanted.weight else { return (dx, nil, nil) }
        if let (dw, db) = try winograd.backwardWeights(x, dy, bias: bias) { return (dx, dw, db) }
        return try backwardByPhases(dy, wanted: (false, true)).map { (dx, $0.dw, $0.db) }
    }

    // MARK: By phases

    /// A convolution for each phase: the upper left, upper right, lower left and lower right pixels.
    private func parts() throws -> [FastConvolution] {
        try phases().enumerated().map { q, weight in
            let (lower, right) = (q / 2, q % 2)
            // The upper pixel sees what is above, the lower what is below.
            let geometry = Convolution(top: 1 - lower, left: 1 - right, bottom: lower, right: right)
            return FastConvolution(geometry: geometry, weight: weight)
        }
    }

    /// Four times [outputs, inputs, 2, 2]: each in memory of its own, which is given back once it is packed.
    private func phases() throws -> [Tensor] {
        try weight.storage.derived(.init(weight, .phases)) {
            let kernels = try Tensor(uninitialized: [4, weight.shape[0], weight.shape[1], 2, 2], weight.dtype)
            let pairs = weight.shape[0] * weight.shape[1]
            weight.dtype == .bfloat16
                ? rk_phase_kernels_bf16(pairs, weight.halfPointer, kernels.halfPointer)
                : rk_phase_kernels_f32(pairs, weight.floatPointer, kernels.floatPointer)
            return try (0..<4).map { try kernels.selected(0, $0).copied() }
        }
    }

    private func backwardByPhases(
        _ dy: Tensor, wanted: (x: Bool, weight: Bool)
    ) throws -> (dx: Tensor?, dw: Tensor?, db: Tensor?)? {
        let gradients = try Tensor(uninitialized: [4] + small, x.dtype)
        rk_split_phases(small[0], small[1], small[2], small[3] * x.dtype.byteCount, dy.address, gradients.address)
        var dx: Tensor?, db: Tensor?, dphases: [Tensor] = []
        for (q, part) in try parts().enumerated() {
            let gradient = try gradients.selected(0, q)
            if wanted.x {
                guard let more = try part.backwardData(gradient, x.shape) else { return nil }
                dx = try dx.map { try $0 + more } ?? more
            }
            if wanted.weight {
                guard let more = try part.backwardWeights(x, gradient, bias: bias) else { return nil }
                dphases.append(more.dw)
                db = try db.flatMap { sum in try more.db.map { try sum + $0 } } ?? more.db
            }
        }
        guard wanted.weight else { return (dx, nil, nil) }
        let outputs = small[3], inputs = x.shape[3], dw = try Tensor(uninitialized: [outputs, inputs, 3, 3])
        withExtendedLifetime(dphases) {
            let pointers = dphases.map { Optional(UnsafePointer($0.floatPointer)) }
            rk_phase_kernels_gradient_f32(outputs * inputs, pointers, dw.floatPointer)
        }
        return (dx, dw, db)
    }
}
