import CCrypto
import FoundationEssentials
import Glibc

/// The SHA-256 checksum (FIPS 180-4), by libcrypto.
public final class SHA256 {
    private let context: OpaquePointer?
    private var isSound: Bool

    /// Begins an empty message.
    public init() {
        context = EVP_MD_CTX_new()
        isSound = context != nil && EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Appends bytes to the message.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        guard isSound, !bytes.isEmpty else { return }
        isSound = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
    }

    /// Ends the message and gives its checksum as 64 hexadecimal digits.
    /// - Throws: ``FileError/checksumUnavailable`` if libcrypto refuses (a restricted build, no memory).
    public func finish() throws(FileError) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        guard isSound, EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw .checksumUnavailable }
        isSound = false
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

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
