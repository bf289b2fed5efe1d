import Kernels

/// Numbers from −1 to 1, or −4 to 4, that look random: multiples of a prime, by their remainder of another.
func numbers(_ count: Int, seed: Int = 1, upTo largest: Int = 1) -> [Float] {
    (0..<count).map { Float(($0 &* 7919 &+ seed &* 104_729) % 2003) / Float(1001 / largest) - Float(largest) }
}

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
