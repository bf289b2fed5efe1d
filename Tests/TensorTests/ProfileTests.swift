import Basics
import TestSupport
import XCTest

@preconcurrency import Tensor

/// What a profile is told of tensor operations: their names, their memory, and how much they multiply and add.
final class ProfileTests: XCTestCase {
    private func profile(_ body: () throws -> Void) throws -> Profile {
        let profile = try XCTUnwrap(Profile.begin())
        defer { profile.end() }
        try body()
        return profile
    }

    private func work(_ body: () throws -> Void) throws -> Double {
        let work = try profile(body).work
        return work.float32 + work.bfloat16
    }

    private func ones(_ shape: Int...) throws -> Tensor { try Tensor.ones(shape) }

    func testProductsAreCountedByTheirSizes() throws {
        let a = try ones(3, 64, 32), b = try ones(32, 16)
        XCTAssertEqual(try work { _ = try a.matmul(b) }, Double(2 * 3 * 64 * 32 * 16))
        // A stack by a stack, and the product that BLAS makes.
        let c = try ones(3, 32, 16)
        XCTAssertEqual(try work { _ = try a.matmul(c) }, Double(2 * 3 * 64 * 32 * 16))
        Engine.usesPrimitives = false
        defer { Engine.usesPrimitives = true }
        XCTAssertEqual(try work { _ = try a.matmul(c) }, Double(2 * 3 * 64 * 32 * 16))
        XCTAssertEqual(try work { _ = try a + a }, 0)
    }

    func testLayersAreCountedByTheirSizes() throws {
        let x = try ones(10, 48), weight = try ones(24, 48)
        // The second time the weights are packed.
        for _ in 0..<2 { XCTAssertEqual(try work { _ = try x.linear(weight) }, Double(2 * 10 * 48 * 24)) }
        let maps = try ones(2, 12, 10, 8), kernel = try ones(4, 8, 5, 5)
        XCTAssertEqual(
            try work { _ = try maps.conv2d(kernel, Convolution(padding: 2)) }, Double(2 * 2 * 12 * 10 * 8 * 4 * 25))
        let pointwise = try ones(4, 8, 1, 1)
        XCTAssertEqual(try work { _ = try maps.conv2d(pointwise) }, Double(2 * 2 * 12 * 10 * 8 * 4))
        // Winograd's algorithm, F(4×4, 3×3), needs a quarter of the products.
        let wide = try ones(2, 16, 16, 32), square = try ones(32, 32, 3, 3)
        XCTAssertEqual(
            try work { _ = try wide.conv2d(square, Convolution(padding: 1)) },
            Double(2 * 2 * 16 * 16 * 32 * 32 * 9 / 4))
        let q = try ones(2, 3, 20, 16), k = try ones(2, 3, 30, 16)
        XCTAssertEqual(try work { _ = try Tensor.attention(q, k, k) }, Double(2 * 2 * 3 * 20 * 30 * 2 * 16))
    }

    /// dx and dw of a linear layer are a product each, of as much work as y.
    func testGradientsAreOperationsOfTheirOwn() throws {
        let x = try ones(10, 48).requireGradient(), weight = try ones(24, 48).requireGradient()
        let profile = try profile { try x.linear(weight).sum().backward() }
        let rows = Dictionary(uniqueKeysWithValues: profile.rows.map { ($0.name, $0) })
        let forward = Double(2 * 10 * 48 * 24)
        XCTAssertEqual(rows["linear"]?.work.float32, forward)
        XCTAssertEqual(rows["linear gradient"]?.work.float32, 2 * forward)
        XCTAssertEqual(profile.work.float32, 3 * forward)
        XCTAssertEqual(rows["sum"]?.calls, 1)
        XCTAssertNotNil(rows["sum gradient"])
        XCTAssertTrue(profile.rows.allSatisfy { $0.kind == .operation })
        let own = profile.rows.reduce(0) { $0 + $1.own }
        XCTAssertLessThanOrEqual(try XCTUnwrap(rows["linear gradient"]).own, own)
    }

    func testMemoryIsTheMostAtOnce() throws {
        let x = try ones(1 << 18)
        // The result alone: 1 MB; kept results do not count twice.
        let profile = try profile { for _ in 0..<3 { _ = try x.exp() } }
        let row = try XCTUnwrap(profile.rows.first { $0.name == "exp" })
        XCTAssertEqual(row.calls, 3)
        XCTAssertEqual(row.bytes, 1 << 20)
    }

    func testThePeakIsMeasuredOnceForANumberOfThreads() {
        let rate = Engine.peakRate
        XCTAssertGreaterThan(rate.float32, 1e9)
        XCTAssertGreaterThanOrEqual(rate.bfloat16, 0)
        XCTAssertTrue(rate == Engine.peakRate)
    }
}
