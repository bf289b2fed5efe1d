import Foundation
import Language
import Notebook
import TestSupport
import XCTest

/// Objects that can't be written down, and everything that makes a cell run in spite of its cache.
final class CacheObjectTests: XCTestCase {
    private var runs: CachedRuns!

    override func setUpWithError() throws { runs = try CachedRuns() }
    override func tearDown() { runs = nil }

    func testModelsAreMadeAgainWhenACellThatRunsNeedsThem() throws {
        let cells = ["clip = load \"emoji\"", "z = embed clip \"a dog\"", "n = len z", "m = 1"]
        try runs.compare(cells, runs: [1, 2, 3, 4])
        let changed = [cells[0], "z = embed clip \"a cat\"", cells[2], cells[3]]
        XCTAssertEqual(
            try runs.reasons(changed),
            [
                "run: cell 2 needs its clip, which can't be cached", "run: code changed at line 6",
                "maybe: cell 2 runs, and gives it z", "skip",
            ])
        try runs.compare(changed, runs: [1, 2, 3])
    }

    func testWhatChangesInPlaceIsMadeAgainFromItsBeginning() throws {
        func cells(_ last: String) -> [String] {
            [
                "w = requires_grad [1, 2, 3]\no = sgd w rate: 0.5", "before = detach w\nmark = 1",
                "view = before[0..2]",
                "backward(sum(w * w))\nstep o", "total = sum(before)", last,
            ]
        }
        try runs.compare(cells("x = sum(detach(w))"), runs: [1, 2, 3, 4, 5, 6])
        try runs.compare(cells("x = sum(detach(w))"), runs: [])
        // `before` and `view` share the memory of `w`, which the fourth cell changes without a word of them.
        let reasons = try runs.reasons(cells("x = sum(view)"))
        XCTAssertEqual(
            reasons.prefix(4).map { $0.prefix(11) }, ["run: cell 2", "run: cell 3", "run: cell 4", "run: cell 5"])
        XCTAssertEqual(reasons[5], "run: code changed at line 25")
        try runs.compare(cells("x = sum(view)"), runs: [1, 2, 3, 4, 5, 6])
        var changed = cells("x = sum(detach(w))")
        changed[3] = "backward(sum(w * w * w))\nstep o"
        try runs.compare(changed, runs: [1, 2, 3, 4, 5, 6])
        // Another pair is none of its business.
        changed.insert("u = requires_grad [1, 2]\np = sgd u", at: 0)
        changed.append("backward(sum(u * u))\nstep p\ny = sum(detach(u))")
        try runs.compare(changed, runs: [1, 8])
        changed[7] += " + 1"
        try runs.compare(changed, runs: [1, 8])
    }

    func testAListThatIsChangedInPlaceIsNotTheOneBefore() throws {
        func cells(_ second: String) -> [String] { ["xs = [1, 2, 3]", second, "total = sum(xs)"] }
        try runs.compare(cells("xs[0] = 10"), runs: [1, 2, 3])
        try runs.compare(cells("xs[0] = 20"), runs: [2, 3])
        try runs.compare(cells("if false { xs = [] }"), runs: [2, 3])
        try runs.compare(cells("if true { xs = [] }"), runs: [2, 3])
    }

    func testTrainingGoesOnFromItsEnd() throws {
        func cells(_ last: String) -> [String] {
            [
                "sd = load \"emoji-sd\"\nfunc taste(image, prompt) { print \"judged\"\nreturn mean(image[0]) + 0.001 * mean(randn(2)) }",
                "t = trainer sd reward: taste prompts: [\"a ball\"] group: 2 round_prompts: 1 steps: 2 train_steps: 1 updates: 1 guidance: 1 rounds: 1 seed: 1",
                "train t out: \"trained\" every: 1;\nrewards = t.history.reward", "drawn = randn 2", last,
            ]
        }
        let first = try runs.run(cells("x = t.round"))
        XCTAssertNil(first.failure)
        XCTAssertTrue(first.text("cells/3.json").contains("judged"))
        XCTAssertEqual(try runs.run(cells("x = t.round")).ran, [])
        let changed = cells("x = mean(sample(t.policy, \"a ball\", steps: 2, seed: 3)[0])\nlater = randn 2")
        let again = try runs.run(changed)
        XCTAssertNil(again.failure)
        XCTAssertEqual(again.ran, [1, 2, 3, 5])
        XCTAssertFalse(again.text("cells/3.json").contains("judged"), "its rounds were done again")
        let whole = try runs.run(changed, cached: false)
        for name in ["x", "rewards"] {
            XCTAssertEqual(
                again.run.numbers.first { $0.name == name }?.value, whole.run.numbers.first { $0.name == name }?.value)
        }
        XCTAssertEqual(again.bytes("values.safetensors"), whole.bytes("values.safetensors"), "later draws")
    }

    func testFunctionsInsideObjectsAreSeen() throws {
        func cells(_ weight: String) -> [String] {
            [
                "sd = load \"emoji-sd\"", "weight = 1\ntaste = (image, prompt) -> mean(image[0]) * weight",
                "t = trainer sd reward: taste prompts: [\"a ball\"] group: 2 round_prompts: 1 steps: 2 train_steps: 1 updates: 1 guidance: 1 seed: 1",
                weight, "r = (rollout t).rewards[0][0]",
            ]
        }
        try runs.compare(cells("weight = 1"), runs: [1, 2, 3, 4, 5])
        try runs.compare(cells("weight = 2"), runs: [1, 2, 3, 4, 5].filter { $0 != 2 })
    }

    func testWhatAFunctionHidesIsDoneAgain() throws {
        func cells(_ last: String) -> [String] {
            [
                "func counter() {\n    w = requires_grad 0\n    o = sgd w rate: 1\n    return () -> step_of(w, o)\n}",
                "func step_of(w, o) {\n    backward(w + 0)\n    step o\n    return w.item\n}\ngo = counter()",
                "a = go()", "b = go()", last,
            ]
        }
        try runs.compare(cells("c = go()"), runs: [1, 2, 3, 4, 5])
        // The state is nowhere but in the function.
        try runs.compare(cells("c = go() - 1"), runs: [2, 3, 4, 5])
    }

    func testMarkedCellsAlwaysRun() throws {
        let cells = ["~nocache\nx = 1\nclip = load \"emoji\"", "y = x + 1", "n = embed(clip, \"a dog\").shape"]
        try runs.compare(cells, runs: [1, 2, 3])
        XCTAssertEqual(
            try runs.reasons(cells),
            ["run: marked nocache", "maybe: cell 1 runs, and gives it x", "maybe: cell 1 runs, and gives it clip"])
        // Its number is what it was; what its model is can't be told.
        try runs.compare(cells, runs: [1, 3])
    }

    func testWhatCannotBeToldFromTheCodeRuns() throws {
        try runs.write("helper = 5\nfunc twice(x) { return helper * x }\n", to: "helpers.rhumb")
        let name = runs.path + "/helpers.rhumb"
        let imported = ["import \"\(name)\"", "a = twice(2)"]
        try runs.compare(imported, runs: [1, 2])
        try runs.compare(imported, runs: [])
        try runs.write("helper = 6\nfunc twice(x) { return helper * x }\n", to: "helpers.rhumb")
        try runs.compare(imported, runs: [1, 2])

        let computed = ["path = \"\(name)\"", "import path", "b = 1"]
        XCTAssertEqual(try runs.run(computed).ran, [1, 2, 3])
        XCTAssertEqual(try runs.reasons(computed)[1], "run: imports a file whose name is computed")

        let last = ["1 + 1", "y = _ * 2", "z = y"]
        try runs.compare(last, runs: [1, 2, 3])
        XCTAssertEqual(
            try runs.reasons(last),
            [
                "run: cell 2 reads _, the last value", "run: reads _, the last value",
                "maybe: cell 2 runs, and gives it y",
            ])
        try runs.compare(last, runs: [1, 2])

        let loop = ["1 + 1", "n = 0\nfor _ in 0..3 { n = n + 1 }"]
        try runs.compare(loop, runs: [2])
        try runs.compare(loop, runs: [])

        let all = ["a = 1", "names = vars().name", "b = 2"]
        try runs.compare(all, runs: [1, 2, 3])
        try runs.compare(all, runs: [])
        try runs.compare(["a = 1\nc = 3", all[1], all[2]], runs: [1, 2])
        try runs.compare(["a = 1\nc = 3", "forget c", "b = len(vars())"], runs: [2, 3])
        try runs.compare(["checks = doctor().what"], runs: [1])
        XCTAssertEqual(try runs.reasons(["checks = doctor().what"]), ["run: was not cached: it looks at this machine"])
    }

    func testOnlyWhatEndedWellIsKept() throws {
        let cells = ["x = 1", "expect x == 2", "y = 2"]
        XCTAssertNotNil(try runs.run(cells).failure)
        XCTAssertEqual(try runs.reasons(cells), ["skip", "run: never run", "run: never run"])
        XCTAssertNotNil(try runs.run(cells).failure, "it fails again")
        try runs.compare(["x = 1", "expect x == 1", "y = 2"], runs: [2, 3])
    }

    func testADamagedEntryIsNotUsed() throws {
        let cells = ["x = randn 64 64", "plot [1, 2] title: \"F\""]
        try runs.compare(cells, runs: [1, 2])
        for (file, cell) in [("values.safetensors", 1), ("entry.json", 2)] {
            let parent = runs.path + "/cache/cells"
            let victims = try FileManager.default.subpathsOfDirectory(atPath: parent).filter {
                $0.hasSuffix("/" + file)
            }
            for victim in victims {
                let handle = try XCTUnwrap(FileHandle(forUpdatingAtPath: parent + "/" + victim))
                try handle.seek(toOffset: 200)
                let byte = try XCTUnwrap(handle.read(upToCount: 1))
                try handle.seek(toOffset: 200)
                try handle.write(contentsOf: Data([byte[0] ^ 1]))
                try handle.close()
            }
            let reason = try runs.reasons(cells)[cell - 1]
            XCTAssertTrue(reason.hasPrefix("run: the cache is damaged: "), reason)
            try runs.compare(cells, runs: file == "entry.json" ? [1, 2] : [1])
            try runs.compare(cells, runs: [])
        }
    }

    func testWhatEveryCellDependsOn() throws {
        let cells = ["x = 1", "~fails\ny = nothing"]
        try runs.compare(cells, runs: [1, 2])
        runs.threads = 2
        XCTAssertEqual(try runs.reasons(cells)[0], "run: the number of threads changed from 1 to 2")
        runs.threads = 1
        XCTAssertEqual(try runs.reasons([cells[0], "y = nothing"]), ["skip", "run: the marks on its fence changed"])
        try FileManager.default.removeItem(atPath: runs.path + "/cache/cells")
        XCTAssertEqual(try runs.reasons(cells)[0], "run: its result is no longer in the cache")
    }

    func testAFileThatChangesUnderARunEndsIt() throws {
        let data = runs.path + "/data.txt"
        let cells = [
            "clip = load \"emoji\"\ntext = load \"\(data)\"", "n = len text", "shape = embed(clip, text).shape",
        ]
        try runs.write("a dog", to: "data.txt")
        try runs.compare(cells, runs: [1, 2, 3])
        let changed = try runs.prepare([cells[0], cells[1], "size = embed(clip, text).shape"])
        // The plan is made: the first cell is to give again what it gave.
        try runs.write("a cat", to: "data.txt")
        XCTAssertThrowsError(try changed.run()) { error in
            XCTAssertEqual((error as? RunError)?.message, "changed during the run: '\(data)'")
        }
        XCTAssertEqual(changed.manifest.status, .interrupted)
        try runs.compare(cells, runs: [1, 2, 3])
    }

    func testTwoRunsAtOnceShareOneCache() throws {
        let cells = ["x = randn 3", "y = x + 1", "save y \"saved.npy\""]
        let first = try runs.prepare(cells), second = try runs.prepare(cells)
        let one = try runs.finish(first), two = try runs.finish(second)
        // What the first one gave meanwhile spares the second one the rest.
        XCTAssertEqual([one.ran, two.ran], [[1, 2, 3], [1]])
        XCTAssertEqual(one.results, two.results)
        try runs.compare(cells, runs: [])
    }

    func testTheCacheStaysWithinItsSize() throws {
        runs.byteLimit = 400_000
        _ = try runs.run(["x = zeros 40 1000"])
        XCTAssertEqual(
            try runs.reasons(["x = zeros 40 1000"]),
            ["run: was not cached: it takes more than a quarter of the cache"])
        for length in 1...8 { _ = try runs.run(["x = zeros \(length) 2000"]) }
        var size = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: runs.path + "/cache/cells") {
            let path = runs.path + "/cache/cells/" + name
            size +=
                try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular
                ? FileManager.default.contents(atPath: path)?.count ?? 0 : 0
        }
        XCTAssertLessThanOrEqual(size, 400_000)
        XCTAssertGreaterThan(size, 100_000, "and only as small as it must be")
    }
}
