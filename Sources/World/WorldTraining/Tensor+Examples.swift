import Tensor

extension Tensor {
    /// Some of the rows along the first dimension.
    func examples(_ rows: Range<Int>) throws -> Tensor {
        rows == 0..<shape[0] ? self : try sliced(0, from: rows.lowerBound, to: rows.upperBound).contiguous()
    }
}
