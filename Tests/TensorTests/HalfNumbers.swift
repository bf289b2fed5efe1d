import Kernels

/// The nearest bfloat16 numbers, as their bits.
func narrow(_ x: [Float]) -> [UInt16] {
    var y = [UInt16](repeating: 0, count: x.count)
    rk_f32_to_bf16(x.count, x, &y)
    return y
}

/// What bfloat16 numbers stand for.
func widen(_ x: [UInt16]) -> [Float] {
    var y = [Float](repeating: 0, count: x.count)
    rk_bf16_to_f32(x.count, x, &y)
    return y
}
