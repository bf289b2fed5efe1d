import Foundation
import TestSupport
import XCTest

final class RandomTests: XCTestCase {
    /// The first outputs of the reference implementation (prng.di.unimi.it/splitmix64.c) for seed 1234567.
    func testSplitMixReproducesThePublishedSequence() {
        var random = SplitMix(state: 1_234_567)
        XCTAssertEqual(
            (0..<3).map { _ in random.next() },
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    /// By Python: `x * 6364136223846793005 + 1442695040888963407 (mod 2**64)`, from 7.
    func testKnuthsGenerator() {
        var random = Knuth(state: 7)
        XCTAssertEqual((0..<2).map { _ in random.next() }, [9_098_160_460_397_411_210, 17_628_806_926_561_717_905])
        var again = Knuth(state: 7)
        let places = (0..<1000).map { _ in again.below(10) }
        XCTAssertEqual(Set(places), Set(0..<10))
        XCTAssertTrue(
            (0..<1000).allSatisfy { _ in (-1..<1).contains(again.signed()) && (0..<1).contains(again.unit()) })
    }

    /// The test vectors of the hash's authors (isthe.com/chongo/tech/comp/fnv) for "", "a" and "foobar".
    func testFNV1a() {
        let hashes = ["", "a", "foobar"].map { FNV1a.text($0.utf8) }
        XCTAssertEqual(hashes, ["cbf29ce484222325", "af63dc4c8601ec8c", "85944171f73967e8"])
    }

    func testATemporaryFolderIsGoneAfterTheTest() throws {
        final class Inner: XCTestCase {
            var folder: URL?
            func testSomething() throws {
                let folder = TemporaryFolder(self)
                try folder.write("a", [1, 2])
                XCTAssertEqual(folder.names, ["a"])
                XCTAssertEqual(try folder.bytes("a"), [1, 2])
                self.folder = folder.url
            }
        }
        let inner = Inner(name: "testSomething") { try ($0 as? Inner)?.testSomething() }
        inner.run()
        XCTAssertFalse(FileManager.default.fileExists(atPath: try XCTUnwrap(inner.folder).path))
    }
}
