import Basics
import Tensor

/// How far a layer's weights moved between two models of one architecture.
public struct WeightDifference: Sendable {
    /// The module in diffusers' names: `down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k`.
    public let layer: String
    /// Values of all its parameters, bias included.
    public let count: Int
    /// ‖W′ − W‖, Frobenius, of all its parameters together.
    public let norm: Double
    /// The same over ‖W‖; NaN where W is 0 and W′ isn't.
    public let relative: Double

    /// - Parameters:
    ///   - before, after: parameters of one architecture, in one order; adapters merged.
    /// - Returns: a value for each layer, in the order of the model.
    /// - Throws: `RhumbError` where names or shapes differ, naming the first that does.
    public static func layers(from before: NamedTensors, to after: NamedTensors) throws -> [WeightDifference] {
        struct Sums { var count = 0, change = 0.0, weight = 0.0 }
        let others = Dictionary(after.map { ($0.name, $0.tensor) }) { first, _ in first }
        var order: [String] = [], sums: [String: Sums] = [:]
        for (name, tensor) in before {
            guard let other = others[name], other.shape == tensor.shape, before.count == after.count else {
                throw RhumbError.otherArchitecture(name, tensor.shape, others[name]?.shape)
            }
            let layer = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
            if sums[layer] == nil { order.append(layer) }
            let (old, new) = try withoutGradients {
                (try tensor.detached().to(.float32).contiguous().floats, try other.detached().to(.float32).floats)
            }
            var sum = sums[layer] ?? Sums()
            sum.count += old.count
            for (a, b) in zip(old, new) {
                let change = Double(b) - Double(a)
                sum.change += change * change
                sum.weight += Double(a) * Double(a)
            }
            sums[layer] = sum
        }
        return order.map { layer in
            let sum = sums[layer]!
            let relative = sum.change == 0 ? 0 : sum.weight == 0 ? .nan : (sum.change / sum.weight).squareRoot()
            return WeightDifference(
                layer: layer, count: sum.count, norm: sum.change.squareRoot(), relative: relative)
        }
    }
}
