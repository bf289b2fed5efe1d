import Files
import XCTest

/// Signatures are those of RFC 4231.
final class MessageSignatureTests: XCTestCase {
    func testSignaturesOfTheStandard() throws {
        // RFC 4231, test cases 1, 2 and 6: a key of 20 bytes, a word, a key longer than a block.
        let cases: [(key: [UInt8], message: String, code: String)] = [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
        for (key, message, code) in cases {
            let bytes = Array(message.utf8)
            let signature = MessageSignature(key: key)
            XCTAssertEqual(try signature.hex(of: [bytes]), code)
            XCTAssertEqual(try signature.hex(of: [Array(bytes[..<3]), Array(bytes[3...])]), code, "in parts")
            XCTAssertTrue(try signature.isValid(Array(code.utf8), of: [bytes]))
            XCTAssertFalse(try signature.isValid(Array(code.utf8.dropLast()), of: [bytes]))
            XCTAssertFalse(try signature.isValid(Array(code.utf8.dropLast()) + [0x78], of: [bytes]))
            XCTAssertFalse(try signature.isValid([], of: [bytes]))
        }
    }
}
