import Tensor

/// The multiplications and additions of a work, each counted as one.
package struct Arithmetic: Equatable {
    /// As they are usually quoted: every convolution as a direct sum.
    package let direct: Double
    /// With 3×3 convolutions of stride 1 by Winograd's algorithm, at a quarter of the products; transforms don't count.
    package let least: Double
    package let dtype: DType

    package init(direct: Double, least: Double, dtype: DType) {
        (self.direct, self.least, self.dtype) = (direct, least, dtype)
    }

    static func + (a: Arithmetic, b: Arithmetic) -> Arithmetic {
        Arithmetic(direct: a.direct + b.direct, least: a.least + b.least, dtype: a.dtype)
    }

    func times(_ count: Double) -> Arithmetic { Arithmetic(direct: direct * count, least: least * count, dtype: dtype) }
}

/// What the cores reach with all operands in registers, measured once a process.
enum PeakRate {
    /// The least time for the arithmetic, in seconds; without products of bfloat16, that of float32.
    static func seconds(for arithmetic: Arithmetic) -> Double {
        let rate = Engine.peakRate
        return arithmetic.least / (arithmetic.dtype == .bfloat16 && rate.bfloat16 > 0 ? rate.bfloat16 : rate.float32)
    }
}
