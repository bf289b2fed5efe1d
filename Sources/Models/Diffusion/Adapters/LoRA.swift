import Basics
import Tensor

/// What a low-rank adaptation of a UNet looks like (Hu et al. 2021), in PEFT's terms.
public struct LoRAOptions: Equatable, Sendable {
    /// Width of the bottleneck.
    public var rank: Int
    /// The correction is scaled by alpha / rank.
    public var alpha: Float
    /// Layers to adapt: a module's whole name, or the end of it after a dot.
    public var targets: [String]

    /// The four projections of every attention: what the training scripts of diffusers adapt.
    public static let attention = ["to_q", "to_k", "to_v", "to_out.0"]
    /// Keys and values of the attention to the text: what words do to a picture, and nothing else.
    public static let words = ["attn2.to_k", "attn2.to_v"]

    /// - Parameter alpha: the rank by default, so that the scale is 1.
    public init(rank: Int, alpha: Float? = nil, targets: [String] = attention) {
        (self.rank, self.alpha, self.targets) = (rank, alpha ?? Float(rank), targets)
    }

    func matches(_ module: String) -> Bool { targets.contains { module == $0 || module.hasSuffix("." + $0) } }
}

/// Low-rank corrections attached to the linear layers of a UNet, whose own weights stay as they are.
///
/// They act as long as they are attached and enabled: W x + alpha / rank · up(down(x)). Adapters of a file may have a
/// rank and a scale for each layer.
public final class LoRA {
    /// Of adapters of a file rank and alpha are those of the first layer.
    public let options: LoRAOptions
    /// One for each adapted layer, in the order of the layers' names.
    let layers: [(module: String, linear: Linear, adapter: LowRankAdapter)]

    init(_ options: LoRAOptions, _ layers: [(module: String, linear: Linear, adapter: LowRankAdapter)]) {
        (self.options, self.layers) = (options, layers)
        for layer in layers { layer.linear.adapter = layer.adapter }
    }

    /// Attaches fresh adapters, which change nothing yet: as in PEFT, down starts uniform within 1 / √inputs and up at
    /// 0.
    ///
    /// - Throws: `RhumbError` where the rank or the targets fit no layer.
    public convenience init(_ options: LoRAOptions, on unet: UNet2DConditionModel, generator: Generator) throws {
        try self.init(options, on: unet) { _, linear, rank in
            let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
            let bound = 1 / Float(inputs).squareRoot()
            let down = try Tensor.rand([rank, inputs], low: -bound, high: bound, generator: generator)
            return (down, try Tensor.zeros([outputs, rank]))
        }
    }

    /// Attaches adapters whose matrices `make` gives for a module's name, its layer and the rank.
    convenience init(
        _ options: LoRAOptions, on unet: UNet2DConditionModel,
        _ make: (_ module: String, _ linear: Linear, _ rank: Int) throws -> (down: Tensor, up: Tensor)
    ) throws {
        guard options.rank > 0, options.alpha > 0 else {
            throw RhumbError.lora(rank: options.rank, alpha: options.alpha)
        }
        let modules = unet.linears.keys.filter(options.matches).sorted()
        guard !modules.isEmpty else { throw RhumbError.lora(targets: options.targets) }
        let scale = options.alpha / Float(options.rank)
        self.init(
            options,
            try modules.map { module in
                let linear = unet.linears[module]!
                let (down, up) = try make(module, linear, options.rank)
                return (
                    module, linear,
                    LowRankAdapter(down: try down.requireGradient(), up: try up.requireGradient(), scale: scale)
                )
            })
    }

    /// The trained matrices, named as PEFT names them: `….to_q.lora_A.weight` [rank, inputs], `….lora_B.weight`
    /// [outputs, rank].
    public var parameters: NamedTensors {
        layers.flatMap { layer in
            [
                ("\(layer.module).lora_A.weight", layer.adapter.down),
                ("\(layer.module).lora_B.weight", layer.adapter.up),
            ]
        }
    }

    /// Adapters of the same kind on another UNet of the same configuration, with these matrices.
    ///
    /// - Parameter parameters: named as `parameters` names them.
    @discardableResult
    public func copied(onto unet: UNet2DConditionModel, _ parameters: NamedTensors) throws -> LoRA {
        let tensors = Dictionary(parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { $1 })
        return LoRA(
            options,
            try layers.map { module, _, adapter in
                guard let down = tensors["\(module).lora_A.weight"], let up = tensors["\(module).lora_B.weight"],
                    let linear = unet.linears[module]
                else { throw RhumbError.lora(module: module) }
                return (
                    module, linear,
                    LowRankAdapter(
                        down: try down.copied().requireGradient(), up: try up.copied().requireGradient(),
                        scale: adapter.scale)
                )
            })
    }

    /// False while the UNet is to act as it does without them.
    public var isEnabled: Bool {
        get { layers.allSatisfy(\.adapter.isEnabled) }
        set { for layer in layers { layer.adapter.isEnabled = newValue } }
    }

    /// Takes the adapters off the UNet.
    public func detach() {
        for layer in layers where layer.linear.adapter === layer.adapter { layer.linear.adapter = nil }
    }

    /// Adds the corrections to the layers' own weights, W + alpha / rank · up down, and takes the adapters off. A UNet
    /// that shares its weights with another changes that one too.
    public func merge() throws {
        try withoutGradients {
            for layer in layers {
                try layer.linear.weight.assign(layer.adapter.merged(with: layer.linear.weight))
            }
        }
        detach()
    }
}

extension LowRankAdapter {
    /// W + scale · up down, of the weight's element type.
    fileprivate func merged(with weight: Tensor) throws -> Tensor {
        try withoutGradients {
            try (weight.to(.float32) + up.matmul(down).to(.float32) * scale).to(weight.dtype)
        }
    }
}

extension UNet2DConditionModel {
    /// The parameters under their names, with the adapters that are on merged into them; the UNet itself stays as it
    /// is.
    public func mergedParameters() throws -> NamedTensors {
        try parameters.map { name, tensor in
            guard name.hasSuffix(".weight"), let adapter = linears[String(name.dropLast(7))]?.adapter, adapter.isEnabled
            else { return (name, tensor) }
            return (name, try adapter.merged(with: tensor))
        }
    }
}
