import Foundation
import XCTest

/// A folder that is removed after the test.
final class TemporaryFolder {
    let path: String

    init(_ test: XCTestCase) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("rhumb-plot-\(UUID())").path
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        test.addTeardownBlock { try? FileManager.default.removeItem(atPath: path) }
    }

    /// The path of a file in it.
    subscript(name: String) -> String { "\(path)/\(name)" }

    var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: self[name])))
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self[name]))
    }

    func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: self[name]))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// A program of that name, as a shell script.
    func program(_ name: String, _ script: String) throws {
        try write("#!/bin/sh\n\(script)\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: self[name])
    }
}

/// Runs the body with another PATH and puts the old one back.
func withPath<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result {
    let old = ProcessInfo.processInfo.environment["PATH"] ?? ""
    setenv("PATH", path, 1)
    defer { setenv("PATH", old, 1) }
    return try body()
}
