import Foundation
import TestSupport
import XCTest

/// `.ci/run` with stand-ins for the tests: what it ends with, and what it lets skip.
final class ContinuousIntegrationTests: XCTestCase {
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            ".ci/run")

    /// Runs a copy of the script beside a README whose test command is `command`.
    ///
    /// - Parameter swift: the shell script that stands for `swift`, which the script calls for the second run.
    private func run(_ command: String, swift: String = "echo \"$RHUMB_ISA $*\"") throws -> (
        status: Int32, output: String
    ) {
        let folder = temporaryFolder(), place = folder.appendingPathComponent(".ci")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: Self.script, to: place.appendingPathComponent("run"))
        let readme = "```sh\nfalse\n```\n\n<!-- tests -->\n```sh\n\(command)\n```\n\n```sh\nfalse\n```\n"
        try Data(readme.utf8).write(to: folder.appendingPathComponent("README.md"))
        let tool = folder.appendingPathComponent("swift")
        try Data("#!/bin/sh\n\(swift)\n".utf8).write(to: tool)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool.path)
        let process = Process(), output = Pipe()
        process.executableURL = place.appendingPathComponent("run")
        process.environment = ["PATH": "\(folder.path):/usr/bin:/bin"]
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    func testItRunsTheCommandOfTheReadmeAndThenTheNumericTestsOnceMore() throws {
        let result = try run("true && echo \"it's run\"")
        XCTAssertEqual(result.status, 0, result.output)
        let second =
            "avx2 test -c release --disable-testable-imports --skip-build "
            + "--filter TensorTests|CLIPTests|DiffusionTests|GRPOTests|WorldTests"
        let lines = result.output.split(separator: "\n").map(String.init)
        XCTAssertEqual(lines.filter { $0 == "it's run" || $0 == second }, ["it's run", second], result.output)
    }

    func testCodeThatIsFormattedOtherwiseIsNotTested() throws {
        func swift(lint status: Int) -> String {
            "case \"$*\" in *--version) echo 6.3.1 ;; 'format lint'*) echo \"$@\"; exit \(status) ;; esac"
        }
        let fine = try run("echo tested", swift: swift(lint: 0))
        XCTAssertEqual(fine.status, 0, fine.output)
        XCTAssertTrue(fine.output.contains("--strict --recursive Package.swift Sources Tests"), fine.output)
        XCTAssertTrue(fine.output.contains("\ntested\n"), fine.output)
        let other = try run("echo tested", swift: swift(lint: 1))
        XCTAssertEqual(other.status, 1, other.output)
        XCTAssertFalse(other.output.contains("\ntested\n"), other.output)
    }

    func testItEndsAsTheTestsDo() throws {
        let first = try run("echo tested; exit 3")
        XCTAssertEqual(first.status, 3, first.output)
        XCTAssertFalse(first.output.contains("avx2 test"), first.output)
        XCTAssertEqual(try run("kill -SEGV $BASHPID").status, 139)
        XCTAssertEqual(try run("true", swift: "exit 4").status, 4)
    }

    func testOnlyWhatIsListedMaySkip() throws {
        func skip(_ test: String) -> String { "echo \"Test Case '\(test)' skipped (0.001 seconds)\"" }
        let listed = skip("EmbedderTests.testFoldersForTransformers")
        XCTAssertEqual(try run(listed).status, 0)
        let other = try run(listed + "; " + skip("PromptTests.testHistory"))
        XCTAssertEqual(other.status, 1, other.output)
        XCTAssertTrue(other.output.contains("PromptTests.testHistory was skipped, and may not be"), other.output)
        XCTAssertEqual(try run("true", swift: skip("TowerTests.testFeatures")).status, 1)
        XCTAssertEqual(
            try run(skip("PromptTests.testHistory") + "; exit 3").status, 3, "a failure says more than a skip")
    }
}
