import Basics
import Glibc
import Kernels
import Tensor

/// Elements as they lie in a file, and how they become a tensor.
struct StoredElements {
    let type: StoredType
    /// As many as `shape` takes.
    let bytes: UnsafeMutableRawBufferPointer
    let shape: [Int]
    var isBigEndian = false
    /// What keeps the bytes alive. Where the tensor's own element type lies there aligned, it looks at them directly;
    /// nil asks for a copy.
    var owner: AnyObject?

    /// The elements as a tensor of `type.natural`, or of the type asked for.
    /// - Throws: ``Unconvertible`` for types and values that have no place in a tensor, `RhumbError` when memory
    ///   lacks.
    func tensor(as target: DType? = nil) throws -> Tensor {
        let natural = try naturalTensor()
        return try natural.to(target ?? type.natural)
    }

    /// Why elements can't become a tensor's; who knows the file's name turns it into a ``FileError``.
    struct Unconvertible: Error {
        let reason: String
    }

    private func naturalTensor() throws -> Tensor {
        if let view = view() { return view }
        let result = try Tensor(uninitialized: shape, type.natural)
        guard result.count > 0 else { return result }
        switch type {
        case .float32: try floats(UInt32.self, result) { Float(bitPattern: $0) }
        case .float64: try floats(UInt64.self, result) { Float(Double(bitPattern: $0)) }
        case .float16: try halves(into: result)
        case .bfloat16:
            let destination = result.halfPointer
            try each(UInt16.self) { destination[$0] = $1 }
        case .float8E4M3: try lookup(SmallFloat.e4m3, result)
        case .float8E5M2: try lookup(SmallFloat.e5m2, result)
        case .float8E4M3FNUZ: try lookup(SmallFloat.e4m3FNUZ, result)
        case .float8E5M2FNUZ: try lookup(SmallFloat.e5m2FNUZ, result)
        case .float8E8M0: try lookup(SmallFloat.e8m0, result)
        case .float4:
            let table = SmallFloat.e2m1.table
            for index in 0..<result.count {
                result.floatPointer[index] = table[Int(bytes[index / 2] >> (index % 2 == 0 ? 0 : 4) & 15)]
            }
        case .bool: try integers(UInt8.self, result) { $0 == 0 ? 0 : 1 }
        case .uint8: try integers(UInt8.self, result) { Int64($0) }
        case .int8: try integers(Int8.self, result) { Int64($0) }
        case .uint16: try integers(UInt16.self, result) { Int64($0) }
        case .int16: try integers(Int16.self, result) { Int64($0) }
        case .uint32: try integers(UInt32.self, result) { Int64($0) }
        case .int32: try integers(Int32.self, result) { Int64($0) }
        case .int64: try integers(Int64.self, result) { $0 }
        case .uint64:
            try integers(UInt64.self, result) {
                guard let value = Int64(exactly: $0) else {
                    throw Unconvertible(reason: "\($0) is beyond a 64-bit signed integer")
                }
                return value
            }
        case .complex64: throw Unconvertible(reason: "tensors hold real numbers")
        case .float6E2M3, .float6E3M2: throw Unconvertible(reason: "their packing into bytes has no standard")
        }
        return result
    }

    /// A tensor that looks at the file's own memory, where that is possible.
    private func view() -> Tensor? {
        let dtype = type.natural
        guard let owner, !isBigEndian, StoredType(dtype) == type, let start = bytes.baseAddress,
            Int(bitPattern: start) % dtype.byteCount == 0
        else { return nil }
        let storage = Storage(
            borrowing: start, byteCount: bytes.count, owner: owner, isFile: (owner as? FileBytes)?.isMapped == true)
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in stride(from: shape.count - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1)
        }
        return Tensor(storage: storage, shape: shape, strides: strides, offset: 0, dtype: dtype)
    }

    private func each<Word: FixedWidthInteger & BitwiseCopyable>(
        _: Word.Type, _ body: (Int, Word) throws -> Void
    ) throws {
        for index in 0..<(bytes.count / MemoryLayout<Word>.size) {
            let word = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
            try body(index, isBigEndian ? word.byteSwapped : word)
        }
    }

    private func floats<Word: FixedWidthInteger & BitwiseCopyable>(
        _: Word.Type, _ result: Tensor, _ convert: (Word) -> Float
    ) throws {
        let destination = result.floatPointer
        try each(Word.self) { destination[$0] = convert($1) }
    }

    private func integers<Word: FixedWidthInteger & BitwiseCopyable>(
        _: Word.Type, _ result: Tensor, _ convert: (Word) throws -> Int64
    ) throws {
        let destination = result.intPointer
        try each(Word.self) { destination[$0] = try convert($1) }
    }

    private func halves(into result: Tensor) throws {
        if !isBigEndian, let start = bytes.baseAddress, Int(bitPattern: start) % 2 == 0 {
            widen(start, into: result)
            return
        }
        let destination = result.floatPointer
        try each(UInt16.self) { index, word in
            var word = word
            rk_f16_to_f32(1, &word, destination + index)
        }
    }

    /// A block at a time. Pages of a mapped file are given back once they are read, so that a large model is not in
    /// memory in both types; whoever reads them again gets them from the file.
    private func widen(_ start: UnsafeMutableRawPointer, into result: Tensor) {
        let block = 1 << 23, destination = result.floatPointer
        let page = Int(sysconf(Int32(_SC_PAGESIZE))), isMapped = (owner as? FileBytes)?.isMapped == true
        for first in stride(from: 0, to: result.count, by: block) {
            let count = min(block, result.count - first), place = start + 2 * first
            rk_f16_to_f32(count, place.assumingMemoryBound(to: UInt16.self), destination + first)
            // Whole pages within the block: what shares a page with a neighbour stays.
            let from = (Int(bitPattern: place) + page - 1) / page * page
            let to = (Int(bitPattern: place) + 2 * count) / page * page
            if isMapped, from < to { madvise(UnsafeMutableRawPointer(bitPattern: from), to - from, MADV_DONTNEED) }
        }
    }

    private func lookup(_ format: SmallFloat, _ result: Tensor) throws {
        let table = format.table
        for index in 0..<result.count { result.floatPointer[index] = table[Int(bytes[index])] }
    }
}

/// A floating-point format small enough to list all its values.
struct SmallFloat {
    /// The value of each bit pattern.
    let table: [Float]

    /// - Parameters:
    ///   - bits: in all; the sign is the highest of them where there is one.
    ///   - nonFinite: what the patterns outside the numbers mean.
    private init(bits: Int, exponent: Int, bias: Int, isSigned: Bool = true, nonFinite: NonFinite) {
        let fraction = bits - exponent - (isSigned ? 1 : 0)
        let highest = 1 << exponent - 1
        table = (0..<(1 << bits)).map { pattern in
            let isNegative = isSigned && pattern >> (bits - 1) == 1
            let e = pattern >> fraction & highest
            let f = pattern & (1 << fraction - 1)
            switch nonFinite {
            case .ieee where e == highest: return f == 0 ? (isNegative ? -.infinity : .infinity) : .nan
            case .allOnes where e == highest && f == 1 << fraction - 1: return .nan
            case .minusZero where isNegative && e == 0 && f == 0: return .nan
            default: break
            }
            // Exponent 0 holds the subnormal numbers, except in a format of exponents alone.
            let significand = e == 0 && fraction > 0 ? f : f + 1 << fraction
            let power = max(e, fraction > 0 ? 1 : 0) - bias - fraction
            let magnitude = scalbnf(Float(significand), Int32(power))
            return isNegative ? -magnitude : magnitude
        }
    }

    private enum NonFinite {
        case none, ieee, allOnes, minusZero
    }

    static let e2m1 = SmallFloat(bits: 4, exponent: 2, bias: 1, nonFinite: .none)
    static let e4m3 = SmallFloat(bits: 8, exponent: 4, bias: 7, nonFinite: .allOnes)
    static let e5m2 = SmallFloat(bits: 8, exponent: 5, bias: 15, nonFinite: .ieee)
    static let e4m3FNUZ = SmallFloat(bits: 8, exponent: 4, bias: 8, nonFinite: .minusZero)
    static let e5m2FNUZ = SmallFloat(bits: 8, exponent: 5, bias: 16, nonFinite: .minusZero)
    static let e8m0 = SmallFloat(bits: 8, exponent: 8, bias: 127, isSigned: false, nonFinite: .allOnes)
}
