import Foundation

/// A block of memory that tensors look at: 64-byte aligned, kept in a pool by size once nobody looks any more.
package final class Storage {
    package let pointer: UnsafeMutableRawPointer
    package let byteCount: Int
    /// Counts in-place changes, so that packed copies of weights know when they are stale.
    package var version = 0
    /// Reordered copies of weights that lie here.
    var packed: [PackedWeights.Key: PackedWeights] = [:]
    /// Kernels of convolutions of doubled pictures, made from weights that lie here, and the version they are of.
    var quarters: [PackedWeights.Key: (kernels: Tensor, version: Int)] = [:]
    /// Keeps memory alive that belongs to somebody else (a memory-mapped file).
    private let owner: AnyObject?

    /// Memory for `byteCount` bytes, its contents unspecified. Throws when that can't fit in the machine.
    init(byteCount: Int, describing shape: [Int], _ dtype: DType) throws {
        guard let (pointer, capacity) = StoragePool.take(byteCount) else {
            throw TensorError.tooLarge(
                shape, dtype, bytes: Double(byteCount), available: Double(StoragePool.availableBytes))
        }
        self.pointer = pointer
        self.byteCount = capacity
        owner = nil
    }

    /// Looks at memory kept alive by `owner`; never written to by an operation.
    package init(borrowing pointer: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject) {
        self.pointer = pointer
        self.byteCount = byteCount
        self.owner = owner
    }

    deinit {
        if owner == nil { StoragePool.give(pointer, byteCount) }
    }
}

/// Freed blocks by size class: an activation's memory is asked for again a moment later, and fresh pages cost faults.
package enum StoragePool {
    nonisolated(unsafe) private static var free: [Int: [UnsafeMutableRawPointer]] = [:]
    nonisolated(unsafe) private static var heldBytes = 0
    /// More than this is given back to the system rather than kept.
    nonisolated(unsafe) package static var maximumHeldBytes = 2 << 30

    private static let hugePage = 1 << 21

    static func take(_ byteCount: Int) -> (UnsafeMutableRawPointer, Int)? {
        let capacity = sizeClass(max(byteCount, 64))
        if let pointer = free[capacity]?.popLast() {
            heldBytes -= capacity
            return (pointer, capacity)
        }
        if capacity >= 1 << 26, capacity > availableBytes {
            clear()
            if capacity > availableBytes { return nil }
        }
        var pointer: UnsafeMutableRawPointer?
        let isLong = capacity >= hugePage
        guard posix_memalign(&pointer, isLong ? hugePage : 64, capacity) == 0, let pointer else { return nil }
        // Only a wish: huge pages are cleared in one go, and found in one step.
        if isLong { madvise(pointer, capacity, MADV_HUGEPAGE) }
        return (pointer, capacity)
    }

    static func give(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
        if heldBytes + capacity > maximumHeldBytes {
            Glibc.free(pointer)
        } else {
            free[capacity, default: []].append(pointer)
            heldBytes += capacity
        }
    }

    /// Gives every kept block back to the system.
    package static func clear() {
        for (_, pointers) in free { pointers.forEach { Glibc.free($0) } }
        free = [:]
        heldBytes = 0
    }

    /// What the machine can still give, in bytes: free and reclaimable memory.
    static var availableBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return Int.max }
        return kibibytes * 1024
    }

    /// Sizes rounded up to an eighth of their power of two: few classes, little waste.
    private static func sizeClass(_ bytes: Int) -> Int {
        if bytes <= 1024 { return (bytes + 63) & ~63 }
        let step = 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 4)
        return (bytes + step - 1) & ~(step - 1)
    }
}
