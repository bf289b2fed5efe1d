/// A small deterministic random generator, SplitMix64 (Steele, Lea, Flood 2014): one 64-bit word of state, one word out
/// per step, every seed a good seed, the same numbers on every machine.
///
/// The world draws scenes and captions from it, apart from the engine's PyTorch-compatible stream: a scene's structure
/// must not depend on how many numbers a network drew.
public struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
    /// The whole state; saving and restoring it resumes the stream exactly.
    public var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mix(state)
    }

    /// Uniform in [0, 1) with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with probability `p`.
    public mutating func chance(_ p: Double) -> Bool { uniform() < p }

    /// Uniform in 0..<n by Lemire's multiplication, without rejection: the bias is below n / 2⁶⁴.
    public mutating func below(_ n: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(n)).high) }

    /// Uniform in a closed range of integers.
    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// One element of a list that is not empty.
    public mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// An index drawn in proportion to the weights; they need not sum to one.
    public mutating func weighted(_ weights: [Double]) -> Int {
        var left = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    /// A new generator for item `index` of a series: streams of neighbouring items are unrelated.
    public static func stream(seed: UInt64, index: Int) -> SplitMix64 {
        SplitMix64(
            seed: first(of: seed) ^ mix(UInt64(bitPattern: Int64(index)) &* 0xD1B5_4A32_D192_ED03))
    }

    /// A seed for item `index` of a named series: unrelated to those of other names, items and seeds.
    package static func seed(_ seed: UInt64, _ name: String, _ index: Int) -> UInt64 {
        stream(seed: seed ^ hash(name), index: index).state
    }

    /// The first word of the stream that begins with a seed: unrelated to those of neighbouring seeds.
    package static func first(of seed: UInt64) -> UInt64 { mix(seed &+ step) }

    /// The golden ratio's part of 2⁶⁴, by which the state advances.
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The finaliser: a bijection of 64-bit words that spreads every input bit.
    private static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A fixed hash of a text (FNV-1a, then the finaliser): the same on every machine and in every version.
    package static func hash(_ text: String) -> UInt64 {
        var hash = Hash()
        hash.add(text.utf8)
        return hash.value
    }

    /// The same hash of bytes that come piece by piece.
    package struct Hash {
        private var state: UInt64 = 0xCBF2_9CE4_8422_2325

        package init() {}

        package mutating func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }

        package var value: UInt64 { mix(state) }
    }
}
