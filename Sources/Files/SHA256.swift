import FoundationEssentials
import Glibc

/// The SHA-256 checksum (FIPS 180-4): 64 hexadecimal digits.
public final class SHA256: Checksum {
    /// Begins an empty message.
    public init() { super.init(.sha256) }

    /// The checksum of some bytes.
    public static func hex(of bytes: UnsafeRawBufferPointer) throws(FileError) -> String {
        let hash = SHA256()
        hash.update(bytes)
        return try hash.finish()
    }

    /// The checksum of a text's UTF-8 bytes.
    public static func hex(of text: String) throws(FileError) -> String {
        let hash = SHA256()
        Array(text.utf8).withUnsafeBytes { hash.update($0) }
        return try hash.finish()
    }

    /// The checksum of a file, read in pieces: any size, little memory.
    public static func hex(ofFile url: URL) throws(FileError) -> String {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(.open, path: url.displayPath, code: errno) }
        defer { close(descriptor) }
        let hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return try hash.finish() }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(.read, path: url.displayPath, code: errno)
            }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
