import Foundation
import TestSupport

extension TemporaryFolder {
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
