import Basics
import Foundation

/// Knuth's linear congruential generator of 64 bits, which the scripts beside golden files draw from as well.
public struct Knuth: RandomNumberGenerator {
    private var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }

    /// A whole number from 0 to below `limit`, of the upper 31 bits.
    public mutating func below(_ limit: Int) -> Int { Int(next() >> 33) % limit }

    /// 0…1, in steps of 2^-24.
    public mutating func unit() -> Float { Float(next() >> 40) / 16_777_216 }

    /// −1…1, in steps of 2^-23: 24 bits less a whole number, which a Float holds exactly.
    public mutating func signed() -> Float { Float(next() >> 40) / 8_388_608 - 1 }

    /// Numbers in −1…1 that belong to a name: the generator starts with the name's hash.
    public static func stream(_ name: String, _ count: Int) -> [Float] {
        var random = Knuth(state: FNV1a.hash(name.utf8))
        return (0..<count).map { _ in random.signed() }
    }
}

/// The generator SplitMix64, as it was published (prng.di.unimi.it/splitmix64.c).
public struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// 0…1, in steps of 2^-53.
    public mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}

/// The hash FNV-1a of 64 bits, for golden files that would be too large with the bytes themselves.
public enum FNV1a {
    public static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The hash in 16 hexadecimal digits.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = String(hash(bytes), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
