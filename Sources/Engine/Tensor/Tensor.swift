import Basics
import Foundation
import Kernels

/// A dense array of numbers with a shape: a view of shared storage, and a point in the graph that gradients flow
/// through.
///
/// Operations never change their operands; they are throwing functions, and so are the operators
/// (`try a + b * c`), because shapes come from users. Sizes are in elements, dimension 0 outermost. Errors are
/// `RhumbError`, and `Interruption` after `StopFlag.raise()`.
///
///     let x = try Tensor([1, 2, 3]).requireGradient()
///     try (x * x).sum().backward()
///     x.gradient?.floats  // [2, 4, 6]
public final class Tensor {
    /// The sizes of the dimensions, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Elements between neighbours along each dimension; 0 where a broadcast repeats one.
    public let strides: [Int]
    public let dtype: DType
    package let storage: Storage
    package let offset: Int
    /// Number of elements.
    public let count: Int

    /// Whether gradients are wanted for this tensor or for something it was made from.
    public internal(set) var requiresGradient: Bool
    /// The sum of the gradients of every `backward()` since it was last cleared; for leaves only.
    public var gradient: Tensor?
    /// The operation that made this tensor, when gradients flow through it.
    var node: Node?

    package init(
        storage: Storage, shape: [Int], strides: [Int], offset: Int, dtype: DType, requiresGradient: Bool = false
    ) {
        self.storage = storage
        self.shape = shape
        self.strides = strides
        self.offset = offset
        self.dtype = dtype
        self.requiresGradient = requiresGradient
        count = shape.reduce(1, *)
    }

    /// Contiguous, with unspecified contents.
    package convenience init(uninitialized shape: [Int], _ dtype: DType = .float32) throws {
        let bytes = try Tensor.elementCount(of: shape) * dtype.byteCount
        let storage = try Storage(byteCount: bytes, describing: shape, dtype)
        self.init(storage: storage, shape: shape, strides: Tensor.contiguousStrides(shape), offset: 0, dtype: dtype)
    }

    /// The product of sizes, which come from users and files: every shape is checked here before anything is
    /// multiplied, cast or allocated.
    ///
    /// - Throws: `RhumbError` for a negative size, and where the sizes other than 0 multiply to more than 2⁵³ (strides
    ///   and numbers of bytes then fit an `Int`, and the language can name every index).
    public static func elementCount(of shape: [Int]) throws -> Int {
        var product = 1
        for size in shape {
            guard size >= 0 else { throw RhumbError("a shape can't have the negative size \(size)") }
            let (next, isTooLarge) = product.multipliedReportingOverflow(by: Swift.max(size, 1))
            guard !isTooLarge, next <= 1 << 53 else { throw RhumbError.uncountable(shape) }
            product = next
        }
        return shape.contains(0) ? 0 : product
    }

    public var rank: Int { shape.count }

    /// True when elements lie in memory in the order of their indexes, without gaps.
    public var isContiguous: Bool {
        var expected = 1
        for axis in stride(from: shape.count - 1, through: 0, by: -1) {
            if shape[axis] != 1 && strides[axis] != expected { return false }
            expected *= shape[axis]
        }
        return true
    }

    static func contiguousStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        var step = 1
        for axis in stride(from: shape.count - 1, through: 0, by: -1) {
            strides[axis] = step
            step *= Swift.max(shape[axis], 1)
        }
        return strides
    }

    /// The first element of this view.
    package var address: UnsafeMutableRawPointer { storage.bringBackContents() + offset * dtype.byteCount }
    package var floatPointer: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
    package var intPointer: UnsafeMutablePointer<Int64> { address.assumingMemoryBound(to: Int64.self) }
    package var halfPointer: UnsafeMutablePointer<UInt16> { address.assumingMemoryBound(to: UInt16.self) }

    /// Resolves a dimension that may count from the end.
    package func resolve(axis: Int, in operation: String) throws -> Int {
        let resolved = axis < 0 ? axis + rank : axis
        guard resolved >= 0, resolved < rank else { throw RhumbError.axis(axis, shape, in: operation) }
        return resolved
    }
}

// MARK: - Values out

extension Tensor {
    /// The elements in index order, as float32.
    public var floats: [Float] {
        guard count > 0, let source = try? to(.float32).contiguous() else { return [] }
        return Array(UnsafeBufferPointer(start: source.floatPointer, count: count))
    }

    /// The elements in index order, as integers; floats are rounded towards zero, and NaN gives 0.
    public var ints: [Int] {
        guard count > 0, let source = try? contiguous() else { return [] }
        if dtype == .int64 { return UnsafeBufferPointer(start: source.intPointer, count: count).map(Int.init) }
        return source.floats.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }
    }

    /// The single element of a tensor that has one; throws otherwise.
    public var item: Float {
        get throws {
            guard count == 1 else { throw RhumbError.shape(shape, in: "item", must: "have exactly one element") }
            return floats[0]
        }
    }
}
