import Foundation
import XCTest

extension XCTestCase {
    /// A new, empty folder, which is removed after the test.
    public func temporaryFolder() -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rhumb-tests-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            XCTFail("no temporary folder: \(error)")
        }
        addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        return folder
    }
}

/// A folder that is removed after the test, with what tests do in one. It is read and written with Foundation, not with
/// the code under test.
public struct TemporaryFolder {
    public let url: URL

    public init(_ test: XCTestCase) { url = test.temporaryFolder() }

    public var path: String { url.path }

    /// The files in it, sorted.
    public var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    /// The path of a file in it.
    public subscript(name: String) -> String { file(name).path }

    @discardableResult
    public func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> URL {
        try Data(bytes).write(to: file(name))
        return file(name)
    }

    public func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: file(name))) }

    public func write(_ text: String, to name: String) throws { try write(name, text.utf8) }

    /// Puts a text at the end of a file.
    public func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: self[name]))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}
