import Basics
import Kernels

extension Engine {
    /// Multiplications and additions a second that the engine's threads reach with all operands in registers, each
    /// counted as one: what every other speed is a share of. Measured once for each number of threads, within some
    /// milliseconds; 0 for bfloat16 where the processor has no products of it.
    package static var peakRate: (float32: Double, bfloat16: Double) {
        if let known = peakRates[threads] { return known }
        let rate = (rk_peak_f32(), rk_peak_bf16())
        peakRates[threads] = rate
        return rate
    }

    nonisolated(unsafe) private static var peakRates: [Int: (float32: Double, bfloat16: Double)] = [:]

    /// Tells a profile, where one is taken, of a product [rows, inner] × [inner, columns] that is about to be computed,
    /// in the type it is computed in.
    @inline(__always)
    static func count(products rows: Int, _ inner: Int, _ columns: Int, in dtype: DType = .float32) {
        guard let profile = Profile.current else { return }
        let operations = 2 * Double(rows) * Double(inner) * Double(columns)
        profile.count(dtype == .bfloat16 ? .init(bfloat16: operations) : .init(float32: operations))
    }
}
