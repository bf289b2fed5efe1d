import Foundation
import Tensor
import TestSupport
import XCTest

import Files

/// What was read from a file of half precision goes back into one where nothing is lost by it.
final class HalfPrecisionTests: XCTestCase {
    /// The type in which a tensor of some numbers is stored.
    private func type(_ numbers: [Float], half: StoredType?, as type: StoredType? = nil) throws -> StoredType? {
        let folder = TemporaryFolder(self), url = folder.file("x.safetensors")
        try Safetensors.write(["x": Tensor(numbers)], to: url, as: type, half: half)
        let weights = try Weights(url)
        if !numbers.isEmpty { assertSameBits(try weights.tensor("x", as: .float32).floats, numbers) }
        return weights.type(of: "x")
    }

    func testOnlyWhatLosesNothingIsNarrowed() throws {
        // 2⁻²⁴ is the least subnormal of float16, 65504 its greatest number.
        let exact: [Float] = [0, -0.0, 1, -1.5, 65504, 0x1p-24, 0x1p-14, .infinity, -.infinity]
        XCTAssertEqual(try type(exact, half: .float16), .float16)
        XCTAssertEqual(try type(exact, half: nil), .float32)
        XCTAssertEqual(try type(exact, half: .float16, as: .float32), .float32)
        for number: Float in [0x1p-25, 65536, 1 + 0x1p-11, 1.0 / 3] {
            XCTAssertEqual(try type(exact + [number], half: .float16), .float32, "\(number)")
        }
        XCTAssertEqual(try type([1, 65536, 0x1p-100, 1 + 0x1p-7], half: .bfloat16), .bfloat16)
        XCTAssertEqual(try type([1 + 0x1p-8], half: .bfloat16), .float32)
        // The last of more than one block of numbers counts too.
        XCTAssertEqual(try type([Float](repeating: 0.5, count: 70_000) + [0.1], half: .float16), .float32)
        XCTAssertEqual(try type([], half: .float16), .float16)
    }
}
