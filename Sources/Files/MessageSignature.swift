import CCrypto

/// Signatures of messages by a key that both sides know: HMAC with SHA-256 (RFC 2104, FIPS 180-4), by libcrypto.
public struct MessageSignature: Sendable {
    private let key: [UInt8]

    /// - Parameter key: any bytes, of any length.
    public init(key: some Sequence<UInt8>) { self.key = Array(key) }

    /// The signature of a message that comes in parts: 64 hexadecimal digits.
    ///
    /// - Throws: ``FileError/checksumUnavailable`` if libcrypto refuses (a restricted build, no memory).
    public func hex(of parts: [[UInt8]]) throws(FileError) -> String {
        let message = Array(parts.joined())
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        guard HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length) != nil, length == 32
        else { throw .checksumUnavailable }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Whether a signature is that of a message. How long that takes says nothing about where they differ.
    public func isValid(_ signature: [UInt8], of parts: [[UInt8]]) throws(FileError) -> Bool {
        let wanted = Array(try hex(of: parts).utf8)
        return signature.count == wanted.count && CRYPTO_memcmp(signature, wanted, wanted.count) == 0
    }
}
