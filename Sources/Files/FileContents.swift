import Basics
import FoundationEssentials
import Glibc
import Tensor

/// Questions about files that belong to no single format.
public enum FileContents {
    /// Reads a whole file, also one that can't be mapped (a pipe, `/dev/stdin`).
    /// - Throws: ``FileError/system(_:path:code:)``.
    public static func bytes(of url: URL) throws(FileError) -> [UInt8] {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.open, path: url.displayPath, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        var contents: [UInt8] = []
        if fstat(descriptor, &status) == 0 {
            // Files with holes can be of any size.
            guard status.st_size <= FileBytes.memory else { throw .system(.read, path: url.displayPath, code: ENOMEM) }
            contents.reserveCapacity(Int(status.st_size))
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return contents }
            if count < 0 {
                // A pipe may be waited for until somebody has enough of it.
                if errno == EINTR, !StopFlag.isRaised { continue }
                throw .system(.read, path: url.displayPath, code: errno)
            }
            contents += buffer[..<count]
            // So may a device that never ends.
            guard contents.count <= FileBytes.memory / 4 else {
                throw .system(.read, path: url.displayPath, code: ENOMEM)
            }
        }
    }

    /// Reads a JSON file.
    /// - Throws: ``FileError`` naming the file, and the line and column of a mistake.
    public static func json(_ url: URL) throws(FileError) -> JSON {
        let contents = try bytes(of: url)
        do throws(JSONError) {
            return try contents.withUnsafeBufferPointer { (bytes) throws(JSONError) in
                try JSON(parsing: UnsafeRawBufferPointer(bytes))
            }
        } catch {
            throw .malformed(file: url.displayPath, item: nil, .json(error))
        }
    }
}
