import Foundation
import XCTest

/// A folder that lives as long as one test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    /// Writes a file with Foundation, not with the code under test.
    @discardableResult
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> URL {
        try Data(bytes).write(to: file(name))
        return file(name)
    }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }
}

/// A golden file of this target.
func golden(_ name: String) throws -> URL {
    try XCTUnwrap(Bundle.module.resourceURL).appendingPathComponent("Golden/\(name)")
}
