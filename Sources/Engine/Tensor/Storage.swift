import Basics
import Foundation

/// A block of memory that tensors look at: 64-byte aligned, kept in a pool by size once nobody looks any more.
package final class Storage {
    /// The first byte of the contents, which come back from a packed copy if that alone holds them.
    package func bringBackContents() -> UnsafeMutableRawPointer {
        if keeper != nil { bringBack() }
        return memory
    }
    /// The bytes that were asked for.
    package let usedBytes: Int
    private let memory: UnsafeMutableRawPointer
    /// The bytes that are there: a pooled block may be longer.
    private let capacity: Int
    /// Counts in-place changes, so that packed copies of weights know when they are stale.
    package var version = 0
    /// Reordered copies of weights that lie here.
    var packed: [WeightsKey<PackedWeights.Use>: PackedWeights] = [:]
    /// What convolutions made from weights that lie here, and the version it is of.
    private var derived: [WeightsKey<Derivation>: (tensors: [Tensor], version: Int)] = [:]
    /// Keeps memory alive that belongs to somebody else (a memory-mapped file).
    private let owner: AnyObject?
    /// Whether the memory is a file's: pages nobody wrote to can be read from there again.
    private let isFile: Bool
    /// The packed copy that alone holds the contents now, if one does.
    private var keeper: PackedWeights?
    /// Whether contents once left to a packed copy were asked for: they stay here from then on.
    private var wasBroughtBack = false

    /// Memory for `byteCount` bytes, its contents unspecified. Throws when that can't fit in the machine.
    init(byteCount: Int, describing shape: [Int], _ dtype: DType) throws {
        guard let (pointer, capacity) = StoragePool.take(byteCount) else {
            throw RhumbError.tooLarge(
                shape, dtype, bytes: Double(byteCount), available: Double(StoragePool.availableBytes))
        }
        (memory, self.capacity, usedBytes) = (pointer, capacity, byteCount)
        (owner, isFile) = (nil, false)
    }

    /// Looks at memory kept alive by `owner`; never written to by an operation.
    ///
    /// - Parameter isFile: whether it is a private mapping of a file.
    package init(borrowing pointer: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject, isFile: Bool) {
        (memory, capacity, usedBytes) = (pointer, byteCount, byteCount)
        (self.owner, self.isFile) = (owner, isFile)
    }

    deinit {
        if owner == nil { StoragePool.give(memory, capacity) }
    }
}

// MARK: - What is made from weights

extension Storage {
    /// What convolutions make of their weights: transformed kernels for Winograd's algorithm.
    enum Derivation: Hashable { case transformedKernels, flippedTransformedKernels }

    /// What `make` gives, kept as long as the weights stay what they are.
    func derived(_ key: WeightsKey<Derivation>, _ make: () throws -> [Tensor]) rethrows -> [Tensor] {
        if let found = derived[key], found.version == version { return found.tensors }
        let tensors = try make()
        if derived.count >= PackedWeights.mostViews { derived = [:] }
        derived[key] = (tensors, version)
        return tensors
    }
}

// MARK: - Contents kept elsewhere

extension Storage {
    /// Less than this is not worth the call.
    private static let leastLeft = 1 << 16

    /// Gives the memory of weights back to the system, since a packed copy holds them all: a model whose weights nobody
    /// but its kernels reads is in memory once. They come back, bit for bit, when somebody asks for them, and then
    /// stay.
    func leave(to weights: PackedWeights) {
        guard keeper == nil, !wasBroughtBack, usedBytes >= Self.leastLeft, packed.count == 1, derived.isEmpty else {
            return
        }
        if owner == nil {
            guard weights.takeOver() else { return }
            keeper = weights
        } else {
            guard isFile, version == 0 else { return }
            wasBroughtBack = true
        }
        let page = sysconf(Int32(_SC_PAGESIZE)), start = Int(bitPattern: memory)
        let first = (start + page - 1) / page * page, end = (start + capacity) / page * page
        guard first < end, let place = UnsafeMutableRawPointer(bitPattern: first) else { return }
        madvise(place, end - first, MADV_DONTNEED)
    }

    /// Forgets packed copies, but not the contents of one that alone holds them.
    func dropPacked() {
        bringBack()
        packed = [:]
    }

    /// Whether a packed copy alone holds the contents.
    package var isElsewhere: Bool { keeper != nil }

    func bringBack() {
        guard let keeper else { return }
        (self.keeper, wasBroughtBack) = (nil, true)
        keeper.restore(to: memory)
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
        guard let taken = find(sizeClass(max(byteCount, 64))) else { return nil }
        TensorMemory.used += taken.1
        TensorMemory.peak = max(TensorMemory.peak, TensorMemory.used)
        return taken
    }

    private static func find(_ capacity: Int) -> (UnsafeMutableRawPointer, Int)? {
        if let pointer = free[capacity]?.popLast() {
            heldBytes -= capacity
            return (pointer, capacity)
        }
        if capacity >= 1 << 26, capacity > availableBytes {
            Engine.releaseMemory()
            if capacity > availableBytes { return nil }
        }
        var pointer: UnsafeMutableRawPointer?
        let isLong = capacity >= hugePage
        guard posix_memalign(&pointer, isLong ? hugePage : 64, capacity) == 0, let pointer else { return nil }
        // Only a wish: huge pages are cleared in one go, and found in one step.
        // What does not fill a page stays on small ones, of which only those in use take memory.
        if isLong { madvise(pointer, capacity / hugePage * hugePage, MADV_HUGEPAGE) }
        return (pointer, capacity)
    }

    static func give(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
        TensorMemory.used -= capacity
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

    /// What the machine can still give, in bytes: free and reclaimable memory, within what `ulimit -v` leaves the
    /// process.
    static var availableBytes: Int {
        let free = number(after: "MemAvailable:", in: "/proc/meminfo").map { $0 * 1024 } ?? .max
        guard let limit = number(after: "Max address space", in: "/proc/self/limits"),
            let used = number(after: "VmSize:", in: "/proc/self/status")
        else { return free }
        return min(free, max(0, limit - used * 1024))
    }

    fileprivate static var residentBytes: Int {
        (number(after: "VmRSS:", in: "/proc/self/status") ?? 0) * 1024
    }

    /// The first number of the line that begins with a key; nil where there is none, as in "unlimited".
    private static func number(after key: String, in file: String) -> Int? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) })
        else { return nil }
        return line.dropFirst(key.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }

    /// Sizes rounded up to an eighth of their power of two: few classes, little waste.
    private static func sizeClass(_ bytes: Int) -> Int {
        if bytes <= 1024 { return (bytes + 63) & ~63 }
        let step = 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 4)
        return (bytes + step - 1) & ~(step - 1)
    }
}

extension Engine {
    /// What the machine can still give, in bytes.
    package static var availableBytes: Int { StoragePool.availableBytes }
    /// What this process holds at present, in bytes, pages of mapped files included.
    package static var residentBytes: Int { StoragePool.residentBytes }

    /// The most bytes that tensors took at once while `body` ran, beyond those that were there before.
    package static func peakBytes(_ body: () throws -> Void) rethrows -> Int {
        let (before, peak) = (TensorMemory.used, TensorMemory.peak)
        TensorMemory.peak = before
        defer { TensorMemory.peak = max(peak, TensorMemory.peak) }
        try body()
        return TensorMemory.peak - before
    }
}
