import Foundation
import Ranks

extension Ranks {
    /// The rows that all ranks have, one below the other.
    ///
    /// - Parameters:
    ///   - mine: this rank's, [rows, …] of float32; nil for none.
    ///   - shape: of all rows together.
    /// - Throws: what `Ranks.gather` throws.
    public static func gathered(_ label: String, rows mine: Tensor?, shape: [Int]) throws -> Tensor {
        if !areMany, let mine { return mine }
        return try Tensor(gather(label, mine?.floats ?? []), shape: shape)
    }

    /// What all ranks have of something that can be written down, in the order of the ranks; numbers keep all bits.
    public static func gathered<Part: Codable>(_ label: String, _ mine: [Part]) throws -> [Part] {
        guard areMany else { return mine }
        let encoder = JSONEncoder(), decoder = JSONDecoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try gather(label, Array(encoder.encode(mine))).flatMap {
            try decoder.decode([Part].self, from: Data($0))
        }
    }

    /// The pictures that all ranks have, in the order of the ranks; of any sizes.
    public static func gathered(_ label: String, _ mine: [Image]) throws -> [Image] {
        guard areMany else { return mine }
        let sizes = try gather(label + ", sizes", mine.flatMap { [$0.height, $0.width] })
        let numbers = try gather(label, mine.flatMap(\.tensor.floats))
        var place = 0
        return try stride(from: 0, to: sizes.count, by: 2).map { index in
            let shape = [3, sizes[index], sizes[index + 1]], end = place + shape.reduce(1, *)
            defer { place = end }
            return try Image(Tensor(Array(numbers[place..<end]), shape: shape))
        }
    }
}
