import CLIP
import Tensor

/// Weights and inputs by formula, the same as Golden/make_towers.py makes.
enum Formula {
    /// Numbers in -1...1 by Knuth's generator, started with the FNV-1a hash of the name.
    static func stream(_ name: String, _ count: Int) -> [Double] {
        var state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / 8_388_608 - 1
        }
    }

    static func values(_ name: String, _ shape: [Int]) -> [Float] {
        let count = shape.reduce(1, *)
        if name == "logit_scale" { return [1.5] }
        var (centre, spread) = (0.0, 0.2)
        if name.contains("norm") {
            (centre, spread) = name.hasSuffix("weight") ? (1, 0.4) : (0, 0.2)
        } else if name.contains("embedding"), !name.contains("patch") {
            spread = 0.7
        } else if name.hasSuffix("weight") {
            spread = 2 / (Double(count) / Double(shape[0])).squareRoot()
        }
        return stream(name, count).map { Float(centre + spread * $0) }
    }

    static func model(_ configuration: CLIPConfiguration) throws -> CLIPModel {
        try CLIPModel(
            configuration,
            ParameterSource { name, shape, _ in
                try Tensor(values(name, shape), shape: shape).requireGradient()
            })
    }

    static func pixels(_ vision: VisionConfiguration, _ rows: Int) throws -> Tensor {
        let shape = [rows, vision.numChannels, vision.imageSize, vision.imageSize]
        return try Tensor(stream("pixels", shape.reduce(1, *)).map { Float(2 * $0) }, shape: shape)
    }
}
