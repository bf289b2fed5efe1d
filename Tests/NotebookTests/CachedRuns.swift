import Foundation
import Language
import Notebook
import Tensor
import TestSupport
import Verbs
import XCTest

/// Runs recipes with one cache and without, in a folder of its own.
final class CachedRuns {
    let folder: URL
    var threads = 1
    var byteLimit = 1 << 30
    private var count = 0

    init() throws {
        // Runs flush every file to the disk, which takes most of their time where there is one.
        let memory = URL(fileURLWithPath: "/dev/shm")
        let parent =
            FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
        folder = parent.appendingPathComponent("rhumb-cache-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        Engine.threads = 1
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var path: String { folder.path }

    var cache: CellCache {
        CellCache(
            path + "/cache", facts: [("Rhumb", "1"), ("the number of threads", String(threads))], byteLimit: byteLimit,
            make: StoredValues.make)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// A recipe with a cell for each text; a text that begins with `~` gives the marks on its fence in its first line.
    func recipe(_ cells: [String]) throws -> Recipe {
        let fences = cells.map { text -> String in
            guard text.hasPrefix("~"), let end = text.firstIndex(of: "\n") else { return "```rhumb\n\(text)\n```\n" }
            return "```rhumb \(text.dropFirst()[..<end])\(text[end...])\n```\n"
        }
        return try Recipe(path: path + "/recipe.md", text: fences.joined(separator: "\n"))
    }

    struct Outcome {
        let folder: String
        let run: RecipeRun
        let failure: Diagnostic?
        /// The numbers of the cells that ran.
        let ran: [Int]

        func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: folder + "/" + name) }
        func text(_ name: String) -> String { bytes(name).map { String(decoding: $0, as: UTF8.self) } ?? "" }
        /// Everything that a run leaves besides what says when and how.
        var results: [String: Data] {
            var results: [String: Data] = [:]
            for name in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
            where name.hasPrefix("values") || name.hasPrefix("figures/") || name.hasPrefix("tables/")
                || name.hasPrefix("saved")
            {
                results[name] = bytes(name)
            }
            return results
        }
    }

    func prepare(_ cells: [String], settings: [String: String] = [:], seed: UInt64 = 0, cached: Bool = true) throws
        -> RecipeRun
    {
        count += 1
        return try RecipeRun(
            recipe(cells), registry: .rhumb(), request: .init(settings: settings, seed: seed),
            environment: .init(command: [], libraries: [], threads: 1), cache: cached ? cache : nil,
            front: SilentFront()
        ) { try .open(path + "/run-\(count)") }
    }

    func run(_ cells: [String], settings: [String: String] = [:], seed: UInt64 = 0, cached: Bool = true) throws
        -> Outcome
    {
        try finish(prepare(cells, settings: settings, seed: seed, cached: cached))
    }

    func finish(_ run: RecipeRun) throws -> Outcome {
        let failure = try run.run()
        let ran = run.manifest.cells.filter { $0.status == .complete && $0.cached == nil }.map(\.number)
        return Outcome(folder: run.folder.path, run: run, failure: failure, ran: ran)
    }

    /// Runs with the cache as it is and without it: both must leave the same.
    @discardableResult
    func compare(
        _ cells: [String], settings: [String: String] = [:], seed: UInt64 = 0, runs expected: [Int]? = nil,
        line: UInt = #line
    ) throws -> Outcome {
        let plan = try plan(cells, settings: settings, seed: seed)
        let whole = try run(cells, settings: settings, seed: seed, cached: false)
        let cached = try run(cells, settings: settings, seed: seed)
        XCTAssertEqual(cached.failure?.message, whole.failure?.message, line: line)
        if let expected { XCTAssertEqual(cached.ran, expected, "cells that ran", line: line) }
        let (mine, theirs) = (cached.results, whole.results)
        XCTAssertEqual(mine.keys.sorted(), theirs.keys.sorted(), line: line)
        for (name, bytes) in theirs where mine[name] != bytes {
            let pairs = zip(cached.text(name).split(separator: "\n"), whole.text(name).split(separator: "\n"))
            let pair =
                pairs.first { $0 != $1 }.map { "'\($0.prefix(200))' instead of '\($1.prefix(200))'" } ?? "its length"
            XCTFail("\(name) differs from that of a run without a cache: \(pair)", line: line)
        }
        XCTAssertEqual(cached.run.manifest.cells.map(\.files), whole.run.manifest.cells.map(\.files), line: line)
        XCTAssertEqual(cached.run.manifest.inputs, whole.run.manifest.inputs, line: line)
        // What was foretold to run may have been spared in the end, never the other way round.
        let foretold = plan.filter { $0.verdict != .skip }.map(\.cell)
        XCTAssertTrue(Set(cached.ran).isSubset(of: foretold), "the plan said only \(foretold)", line: line)
        let certain = plan.filter { $0.verdict == .run }.map(\.cell)
        XCTAssertTrue(
            cached.failure != nil || Set(certain).isSubset(of: cached.ran), "the plan said \(certain) for sure",
            line: line)
        return cached
    }

    func plan(_ cells: [String], settings: [String: String] = [:], seed: UInt64 = 0) throws -> [RecipePlan.Line] {
        try RecipePlan(recipe(cells), registry: .rhumb(), request: .init(settings: settings, seed: seed), cache: cache)
            .lines
    }

    /// Verdict and reason of each cell, those that are skipped without theirs.
    func reasons(_ cells: [String], settings: [String: String] = [:], seed: UInt64 = 0) throws -> [String] {
        try plan(cells, settings: settings, seed: seed).map {
            $0.verdict == .skip ? "skip" : "\($0.verdict): \($0.reason)"
        }
    }
}

private final class SilentFront: RunFront {
    func receive(_ event: Event) {}
    func willShow(_ prose: Recipe.Prose) {}
    func willRun(_ cell: Recipe.Cell) {}
    func didRun(_ cell: Manifest.Cell) {}
    func didRepeat(cells: Int, seconds: Double) {}
}
