import Kernels
import OneDNN

/// A convolution as a product of matrices, or by Winograd's algorithm; in bfloat16, where the processor multiplies it,
/// by oneDNN.
struct FastConvolution {
    let geometry: Convolution
    /// [outputs, inputs, kernelHeight, kernelWidth]
    let weight: Tensor
    /// Whether gradients will be asked for.
    var isRecorded = false
    /// Whether gradients will be asked for, and none of the weight.
    var isFrozen = false

    private var isPointwise: Bool { weight.shape[2...] == [1, 1] && geometry == Convolution() }
    private var usesPrimitive: Bool { weight.dtype == .bfloat16 && Engine.multipliesBFloat16 }

    /// y = x ∗ w + b, activated, plus the residual; nil when there is no kernel for it.
    ///
    /// - Parameter place: where y is to be, dense; in memory of its own when absent.
    func forward(
        _ x: Tensor, bias: Tensor?, _ activation: Tensor.Activation, residual: Tensor?, _ target: [Int],
        into place: Tensor? = nil
    ) throws -> Tensor? {
        guard Engine.usesPrimitives, x.dtype.isFloatingPoint, x.dtype == weight.dtype, x.count > 0, weight.count > 0,
            target.allSatisfy({ $0 > 0 })
        else { return nil }
        let x = try x.detached().contiguous(), bias = try bias?.detached().contiguous()
        let residual = try residual?.detached().to(x.dtype).contiguous()
        let y = try place ?? Tensor(uninitialized: target, x.dtype)
        if activation == .identity,
            let winograd = WinogradConvolution(weight, geometry, of: x.dtype, to: target, isRecorded: isRecorded)
        {
            try winograd.forward(x, bias: bias, residual: residual, into: y)
            return y
        }
        guard usesPrimitive else {
            try product(x, bias: bias, activation, residual: residual, into: y)
            return y
        }
        count(y)
        let packed = try PrimitiveWeights.of(weight, for: .convolution)
        var (input, output, shape) = (x.primitive(), y.primitive(), geometry.primitive)
        let status = withExtendedLifetime((x, bias, residual)) {
            Primitives.withEpilogue(bias: bias, activation, residual: residual?.primitive()) {
                onednn_convolution(&input, packed.handle, &output, &shape, $0)
            }
        }
        guard try Primitives.ran(status, "conv2d") else { return nil }
        packed.settle(weight, isFrozen: isFrozen)
        return y
    }

    /// The product of x's patches and the weights, in float32.
    private func product(
        _ x: Tensor, bias: Tensor?, _ activation: Tensor.Activation, residual: Tensor?, into y: Tensor
    ) throws {
        let wide = try x.to(.float32), outputs = weight.shape[0]
        let result = try y.dtype == .float32 ? y : Tensor(uninitialized: y.shape)
        var product =
            isPointwise
            ? Product(try wide.reshaped([wide.count / x.shape[3], x.shape[3]]), columns: outputs)
            : Product(
                wide, geometry.patches(of: x.shape, kernel: (weight.shape[2], weight.shape[3]), to: y.shape),
                columns: outputs)
        product.finish(bias: try bias?.to(.float32), activation, residual: try residual?.to(.float32))
        if isRecorded || !Engine.packsWeights {
            product.multiply(by: try ProductWeights.matrix(weight))
            try product.run(into: result.floatPointer)
        } else {
            let weights = try ProductWeights.of(weight, for: .convolution)
            product.multiply(packed: try weights.packed())
            try product.run(into: result.floatPointer)
            weights.settle(weight)
        }
        if result !== y { try y.assign(result) }
    }

    /// Tells a profile of what the primitive computes, whose result or gradient is `y`: a product a weight and pixel.
    private func count(_ y: Tensor) {
        let outputs = weight.shape[0]
        Engine.count(products: y.count / outputs, weight.count / outputs, outputs, in: y.dtype)
    }

    /// dx from dy; nil when there is no kernel for it.
    func backwardData(_ dy: Tensor, _ target: [Int]) throws -> Tensor? {
        let dy = try dy.contiguous()
        if let winograd = WinogradConvolution(weight, geometry, of: dy.dtype, to: dy.shape, isRecorded: true) {
            let dx = try Tensor(uninitialized: target, dy.dtype)
            try winograd.backwardData(dy, into: dx)
            return dx
        }
        guard usesPrimitive else {
            let g = try dy.to(.float32)
            return try (geometry.stride == 1 ? correlated(g, target) : scattered(g, target)).to(dy.dtype)
        }
        count(dy)
        let dx = try Tensor(uninitialized: target, dy.dtype),
            packed = try PrimitiveWeights.of(weight, for: .convolution)
        var (gradient, result, shape) = (dy.primitive(), dx.primitive(), geometry.primitive)
        let status = withExtendedLifetime(dy) {
            onednn_convolution_backward_data(&gradient, packed.handle, &result, &shape)
        }
        return try Primitives.ran(status, "conv2d") ? dx : nil
    }

    /// With a stride of 1 dx is itself a convolution, of dy by the turned kernel.
    private func correlated(_ dy: Tensor, _ target: [Int]) throws -> Tensor {
        let (outputs, inputs, height, width) = (weight.shape[0], weight.shape[1], weight.shape[2], weight.shape[3])
        let dx = try Tensor(uninitialized: target)
        // [kernelHeight · kernelWidth · outputs, inputs]
        let turned = try weight.to(.float32).sliced(2, from: height - 1, to: -1, step: -1)
            .sliced(3, from: width - 1, to: -1, step: -1).permuted([2, 3, 0, 1]).contiguous()
            .reshaped([height * width * outputs, inputs])
        var product: Product
        if isPointwise {
            product = Product(try dy.reshaped([dy.count / outputs, outputs]), columns: inputs)
        } else {
            var patches = geometry.patches(of: dy.shape, kernel: (height, width), to: target)
            patches.pad_top = geometry.dilation * (height - 1) - geometry.padding.top
            patches.pad_left = geometry.dilation * (width - 1) - geometry.padding.left
            product = Product(dy, patches, columns: inputs)
        }
        product.multiply(by: turned)
        try product.run(into: dx.floatPointer)
        return dx
    }

    /// dx as the sum of what each patch gets.
    private func scattered(_ dy: Tensor, _ target: [Int]) throws -> Tensor {
        let outputs = weight.shape[0], size = weight.count / outputs, pixels = dy.count / outputs
        let columns = try Tensor(uninitialized: [pixels, size]), dx = try Tensor.zeros(target)
        var product = Product(try dy.reshaped([pixels, outputs]), columns: size)
        product.multiply(by: try ProductWeights.matrix(weight).transposedView())
        try product.run(into: columns.floatPointer)
        rk_patches_scatter_f32(
            geometry.patches(of: target, kernel: (weight.shape[2], weight.shape[3]), to: dy.shape),
            columns.floatPointer,
            dx.floatPointer)
        return dx
    }

    /// dw, and db where there is a bias, from x and dy, both in float32; nil when there is no kernel for it.
    func backwardWeights(_ x: Tensor, _ dy: Tensor, bias: Tensor?) throws -> (dw: Tensor, db: Tensor?)? {
        let x = try x.detached().contiguous(), dy = try dy.contiguous()
        let winograd = WinogradConvolution(weight, geometry, of: x.dtype, to: dy.shape, isRecorded: true)
        if let result = try winograd?.backwardWeights(x, dy, bias: bias) { return result }
        let outputs = weight.shape[0], rows = try dy.reshaped([dy.count / outputs, outputs])
        if isPointwise {
            let pixels = try x.reshaped([x.count / weight.shape[1], weight.shape[1]])
            guard let dw = try Tensor.fastProduct(rows.transposed(), pixels, batch: [], as: .float32) else {
                return nil
            }
            return (try dw.reshaped(weight.shape), try bias.map { _ in try rows.columnSums() })
        }
        guard usesPrimitive else {
            let (height, width) = (weight.shape[2], weight.shape[3]), size = weight.count / outputs
            let patches = try Tensor(uninitialized: [rows.shape[0], size]), wide = try x.to(.float32)
            rk_patches_gather_f32(
                geometry.patches(of: x.shape, kernel: (height, width), to: dy.shape), wide.floatPointer,
                patches.floatPointer)
            let dw = try Tensor(uninitialized: [outputs, size])
            var product = Product(try rows.to(.float32).transposed(), columns: size)
            product.multiply(by: patches)
            try product.run(into: dw.floatPointer)
            return (
                try dw.reshaped([outputs, height, width, weight.shape[1]]).permuted([0, 3, 1, 2]).contiguous(),
                try bias.map { _ in try rows.columnSums() }
            )
        }
        count(dy)
        let dw = try Tensor(uninitialized: weight.shape), db = try bias.map { try Tensor(uninitialized: $0.shape) }
        var (input, gradient, result, shape) = (x.primitive(), dy.primitive(), dw.primitive(), geometry.primitive)
        var sums = db?.primitive() ?? onednn_tensor()
        let status = withExtendedLifetime((x, dy)) {
            withUnsafePointer(to: &sums) {
                onednn_convolution_backward_weights(&input, &gradient, &result, db == nil ? nil : $0, 1, &shape)
            }
        }
        guard try Primitives.ran(status, "conv2d") else { return nil }
        return (dw, db)
    }
}

extension Convolution {
    /// As oneDNN takes it.
    var primitive: onednn_geometry {
        let (top, left, bottom, right) = padding
        return onednn_geometry(
            strides: (stride, stride), dilations: (dilation, dilation), padding: (top, bottom, left, right))
    }

    /// As the kernels take it: from feature maps [batch, height, width, channels] to [batch, height', width', …].
    func patches(of shape: [Int], kernel: (Int, Int), to target: [Int]) -> rk_patches {
        rk_patches(
            batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], kernel_height: kernel.0,
            kernel_width: kernel.1, out_height: target[1], out_width: target[2], stride_y: stride, stride_x: stride,
            dilation_y: dilation, dilation_x: dilation, pad_top: padding.top, pad_left: padding.left)
    }
}
