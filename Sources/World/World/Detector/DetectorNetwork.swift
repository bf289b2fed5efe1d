import Basics
import Tensor

/// A small network that looks for the centres of objects (after Zhou et al. 2019, "Objects as points").
///
/// Pictures of 64 pixels go down to 8 × 8, where a cell sees the whole picture, and back up to 16 × 16, where every
/// cell of 4 pixels answers: which concept has its centre here, in what colour, how large, and how far off the cell's
/// middle.
public final class DetectorNetwork: Rebuildable {
    public let configuration: DetectorConfiguration
    public let parameters: NamedTensors

    private let stem, down, deep, up, head, answers: Convolution2D
    private let blocks: [DetectorBlock]
    private let norm: GroupNorm
    private let background: Linear

    /// Pixels a cell is wide.
    package static let stride = 4
    /// Cells a side.
    package static let cells = Scene.side / stride
    static let tints = Tint.allCases.count
    /// Side of the box, and the offset of its centre from the cell's, all in cells.
    static let geometry = 3
    /// Wider layers than this are a mistake.
    private static let widest = 1 << 14

    public func rebuilt(_ configuration: DetectorConfiguration, from source: ParameterSource) throws
        -> DetectorNetwork
    {
        try DetectorNetwork(configuration, source)
    }

    public init(_ configuration: DetectorConfiguration, _ source: ParameterSource) throws {
        guard configuration.widths.count == 3, configuration.groups > 0,
            configuration.widths.allSatisfy({ (1...Self.widest).contains($0) && $0 % configuration.groups == 0 }),
            (1...Self.widest).contains(configuration.headWidth), configuration.calibration.isFinite,
            configuration.concepts == Concept.all.map(\.name)
        else { throw RhumbError.detectorConfiguration }
        self.configuration = configuration
        let (w, groups) = (configuration.widths, configuration.groups)
        let half = Convolution(stride: 2, padding: 1)
        stem = try Convolution2D(source, "stem", 3, w[0], geometry: half)
        down = try Convolution2D(source, "down", w[0], w[1], geometry: half)
        deep = try Convolution2D(source, "deep", w[1], w[2], geometry: half)
        up = try Convolution2D(source, "up", w[2], w[1])
        blocks = try [w[0], w[1], w[2], w[2], w[1]].enumerated().map { index, width in
            try DetectorBlock(source, "blocks.\(index)", width, groups: groups)
        }
        norm = try GroupNorm(source, "norm", w[1], groups: groups, epsilon: 1e-5)
        head = try Convolution2D(source, "head", w[1], configuration.headWidth)
        let count = configuration.concepts.count + Self.tints + Self.geometry
        answers = try Convolution2D(source, "answers", configuration.headWidth, count, kernel: 1)
        background = try Linear(source, "background", w[1], Background.allCases.count)
        parameters = source.parameters
    }

    /// A fresh network whose parameters ask for gradients. Its first answer is that there is nothing anywhere, as is
    /// true of nearly every cell.
    public convenience init(_ configuration: DetectorConfiguration, seed: UInt64) throws {
        try self.init(configuration, ParameterSource(generator: Generator(seed: seed)))
        let concepts = configuration.concepts.count
        for index in 0..<concepts { answers.bias.floatPointer[index] = -4 }
    }

    package struct Answers {
        /// [batch, cells, cells, concepts]: logits of a centre.
        package let centres: Tensor
        /// [batch, cells, cells, tints]: logits.
        package let tints: Tensor
        /// [batch, cells, cells, 3]
        package let geometry: Tensor
        /// [batch, backgrounds]: logits.
        package let background: Tensor
        /// [batch, width]: means over the picture of what each of three depths sees, fine to coarse.
        package let features: Tensor

        var all: [Tensor] { [centres, tints, geometry, background, features] }
    }

    /// - Parameter pixels: [batch, side, side, 3], values −1…1.
    package func callAsFunction(_ pixels: Tensor) throws -> Answers {
        let fine = try blocks[0](stem(pixels))
        let middle = try blocks[1](down(fine))
        let whole = try blocks[3](blocks[2](deep(middle)))
        let cells = Self.cells
        let joined = try up(whole.resampled(height: cells, width: cells, .nearest), addedTo: middle)
        let neck = try norm(blocks[4](joined)).silu()
        let found = try answers(head(neck).silu())
        let concepts = configuration.concepts.count, geometry = concepts + Self.tints
        let pooled = try neck.mean([1, 2])
        return Answers(
            centres: try found.sliced(3, from: 0, to: concepts),
            tints: try found.sliced(3, from: concepts, to: geometry),
            geometry: try found.sliced(3, from: geometry, to: geometry + Self.geometry),
            background: try background(pooled),
            features: try Tensor.concatenated([fine.mean([1, 2]), middle.mean([1, 2]), pooled], axis: 1))
    }
}

/// Two convolutions and what went into them (He et al. 2016, the order of the second paper).
private struct DetectorBlock {
    let norms: [GroupNorm]
    let convolutions: [Convolution2D]

    init(_ source: ParameterSource, _ name: String, _ width: Int, groups: Int) throws {
        norms = try (0..<2).map { try GroupNorm(source, "\(name).norms.\($0)", width, groups: groups, epsilon: 1e-5) }
        convolutions = try (0..<2).map { try Convolution2D(source, "\(name).convolutions.\($0)", width, width) }
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        try convolutions[1](norms[1](convolutions[0](norms[0](x).silu())).silu(), addedTo: x)
    }
}
