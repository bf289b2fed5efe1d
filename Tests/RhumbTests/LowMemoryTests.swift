import Foundation
import TestSupport
import XCTest

/// With too little memory (`ulimit -v`, in KiB) each piece of code ends with a sentence and exit code 1, or with its
/// value: never with a signal.
final class LowMemoryTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func run(_ code: String, limit: Int) throws -> Executable.Result {
        try rhumb.runShell("ulimit -v \(limit)\nexec '\(Executable.path)' --threads 1 -", input: code)
    }

    private static let codes = [
        "x = []\nfor i in 0..19000000 { x = append(x, i) }\nlen x",
        "x = \"0123456789\"\nfor i in 0..25 { x = x + x }\nlen x",
        "len(svd(randn([1500, 1500], seed: 1)).s)",
        "sum(zeros(300, 1000, 1000))",
        "sample (load \"emoji-sd\") \"a dog\" steps: 2 seed: 1;",
        "x = randn(3000, 3000, seed: 1)\ny = x @ x\nsum(exp y);",
        "t = table {a: repeat([1], 2000000)}\nlen(sort t by: \"a\")",
        "load \"large.json\";", "load \"large.csv\";", "load \"large.png\";",
        "plot(repeat([1, 2], 200000));",
    ]

    func testEveryEndHasASentence() throws {
        let rows = String(repeating: "1,2,3\n", count: 400_000)
        try rhumb.file("large.csv", "a,b,c\n" + rows)
        try rhumb.file("large.json", "[" + String(repeating: "{\"a\": [1, 2]},", count: 200_000) + "0]")
        XCTAssertEqual(try rhumb.run("eval", "save (image(rand(3, 1500, 1500, seed: 1))) \"large.png\"").status, 0)
        // Below, the program can't even be loaded, whoever says so.
        let least = try XCTUnwrap(
            stride(from: 60_000, to: 250_000, by: 5_000).first { try run("print 1", limit: $0).status == 0 })
        var ends: [Int32: Int] = [:]
        for code in Self.codes {
            for limit in [least, least + 20_000, 200_000, 400_000] {
                let result = try run(code, limit: limit)
                ends[result.status, default: 0] += 1
                guard result.status != 0 else { continue }
                XCTAssertEqual(result.status, 1, "\(code) with \(limit) KiB: \(result.errors)")
                XCTAssertEqual(
                    result.errors.components(separatedBy: "error: ").count, 2,
                    "\(code) with \(limit) KiB: \(result.errors)")
                XCTAssertFalse(result.errors.contains("Fatal"), "\(code) with \(limit) KiB: \(result.errors)")
            }
        }
        XCTAssertGreaterThan(ends[1] ?? 0, 10, "the limits are met: \(ends)")
        XCTAssertGreaterThan(ends[0] ?? 0, 3, "and so is the code: \(ends)")
    }

    func testTheSentenceSaysWhatThereIs() throws {
        let list = try run(Self.codes[0], limit: 150_000)
        XCTAssertEqual(list.status, 1)
        XCTAssertTrue(list.errors.hasPrefix("error: the memory is used up: there are no "), list.errors)
        XCTAssertTrue(
            list.errors.hasSuffix(" MiB more\n  help: use fewer or smaller values, or raise the limit (ulimit -v)\n"),
            list.errors)
        // What is available is what the limit leaves, not what the machine has.
        let tensor = try run("zeros(300, 1000, 1000)", limit: 500_000)
        XCTAssertTrue(
            tensor.errors.hasPrefix("error: a float32 tensor of shape 300×1000×1000 needs 1.1 GiB and "), tensor.errors)
        XCTAssertTrue(tensor.errors.contains(" MiB are available\n"), tensor.errors)
    }
}
