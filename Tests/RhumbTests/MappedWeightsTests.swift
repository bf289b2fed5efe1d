import Foundation
import TestSupport
import XCTest

/// Another program writes into a model's weights while they are in use (`cp` onto the file): the one who uses them says
/// so and ends with code 1, never with a signal or with other numbers.
final class MappedWeightsTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// A float32 copy of the small CLIP model whose file is long enough to be mapped (what is widened is no mapping
    /// any more): a tensor that loading leaves out fills
    /// it.
    private func longModel() throws -> URL {
        XCTAssertEqual(try rhumb.run("eval", "save (load \"emoji\") \"long\" dtype: \"float32\"").status, 0)
        let url = rhumb.folder.appendingPathComponent("long/model.safetensors")
        let bytes = try Data(contentsOf: url),
            length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        var header = try XCTUnwrap(JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
        let filled = 80 << 20
        for (name, entry) in header {
            guard var entry = entry as? [String: Any], let offsets = entry["data_offsets"] as? [Int] else { continue }
            // The filler comes first, so that cutting the file takes all weights that are used.
            entry["data_offsets"] = offsets.map { $0 + filled }
            header[name] = entry
        }
        header["text_model.embeddings.position_ids"] = [
            "dtype": "I64", "shape": [1, filled / 8], "data_offsets": [0, filled],
        ]
        var text = try JSONSerialization.data(withJSONObject: header)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        try file.write(contentsOf: Data((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }) + text)
        try file.seek(toOffset: UInt64(8 + text.count + filled))
        try file.write(contentsOf: bytes[(8 + length)...])
        try file.close()
        return url
    }

    func testWeightsThatAreCutShortInUse() throws {
        let url = try longModel()
        for (size, delay) in [(1000, 0.3), (0, 0.6)] {
            if size == 0 { _ = try longModel() }
            let running = try rhumb.start(
                ["eval", "c = load \"long\"", "print \"on\"", "for i in 0..1000000 { embed c \"a dog\"; }"])
            XCTAssertEqual(try running.output.fileHandleForReading.read(upToCount: 3), Data("on\n".utf8))
            Thread.sleep(forTimeInterval: delay)
            XCTAssertEqual(truncate(url.path, size), 0)
            let result = running.finish()
            XCTAssertEqual(result.status, 1, result.errors)
            XCTAssertTrue(result.errors.hasPrefix("error: 'long/model.safetensors' was "), result.errors)
            XCTAssertTrue(
                result.errors.contains("was cut short by another program while its weights were in use")
                    || result.errors.contains("was changed by another program after it was loaded"), result.errors)
        }
    }

    func testAnotherFileOfTheSameSize() throws {
        let url = try longModel()
        let running = try rhumb.start(
            ["eval", "c = load \"long\"", "print \"on\"", "for i in 0..1000000 { embed c \"a dog\"; }"])
        XCTAssertEqual(try running.output.fileHandleForReading.read(upToCount: 3), Data("on\n".utf8))
        Thread.sleep(forTimeInterval: 0.3)
        let file = try FileHandle(forWritingTo: url)
        try file.seek(toOffset: 81 << 20)
        try file.write(contentsOf: Data(repeating: 0x3F, count: 4096))
        try file.close()
        let result = running.finish()
        XCTAssertEqual(result.status, 1, result.errors)
        XCTAssertTrue(result.errors.contains("was changed by another program after it was loaded\n"), result.errors)
    }
}
