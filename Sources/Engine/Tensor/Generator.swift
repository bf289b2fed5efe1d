import Glibc

/// PyTorch's CPU random number generator: the same seed gives the same numbers as `torch.manual_seed(seed)`.
///
/// The engine is MT19937 (Matsumoto and Nishimura 1998). What is reproduced beyond it is how PyTorch turns its words
/// into numbers (`aten/src/ATen/core/DistributionsHelper.h`, `native/cpu/DistributionTemplates.h`): 24-bit single
/// precision uniforms, and normals by Box and Muller's method in one of two ways, by count. Uniforms, integers and
/// permutations agree bit for bit; normals agree to about 1e-6, because PyTorch's vector logarithm and sine are
/// approximations of its own.
///
/// Not thread-safe, like everything of the engine: one thread by contract.
public final class Generator {
    static let stateSize = 624

    /// The seed the stream began with. As in PyTorch its low 32 bits alone reach the engine.
    public internal(set) var seed: UInt64
    /// The engine's words, and how many of them the current block has already given out (1…624).
    var words: [UInt32]
    var position: Int
    /// The second normal of a scalar Box–Muller pair, kept for the next short request.
    var cachedNormal: Double?

    /// Starts the stream of `torch.manual_seed(seed)`.
    public init(seed: UInt64) {
        self.seed = seed
        words = [UInt32](repeating: 0, count: Self.stateSize)
        words[0] = UInt32(truncatingIfNeeded: seed)
        for index in 1..<Self.stateSize {
            let previous = words[index - 1]
            words[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
        }
        position = Self.stateSize
    }

    // MARK: Words

    /// The next 32 random bits.
    public func nextWord() -> UInt32 {
        if position == Self.stateSize { refill() }
        let word = words[position]
        position += 1
        return Self.tempered(word)
    }

    /// The next 64 random bits: two words, the first one high.
    public func nextDoubleWord() -> UInt64 {
        let high = UInt64(nextWord())
        return high << 32 | UInt64(nextWord())
    }

    /// A uniform number of [0, 1) with 24 random bits: one draw of `torch.rand`.
    public func nextUniform() -> Float {
        Float(nextWord() & 0xFF_FFFF) * 0x1p-24
    }

    /// A uniform number of [0, 1) with 53 random bits: one draw of `torch.rand(dtype: float64)`.
    public func nextUniformDouble() -> Double {
        Double(nextDoubleWord() & 0x1F_FFFF_FFFF_FFFF) * 0x1p-53
    }

    private static func tempered(_ word: UInt32) -> UInt32 {
        var y = word
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    /// Makes the next block of words from the current one.
    private func refill() {
        let n = Self.stateSize
        let m = 397
        words.withUnsafeMutableBufferPointer { words in
            func twisted(_ current: UInt32, _ next: UInt32) -> UInt32 {
                let mixed = (current & 0x8000_0000) | (next & 0x7FFF_FFFF)
                return (mixed >> 1) ^ (next & 1 == 0 ? 0 : 0x9908_B0DF)
            }
            for index in 0..<(n - m) { words[index] = words[index + m] ^ twisted(words[index], words[index + 1]) }
            for index in (n - m)..<(n - 1) {
                words[index] = words[index + m - n] ^ twisted(words[index], words[index + 1])
            }
            words[n - 1] = words[m - 1] ^ twisted(words[n - 1], words[0])
        }
        position = 0
    }

    // MARK: Uniform numbers

    /// Fills a buffer as `tensor.uniform_(low, high)` does: each entry lies in [low, high).
    public func fillUniform(_ buffer: UnsafeMutableBufferPointer<Float>, low: Float = 0, high: Float = 1) {
        if low == 0 && high == 1 {
            for index in buffer.indices { buffer[index] = nextUniform() }
            return
        }
        // Fused, as PyTorch's build contracts it.
        let width = high - low
        for index in buffer.indices { buffer[index] = low.addingProduct(nextUniform(), width) }
    }

    /// `count` uniform numbers of [low, high): `torch.rand(count) * (high - low) + low`.
    public func uniform(count: Int, low: Float = 0, high: Float = 1) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            fillUniform(UnsafeMutableBufferPointer(rebasing: buffer[..<count]), low: low, high: high)
            initialized = count
        }
    }

    // MARK: Normal numbers

    /// Fills a buffer as `tensor.normal_(mean, std)` does. Fewer than 16 entries are drawn one by one in double
    /// precision (the second number of each pair waits for the next call); from 16 on in blocks of 16 in single
    /// precision, and where the count is not a multiple of 16 the last 16 entries are drawn anew.
    public func fillNormal(
        _ buffer: UnsafeMutableBufferPointer<Float>, mean: Double = 0, standardDeviation: Double = 1
    ) {
        let count = buffer.count
        if count < Self.normalBlock {
            for index in buffer.indices { buffer[index] = Float(nextNormal() * standardDeviation + mean) }
            return
        }
        fillUniform(buffer)
        for start in stride(from: 0, through: count - Self.normalBlock, by: Self.normalBlock) {
            transformBlock(buffer, at: start, mean: Float(mean), standardDeviation: Float(standardDeviation))
        }
        if count % Self.normalBlock != 0 {
            let start = count - Self.normalBlock
            fillUniform(UnsafeMutableBufferPointer(rebasing: buffer[start...]))
            transformBlock(buffer, at: start, mean: Float(mean), standardDeviation: Float(standardDeviation))
        }
    }

    /// `count` normal numbers: `torch.randn(count) * standardDeviation + mean`.
    public func normal(count: Int, mean: Double = 0, standardDeviation: Double = 1) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            fillNormal(
                UnsafeMutableBufferPointer(rebasing: buffer[..<count]), mean: mean,
                standardDeviation: standardDeviation)
            initialized = count
        }
    }

    private static let normalBlock = 16

    /// One standard normal number of the scalar path.
    private func nextNormal() -> Double {
        if let waiting = cachedNormal {
            cachedNormal = nil
            return waiting
        }
        let angle = 2 * Double.pi * nextUniformDouble()
        let radius = (-2 * log1p(-nextUniformDouble())).squareRoot()
        cachedNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    /// Box and Muller's method in place on 16 uniforms: the first eight give the radii, the last eight the angles.
    /// Single precision throughout: the rounding of the angle is part of what has to agree with PyTorch.
    private func transformBlock(
        _ buffer: UnsafeMutableBufferPointer<Float>, at start: Int, mean: Float, standardDeviation: Float
    ) {
        let half = Self.normalBlock / 2
        for index in start..<(start + half) {
            let radius = (-2 * logf(1 - buffer[index])).squareRoot()
            let angle = Float(2 * Double.pi) * buffer[index + half]
            buffer[index] = radius * cosf(angle) * standardDeviation + mean
            buffer[index + half] = radius * sinf(angle) * standardDeviation + mean
        }
    }
}
