import Basics
import Tensor

extension CLIPEmbedder {
    /// Tells models apart by their weights: 16 hexadecimal digits, the same for one model in float32 and in bfloat16.
    ///
    /// A hash of the names and shapes of all parameters and of the first numbers of the biases, norms and embeddings.
    /// The other weights stay as products have packed them.
    public func fingerprint() throws -> String {
        var hash = SplitMix64.Hash()
        for (name, tensor) in model.parameters {
            hash.add("\(name) \(tensor.shape)\n".utf8)
            guard tensor.rank == 1 || tensor.rank == 2 && name.contains("embedding") else { continue }
            let head = try tensor.detached().reshaped([tensor.count]).sliced(0, from: 0, to: min(tensor.count, 1024))
            for number in try head.to(.bfloat16).to(.float32).floats {
                withUnsafeBytes(of: number.bitPattern.littleEndian) { hash.add($0) }
            }
        }
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
