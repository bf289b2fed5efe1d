import Bench
import TestSupport
import XCTest

final class BenchTests: XCTestCase {
    /// A peer that needs no Python: a shell that answers as a script would.
    private func benchmark(answer: String) -> Benchmark {
        Benchmark(
            name: "test", summary: "", peers: [.init(name: "shell", script: "echo '{\"name\": \"shell 1\"}'; while read line; do echo '\(answer)'; done")],
            works: [.init("sum") { 3 }])
    }

    private func timing(answer: String) throws -> Timing {
        let benchmark = benchmark(answer: answer)
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, ["shell 1"])
        return try runner.timing(of: benchmark.works[0], rounds: 2) { _ in }
    }

    func testPeersTimeIsTaken() throws {
        XCTAssertEqual(try timing(answer: "{\"seconds\": 0.5, \"result\": 3}").peers, [0.5])
    }

    func testWorkThePeerDoesNotDo() throws {
        XCTAssertEqual(try timing(answer: "{\"missing\": \"no bfloat16\"}").peers, [nil])
    }

    func testDifferentResultIsNotTheSameWork() {
        XCTAssertThrowsError(try timing(answer: "{\"seconds\": 0.5, \"result\": 4}")) { error in
            XCTAssertEqual(
                error as? BenchError, .differentResult(work: "sum", peer: "shell 1", ours: 3, theirs: 4))
        }
    }

    func testNonsenseIsAnError() {
        XCTAssertThrowsError(try timing(answer: "Traceback"))
    }

    func testPeerThatCannotRunIsLeftOut() throws {
        let benchmark = Benchmark(
            name: "test", summary: "", peers: [.init(name: "torch", script: "echo '{\"missing\": \"no module torch\"}'")],
            works: [.init("sum") { 3 }])
        let runner = try BenchRunner(benchmark, interpreter: ["sh", "-c"])
        XCTAssertEqual(runner.peerNames, [])
        XCTAssertEqual(runner.missing.map(\.reason), ["no module torch"])
        XCTAssertEqual(try runner.timing(of: benchmark.works[0], rounds: 1) { _ in }.peers, [])
    }

    func testInterpreterThatIsNotThere() {
        XCTAssertThrowsError(try BenchRunner(benchmark(answer: ""), interpreter: ["/nowhere/python", "-c"])) { error in
            XCTAssertTrue("\(error)".contains("can't start '/nowhere/python'"), "\(error)")
        }
    }

    func testReportGivesRatiosAndTheirMean() {
        var report = BenchReport(peers: ["CPython 3.11"])
        report.append(Timing(work: "loop", ours: 0.010, peers: [0.040]))
        report.append(Timing(work: "calls", ours: 0.0005, peers: [0.0005]))
        report.append(Timing(work: "rest", ours: 2.0, peers: [nil]))
        XCTAssertEqual(
            report.text(),
            """
                               Rhumb   CPython 3.11   ratio
            loop             10.0 ms        40.0 ms   4.00×
            calls             500 µs         500 µs   1.00×
            rest              2.00 s              –       –
            geometric mean                            2.00×

            """)
    }

    func testReportShowsMediansAndLimitsWhereAskedFor() throws {
        var report = BenchReport(peers: ["PyTorch"], medians: true)
        let ours = try XCTUnwrap(Timing.Sample([0.030, 0.010, 0.020, 0.040]))
        report.append(Timing(work: "tower", ours: ours, peers: [0.020], limit: 0.008))
        XCTAssertEqual(
            report.text(),
            """
                                Rhumb             PyTorch   ratio     limit
            tower   10.0 ms (25.0 ms)   20.0 ms (20.0 ms)   2.00×   8.00 ms

            limit: the arithmetic at the peak of these cores, every convolution as a direct sum, which takes more of it than Winograd's way

            """)
    }

    func testShortWorkIsWarmedUpAndLongWorkIsNot() throws {
        var calls = 0
        let benchmark = Benchmark(
            name: "test", summary: "", peers: [],
            works: [.init("count") { calls += 1; return 1 }], warmUp: 1)
        _ = try BenchRunner(benchmark, interpreter: []).timing(of: benchmark.works[0], rounds: 2) { _ in }
        XCTAssertEqual(calls, 5, "the first round finds out how long it takes; the two that count run twice")
    }

    /// The work of the towers as it is usually quoted: 4.4 and 81 G multiplications a picture, 2.9 and 6.5 a text.
    func testOperationsOfTheTowers() throws {
        let works = Benchmark.clip().works
        XCTAssertEqual(works.count, 16)
        XCTAssertEqual(works.first?.name, "ViT-B/32 text, batch 1, float32")
        let limits = try works.map { try XCTUnwrap($0.limit)() }
        func ratio(_ a: String, _ b: String) -> Double {
            limits[works.firstIndex { $0.name == a }!] / limits[works.firstIndex { $0.name == b }!]
        }
        XCTAssertEqual(ratio("ViT-B/32 image, batch 1, float32", "ViT-B/32 text, batch 1, float32"), 4.41 / 2.98, accuracy: 0.03)
        XCTAssertEqual(ratio("ViT-L/14 image, batch 1, float32", "ViT-L/14 text, batch 1, float32"), 81.1 / 6.65, accuracy: 0.2)
        XCTAssertEqual(ratio("ViT-B/32 text, batch 8, float32", "ViT-B/32 text, batch 1, float32"), 8, accuracy: 1e-9)
    }

    func testMemoryIsTakenAndShown() throws {
        let timing = try timing(answer: "{\"seconds\": 0.5, \"result\": 3, \"memory\": 2500000}")
        XCTAssertEqual(timing.memory.count, 2)
        XCTAssertGreaterThan(try XCTUnwrap(timing.memory[0]), 1_000_000)
        XCTAssertEqual(timing.memory[1], 2_500_000)
        var report = BenchReport(peers: ["PyTorch"])
        report.append(Timing(work: "UNet", ours: 0.010, peers: [0.020], memory: [1_200_000_000, 3_450_000_000]))
        report.append(Timing(work: "rest", ours: 0.010, peers: [nil], memory: [1_200_000, nil]))
        XCTAssertTrue(
            report.text().hasSuffix(
                """

                peak memory     Rhumb   PyTorch
                UNet          1.20 GB   3.45 GB

                """), report.text())
    }

    /// The work of Stable Diffusion 1.5 as it is usually quoted: 0.80 T operations for one of a batch of latents, 2.5 T for
    /// a picture of 512×512; going forward and back is three times going forward.
    func testOperationsOfDiffusionModels() throws {
        let works = try Benchmark.diffusion().works
        XCTAssertEqual(works.count, 13)
        func limit(_ name: String) throws -> Double {
            try XCTUnwrap(XCTUnwrap(works.first { $0.name == name }, name).limit)()
        }
        let unet = try limit("SD 1.5 UNet, batch 2, float32")
        XCTAssertEqual(try unet / limit("SD decoding to 512×512, batch 1, float32"), 1.607 / 2.52, accuracy: 0.02)
        let forward = try limit("miniature UNet, batch 32, float32")
        XCTAssertEqual(try limit("miniature UNet and gradients, batch 32, float32") / forward, 3, accuracy: 1e-9)
        XCTAssertEqual(try forward / limit("miniature UNet, batch 2, float32"), 16, accuracy: 1e-9)
    }
}
