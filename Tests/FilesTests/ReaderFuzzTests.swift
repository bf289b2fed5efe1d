import Basics
import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Valid small files, cut and with bytes exchanged: whatever a reader makes of them, it ends, and an error is one of
/// its own.
///
/// A few hundred changes of each file take seconds; ``Fuzz`` asks for more of each.
final class ReaderFuzzTests: XCTestCase {
    private static let changes = Fuzz.count(150)

    /// Draws that are the same every time.
    private struct Draws {
        var state: UInt64

        mutating func number(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }

        /// A change of one kind: a cut, other bytes, a part twice, or numbers that are extreme.
        mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
            var changed = bytes
            switch number(4) {
            case 0: changed = Array(bytes[..<number(bytes.count)])
            case 1: for _ in 0...number(4) { changed[number(bytes.count)] = UInt8(number(256)) }
            case 2:
                let start = number(bytes.count), end = start + number(bytes.count - start)
                changed.insert(contentsOf: bytes[start..<end], at: number(bytes.count))
            default:
                let extremes: [[UInt8]] = [
                    [0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128],
                    Array("9999999999999999999".utf8),
                    Array("-1".utf8), Array("1e400".utf8), Array("null".utf8), [0x5B, 0x5B, 0x5B], [0x22],
                ]
                let one = extremes[number(extremes.count)], start = number(bytes.count)
                changed.replaceSubrange(start..<min(start + one.count, bytes.count), with: one)
            }
            return changed
        }
    }

    private func fuzz(_ name: String, _ bytes: [UInt8], _ read: (URL) throws -> Void) throws {
        let folder = TemporaryFolder(self)
        var draws = Draws(state: UInt64(bytes.count) &+ Fuzz.seed &* 0x9E37_79B9_7F4A_7C15)
        XCTAssertNoThrow(try read(folder.write(name, bytes)), name)
        var refused = 0
        for _ in 0..<Self.changes {
            let url = try folder.write(name, draws.changed(bytes))
            do { try read(url) } catch {
                refused += 1
                XCTAssertTrue(
                    error is FileError || error is RhumbError, "\(name): \(type(of: error)): \(error)")
            }
        }
        XCTAssertGreaterThan(refused, 0, "\(name): not one change was noticed")
        if Fuzz.isLong { print("fuzz: \(Self.changes) changes of \(name), \(refused) of them refused") }
    }

    private func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: golden(name))) }

    func testTensors() throws {
        func tensors(_ url: URL) throws {
            let file = try SafetensorsFile(url)
            for name in file.names { _ = try file.tensor(name) }
        }
        try fuzz("a.safetensors", bytes("types.safetensors")) { url in
            do { try tensors(url) } catch FileError.notConvertible {}
        }
        for name in ["state.pt", "views.pt", "checkpoint.pt", "stream.pt"] {
            try fuzz(name, bytes("pytorch/\(name)")) { url in
                let file = try PyTorchFile(url)
                for tensor in file.names { _ = try file.tensor(tensor) }
            }
        }
        let arrays = try FileManager.default.contentsOfDirectory(atPath: golden("arrays").path).sorted()
        for name in arrays.filter({ $0.hasSuffix(".npy") }).prefix(4) {
            let array = try bytes("arrays/\(name)")
            guard (try? NPY.read(golden("arrays/\(name)"))) != nil else { continue }
            try fuzz(name, array) { _ = try NPY.read($0) }
        }
    }

    func testPictures() throws {
        for name in [
            "rgb8.png", "palette_transparent.png", "rgba16.png", "orientation5.png", "colour.jpg", "progressive.jpg",
            "cmyk.jpg", "orientation6.jpg",
        ] {
            try fuzz(name, bytes("images/\(name)")) { url in
                _ = try ImageFile.read(url)
                _ = try ImageFile.texts(url)
            }
        }
    }

    func testJSON() throws {
        let text =
            #"{"a": [1, -2.5e3, "é\u00e9\ud83d\ude00", null, true], "b": {"c": {}, "d": [[], [0]]}, "a": "twice"}"#
        try fuzz("a.json", Array(text.utf8)) { _ = try FileContents.json($0) }
    }
}
