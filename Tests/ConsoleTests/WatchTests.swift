import Console
import Foundation
import Language
import Notebook
import TestSupport
import XCTest

/// What `rhumb watch` says of a folder in each state.
final class WatchTests: XCTestCase {
    private var folder = ""
    /// Keeps the folder as a run at work does.
    private var lock: Int32 = -1

    override func setUpWithError() throws {
        folder = temporaryFolder().path
        lock = open(folder, O_RDONLY | O_DIRECTORY)
        XCTAssertEqual(flock(lock, LOCK_EX), 0)
    }

    override func tearDown() { close(lock) }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    /// A run of two cells.
    private func write(
        status: String, cells: [String], seconds: Double = 0, error: String = ""
    ) throws {
        let states = cells.enumerated().map { index, status in
            #"{"cell": \#(index + 1), "line": \#([3, 7][index]), "status": "\#(status)"\#(status == "complete" ? #", "seconds": 2"# : "")}"#
        }
        try write(
            """
            {"format": 1, "rhumb": "0.1.0", "threads": 1, "status": "\(status)", "title": "A short training", \
            "recipe": {"path": "short.md", "sha256": ""},
             "seed": 1, "started": "2025-01-31T14:25:01+01:00", "seconds": \(seconds), "cells": [\(states.joined(separator: ","))]\(error)}
            """, to: "manifest.json")
        try write("# A\n```rhumb\nx = 1\n```\n\n```rhumb\n# the long one\n\n  train t\nprint 2\n```\n", to: "recipe.md")
        try write("# A\n\n```rhumb\nx = 1\n```\n\n```text\none\n```\n", to: "transcript.md")
    }

    private func work(done: Int, cell: Int = 2) throws {
        try write(
            """
            {"cell": \(cell), "label": "train", "done": \(done), "total": 40, "detail": "reward 0.5", "seconds": 20, \
            "first": 0,
             "part": {"label": "round 11: sample", "done": 3, "total": 8}, "curve": {"name": "reward", "values": [1, null, 3]}}
            """, to: "progress.json")
    }

    private func look() throws -> RunWatcher.Glance { try RunWatcher(folder).look() }

    private func lines(_ glance: RunWatcher.Glance, width: Int = 60, colour: Bool = false, tail: Int = 3) -> [String] {
        let text = WatchText(palette: Palette(isOn: colour), width: width)
        return Array((text.top(glance) + text.bottom(glance, tail: tail)).dropFirst())
    }

    func testAtWork() throws {
        try write(status: "running", cells: ["complete", "running"], seconds: 65)
        try work(done: 10)
        let glance = try look()
        XCTAssertEqual(glance.state, .running)
        XCTAssertTrue(lines(glance)[0].hasPrefix("running  1:05  cell 2 of 2"), lines(glance)[0])
        XCTAssertEqual(
            lines(glance).dropFirst(),
            [
                "  train t", "train  10/40  2.00 s each  ETA 1:00  reward 0.5", "  round 11: sample  3/8",
                "  reward  ▁ █  3", "transcript", "  # A", "  x = 1", "  one",
            ])
    }

    func testNarrowAndInColour() throws {
        try write(status: "running", cells: ["complete", "running"])
        try work(done: 10)
        let text = WatchText(palette: Palette(isOn: true), width: 24)
        let glance = try look()
        for line in text.top(glance) + text.bottom(glance, tail: 3) {
            XCTAssertLessThanOrEqual(Transcript.withoutEscapes(line).displayWidth, 24, line)
        }
    }

    func testOver() throws {
        try write(status: "complete", cells: ["complete", "complete"], seconds: 118)
        try work(done: 40)
        let glance = try look()
        XCTAssertEqual(lines(glance, tail: 0), ["complete  1:58  2 cells"], "progress that was left is none")
    }

    func testFailed() throws {
        try write(
            status: "failed", cells: ["complete", "failed"], seconds: 3,
            error: #", "error": {"message": "too small", "place": "short.md:9"}"#)
        XCTAssertEqual(
            lines(try look(), tail: 0), ["failed  0:03  cell 2 of 2", "  too small", "  short.md:9", "  train t"])
    }

    func testKilled() throws {
        try write(status: "running", cells: ["complete", "running"], seconds: 60)
        try work(done: 10)
        close(lock)
        lock = -1
        let glance = try look()
        XCTAssertEqual(glance.state, .dead)
        let lines = lines(glance, width: 200)
        XCTAssertTrue(lines[0].hasPrefix("killed  1:0"), lines[0])
        XCTAssertEqual(
            Array(lines[1...4]),
            [
                "  its process has ended without finishing it", "  to go on: rhumb run --resume \(folder)", "  train t",
                "train  10/40  2.00 s each  ETA 1:00  reward 0.5",
            ])
    }

    func testBeforeTheFirstCell() throws {
        try write(status: "running", cells: ["waiting", "waiting"])
        XCTAssertEqual(lines(try look(), tail: 0), ["running  0:00  cell 1 of 2", "  x = 1"])
    }

    func testALogHasALineForWhatChanges() throws {
        var log = WatchLog()
        try write(status: "running", cells: ["running", "waiting"])
        func lines(at now: Double) throws -> [String] { log.lines(try look(), now: now, width: 80) }
        XCTAssertEqual(try lines(at: 0).dropFirst(), ["cell 1 of 2  x = 1"])
        XCTAssertEqual(try lines(at: 1), [])
        try write(status: "running", cells: ["complete", "running"])
        XCTAssertEqual(try lines(at: 2), ["cell 2 of 2  train t"])
        try work(done: 10)
        XCTAssertEqual(try lines(at: 3), [], "not at once")
        XCTAssertEqual(try lines(at: 12), ["train  10/40  2.00 s each  ETA 1:00  reward 0.5"])
        XCTAssertEqual(try lines(at: 40), [], "only when it changes")
        try work(done: 11)
        XCTAssertEqual(try lines(at: 41).count, 1)
        try write(status: "complete", cells: ["complete", "complete"], seconds: 7)
        XCTAssertEqual(try lines(at: 42), ["complete  0:07  2 cells"])
    }

    func testTheNewestRun() throws {
        XCTAssertThrowsError(try RunWatcher(folder)) { XCTAssertEqual($0 as? RunError, .notARun(folder)) }
        XCTAssertThrowsError(try RunWatcher.newest(below: folder)) { XCTAssertEqual($0 as? RunError, .noRuns(folder)) }
        func run(_ name: String, age: Double) throws {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
            try write("{}", to: name + "/manifest.json")
            try FileManager.default.setAttributes(
                [.modificationDate: Date().addingTimeInterval(-age)], ofItemAtPath: folder + "/\(name)/manifest.json")
        }
        try run("old", age: 100)
        try run("new", age: 10)
        XCTAssertEqual(try RunWatcher.newest(below: folder).folder, folder + "/new")
        try run("sweep/1", age: 1)
        XCTAssertEqual(try RunWatcher.newest(below: folder).folder, folder + "/sweep/1")
        let held = open(folder + "/old", O_RDONLY | O_DIRECTORY)
        defer { close(held) }
        XCTAssertEqual(flock(held, LOCK_EX), 0)
        XCTAssertEqual(try RunWatcher.newest(below: folder).folder, folder + "/old", "one at work comes first")
    }
}
