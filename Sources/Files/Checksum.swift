import CCrypto

/// A checksum of bytes that come piece by piece, by libcrypto.
public class Checksum {
    public enum Kind: Sendable {
        /// SHA-256 (FIPS 180-4), 64 hexadecimal digits.
        case sha256
        /// SHA-1, 40 hexadecimal digits: what git names a file by. It guards against damage, not against an enemy.
        case sha1
    }

    private let context: OpaquePointer?
    private let length: Int
    private var isSound: Bool

    /// Begins an empty message.
    public init(_ kind: Kind) {
        context = EVP_MD_CTX_new()
        length = kind == .sha256 ? 32 : 20
        isSound = context != nil && EVP_DigestInit_ex(context, kind == .sha256 ? EVP_sha256() : EVP_sha1(), nil) == 1
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Appends bytes to the message.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        guard isSound, !bytes.isEmpty else { return }
        isSound = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
    }

    /// Ends the message and gives its checksum in hexadecimal digits.
    /// - Throws: ``FileError/checksumUnavailable`` if libcrypto refuses (a restricted build, no memory).
    public func finish() throws(FileError) -> String {
        var digest = [UInt8](repeating: 0, count: length)
        guard isSound, EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw .checksumUnavailable }
        isSound = false
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
