import Basics
import Language
import Tensor

/// How tensors are shown: a line about each, and the entries of small ones, aligned.
enum TensorText {
    /// `tensor 2×3 float32  mean 0.12  std 0.9  from -1.1 to 2.3`
    static func summary(_ tensor: Tensor) -> String {
        let kind = "tensor \(Words.shape(tensor.shape)) \(tensor.dtype.rawValue)"
        if tensor.dtype == .int64 { return integers(tensor, kind) }
        let values = tensor.floats
        if values.isEmpty { return kind }
        if values.count == 1 { return "\(kind)  \(number(values[0]))" }
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return "\(kind)  no finite element" }
        let mean = finite.reduce(0.0) { $0 + Double($1) } / Double(finite.count)
        let squares = finite.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let deviation = (squares / Double(max(finite.count - 1, 1))).squareRoot()
        let odd = values.count - finite.count
        return "\(kind)  mean \(NumberText.shown(mean))  std \(NumberText.shown(deviation))  "
            + "from \(number(low)) to \(number(high))" + (odd > 0 ? "  \(odd) not finite" : "")
    }

    /// Of int64: all digits, and a tensor without dimensions as the number that it is.
    private static func integers(_ tensor: Tensor, _ kind: String) -> String {
        let values = tensor.ints
        guard let low = values.min(), let high = values.max() else { return kind }
        if tensor.rank == 0 { return "\(low)" }
        if values.count == 1 { return "\(kind)  \(low)" }
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let deviation = (squares / Double(values.count - 1)).squareRoot()
        return "\(kind)  mean \(NumberText.shown(mean))  std \(NumberText.shown(deviation))  from \(low) to \(high)"
    }

    /// The entries when they fit on a small screen, the summary otherwise.
    static func display(_ tensor: Tensor, width: Int) -> String {
        guard tensor.rank > 0, tensor.count > 0, tensor.rank <= 2, tensor.count <= 400, (tensor.shape.first ?? 0) <= 20
        else {
            return summary(tensor)
        }
        let cells = tensor.dtype == .int64 ? tensor.ints.map(String.init) : tensor.floats.map(number)
        let columns = tensor.shape[tensor.rank - 1]
        let cellWidth = (cells.map(\.count).max() ?? 1) + 2
        guard columns * cellWidth <= width else { return summary(tensor) }
        let rows = stride(from: 0, to: cells.count, by: columns).map { start in
            cells[start..<start + columns].map { String(repeating: " ", count: cellWidth - $0.count) + $0 }.joined()
        }
        return (["tensor \(Words.shape(tensor.shape)) \(tensor.dtype.rawValue)"] + rows).joined(separator: "\n")
    }

    /// A float's shortest sensible text: its own digits, not those of the double it widens to.
    static func number(_ value: Float) -> String {
        NumberText.shown(Double("\(value)") ?? Double(value))
    }
}
