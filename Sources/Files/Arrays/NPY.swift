import Basics
import FoundationEssentials
import Tensor

/// NumPy's `.npy` files: one array each.
public enum NPY {
    /// Reads an array of versions 1 to 3, in either order of elements and of bytes. Whole numbers and truth values
    /// become int64, floating-point numbers float32 (float64 is rounded).
    /// - Parameter dtype: another element type to convert to.
    /// - Throws: ``FileError`` naming the file, for other element types, and where the file has fewer or more
    ///   bytes than its header says; `RhumbError` when memory lacks.
    public static func read(_ url: URL, as dtype: DType? = nil) throws -> Tensor {
        let file = try FileBytes(url)
        let name = url.displayPath
        let header = try NPYHeader(UnsafeRawBufferPointer(file.bytes), file: name)
        guard let expected = header.type.byteCount(of: header.shape) else {
            throw FileError.malformed(file: name, item: nil, .shapeOverflows(header.shape))
        }
        let found = file.bytes.count - header.dataStart
        guard found >= expected else {
            throw FileError.malformed(
                file: name, item: nil, .truncated(expected: header.dataStart + expected, found: file.bytes.count))
        }
        guard found == expected else {
            throw FileError.malformed(
                file: name, item: nil, .other("\(found - expected) bytes after the array belong to nothing"))
        }
        // Fortran's order is C's order of the reversed dimensions.
        let shape = header.isFortranOrdered ? header.shape.reversed() : header.shape
        let elements = StoredElements(
            type: header.type, bytes: UnsafeMutableRawBufferPointer(rebasing: file.bytes[header.dataStart...]),
            shape: shape, isBigEndian: header.isBigEndian, owner: file)
        do {
            let tensor = try elements.tensor(as: dtype)
            guard header.isFortranOrdered else { return tensor }
            return try tensor.permuted(Array((0..<shape.count).reversed())).contiguous()
        } catch let error as StoredElements.Unconvertible {
            throw FileError.notConvertible(name: "array", file: name, header.type, reason: error.reason)
        }
    }

    /// Writes an array: float32 and int64 as they are, bfloat16 as float32 (NumPy has no such type); little-endian, in
    /// C order.
    /// - Throws: ``FileError``; whatever stood at the place before is then untouched.
    public static func write(_ tensor: Tensor, to url: URL) throws {
        let isInteger = tensor.dtype == .int64
        let source = try tensor.detached().to(isInteger ? .int64 : .float32).contiguous()
        let sizes = source.shape.map { "\($0)," }.joined(separator: " ")
        let tuple = source.rank == 1 ? sizes : String(sizes.dropLast())
        let fields = "{'descr': '\(isInteger ? "<i8" : "<f4")', 'fortran_order': False, 'shape': (\(tuple)), }"
        // The elements begin at a multiple of 64 bytes; the header ends with a newline.
        var header = Array(fields.utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: 63 - (10 + header.count) % 64)
        header.append(UInt8(ascii: "\n"))
        let file = try AtomicFile(url)
        let length = UInt16(truncatingIfNeeded: header.count)
        try file.write(NPYHeader.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + header)
        try file.write(UnsafeRawBufferPointer(start: source.address, count: source.count * source.dtype.byteCount))
        try file.commit()
    }
}
