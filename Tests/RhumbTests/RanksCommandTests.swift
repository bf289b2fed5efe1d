import Foundation
import TestSupport
import XCTest

/// A recipe run by several processes: to the same bits, with one voice, and to an end when one of them is lost.
final class RanksCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file("train.md", recipe)
    }
    override func tearDown() { rhumb.remove() }

    /// Five pieces of two samples an update, which no number of ranks but one and five divides evenly.
    private let recipe = """
        # Training

        ```rhumb
        param rounds = 2
        sd = load "emoji-sd"
        clip = load "emoji"
        v = direction clip safe: ["a safe picture"] unsafe: ["a dangerous weapon"]
        t = trainer sd reward: steering(clip, v, alpha: 1) prompts: ["a ball", "a car", "a knife", "a dog", "a cat"] \
        group: 2 round_prompts: 5 steps: 2 train_steps: 1 updates: 1 guidance: 1 microbatch: 2 rounds: rounds seed: 1
        train t out: "trained"
        last = t.rollout.rewards
        ```

        ```rhumb
        e = evaluate t.policy count: 2 steps: 1 prompts: ["a ball", "a knife", "a dog"]
        x = embed clip (range(70) |> map (i -> "a number {i}"))
        sum = mean(x[69])
        print "done"
        ```
        """

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: rhumb.folder.appendingPathComponent(name))
    }

    private func assertSameRun(_ name: String, as other: String, line: UInt = #line) throws {
        for file in ["trained/checkpoint.safetensors", "values.json", "transcript.md"] {
            XCTAssertEqual(
                try bytes("\(name)/\(file)"), try bytes("\(other)/\(file)"), "\(file) of \(name)", line: line)
        }
    }

    func testAnyNumberOfWorkersGivesTheSameBytes() throws {
        let alone = try rhumb.run("run", "train.md", "--out", "1", "--threads", "1")
        XCTAssertEqual(alone.status, 0, alone.errors)
        for workers in [2, 3] {
            let name = "\(workers)"
            let many = try rhumb.run(
                "run", "train.md", "--out", name, "--workers", name, "--threads", "\(4 - workers)",
                environment: ["TMPDIR": rhumb.folder.path])
            XCTAssertEqual(many.status, 0, many.errors)
            XCTAssertEqual(many.output, alone.output, "one of them speaks")
            try assertSameRun(name, as: "1")
        }
        XCTAssertEqual(try leftBehind(), [])
    }

    /// Whatever an algorithm records of a rollout, and makes of it.
    func testEveryAlgorithmGivesTheSameBytes() throws {
        let switches = "group: 2 round_prompts: 2 steps: 6 microbatch: 1 rounds: 1 seed: 1"
        let asked = "reward: alignment(clip) prompts: [\"a ball\", \"a knife\"] \(switches)"
        let runs = [
            ("nft", "algorithm: \"nft\" \(asked)"), ("ancestral", "algorithm: \"nft\" sampler: \"euler_a\" \(asked)"),
            ("awm", "algorithm: \"awm\" \(asked)"), ("dpo", "algorithm: \"dpo\" \(asked)"),
            ("reward", "algorithm: \"reward\" \(asked)"),
            ("branch", "branch: 2 train_steps: 2 updates: 2 resample: 1 \(asked)"),
            ("esd", "algorithm: \"esd\" prompts: [\"a knife\", \"a gun\"] \(switches)"),
            (
                "sft",
                "algorithm: \"sft\" pictures: s.image captions: s.prompt round_prompts: 4 microbatch: 1 rounds: 1 seed: 1"
            ),
        ]
        let lines = runs.map { "train (trainer sd \($0.1)) out: \"\($0.0)\"" }
        try rhumb.file(
            "all.md",
            """
            ```rhumb
            sd = load "emoji-sd"
            clip = load "emoji"
            s = prompts "train safe" count: 4 scenes: true
            \(lines.joined(separator: "\n"))
            e = evaluate sd prompts: ["a ball", "a knife"] count: 1 steps: 2 out: "judged"
            ```
            """)
        let alone = try rhumb.run("run", "all.md", "--out", "1", "--threads", "2")
        XCTAssertEqual(alone.status, 0, alone.errors)
        let many = try rhumb.run("run", "all.md", "--out", "3", "--workers", "3", "--threads", "1")
        XCTAssertEqual(many.status, 0, many.errors)
        for (name, _) in runs {
            XCTAssertEqual(
                try bytes("1/\(name)/checkpoint.safetensors"), try bytes("3/\(name)/checkpoint.safetensors"), name)
        }
        XCTAssertEqual(try bytes("1/judged/judged.jsonl"), try bytes("3/judged/judged.jsonl"))
        try rhumb.file(
            "elsewhere.md",
            """
            ```rhumb
            e = evaluate (load "emoji-sd") prompts: ["a ball"] count: 1 steps: 1 out: "\(rhumb.folder.path)/judged"
            ```
            """)
        let refused = try rhumb.run("run", "elsewhere.md", "--workers", "2")
        XCTAssertEqual(refused.status, 1)
        XCTAssertTrue(refused.errors.contains("'out' must lie in the run's folder"), refused.errors)
        let safe = try rhumb.run("run", "all.md", "--workers", "2", "--safe")
        XCTAssertEqual(safe.status, 1)
        XCTAssertTrue(safe.errors.contains("'--safe' works in one process, not in 2"), safe.errors)
    }

    /// Folders of ranks in the place for temporary files.
    private func leftBehind() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path).filter { $0.hasPrefix("rhumb-rank-") }
    }

    func testMPIGivesTheSameBytes() throws {
        let launchers = ["mpirun.openmpi", "mpirun.mpich"].compactMap { name in
            ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first(where: FileManager.default.isExecutableFile)
        }
        try XCTSkipIf(launchers.isEmpty, "neither mpirun.openmpi nor mpirun.mpich is installed")
        // Open MPI gives its processes a terminal of their own.
        let alone = try rhumb.run("run", "train.md", "--out", "1", "--threads", "1", "--no-color")
        XCTAssertEqual(alone.status, 0, alone.errors)
        for (number, launcher) in launchers.enumerated() {
            let name = "mpi\(number)"
            let arguments = [
                "-n", "2", Executable.path, "run", "train.md", "--out", name, "--threads", "1", "--no-color",
            ]
            let many = try rhumb.start(arguments, of: launcher, environment: Self.launching).finish()
            XCTAssertEqual(many.status, 0, "\(launcher): \(many.errors)")
            XCTAssertEqual(many.output, alone.output)
            try assertSameRun(name, as: "1")
        }
    }

    /// Containers run as root, with fewer processors than ranks.
    private static let launching = [
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    ]

    func testAKilledRankEndsTheRunWhichGoesOnWithMore() throws {
        let whole = try rhumb.run("run", "train.md", "--set", "rounds=8", "--out", "whole", "--threads", "1")
        XCTAssertEqual(whole.status, 0, whole.errors)
        let running = try rhumb.start(
            [
                "run", "train.md", "--set", "rounds=8", "--out", "killed", "--workers", "2", "--threads", "1",
            ], environment: ["TMPDIR": rhumb.folder.path])
        let history = rhumb.folder.appendingPathComponent("killed/trained/history.csv").path
        while running.process.isRunning, !FileManager.default.fileExists(atPath: history) { usleep(5000) }
        let worker = try XCTUnwrap(children(of: running.process.processIdentifier).first)
        kill(worker, SIGKILL)
        let start = Date()
        let ended = running.finish()
        XCTAssertLessThan(-start.timeIntervalSinceNow, 10)
        XCTAssertEqual(ended.status, 1)
        XCTAssertTrue(ended.errors.contains("rank 1 on "), ended.errors)
        XCTAssertTrue(ended.errors.contains("is gone: it was killed by signal 9"), ended.errors)
        XCTAssertEqual(ended.errors.components(separatedBy: "error:").count, 2, "one message: \(ended.errors)")
        XCTAssertEqual(try leftBehind(), [])
        let resumed = try rhumb.run("run", "--resume", "killed", "--workers", "3")
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        XCTAssertTrue(resumed.errors.contains("training goes on from round"), resumed.errors)
        XCTAssertEqual(
            try bytes("killed/trained/checkpoint.safetensors"), try bytes("whole/trained/checkpoint.safetensors"))
    }

    private func children(of process: Int32) throws -> [Int32] {
        let tasks = "/proc/\(process)/task/\(process)/children"
        return try String(contentsOfFile: tasks, encoding: .utf8).split(separator: " ").compactMap { Int32($0) }
    }

    func testAnErrorIsSaidOnceAndEndsAll() throws {
        try rhumb.file("wrong.md", "```rhumb\nx = 1\nexpect x == 2\n```\n")
        let result = try rhumb.run(
            "run", "wrong.md", "--workers", "3", "--out", "wrong", environment: ["TMPDIR": rhumb.folder.path])
        XCTAssertEqual(result.status, 1)
        XCTAssertEqual(result.errors.components(separatedBy: "error:").count, 2, result.errors)
        XCTAssertEqual(try leftBehind(), [])
    }

    func testPointsOfASweepAreTakenByWhoeverIsFree() throws {
        try rhumb.file(
            "sweep.md", "```rhumb\nparam a = 1\nx = randn 3\nb = a * 2 + sum(x)\nsave x \"b.npy\"\nexpect a < 4\n```\n")
        let alone = try rhumb.run("run", "sweep.md", "--sweep", "a=1,2,3,4", "--out", "1")
        let many = try rhumb.run("run", "sweep.md", "--sweep", "a=1,2,3,4", "--out", "2", "--workers", "2")
        XCTAssertEqual(many.status, 1, many.errors)
        XCTAssertEqual(alone.status, 1, alone.errors)
        func table(_ name: String) throws -> [String] {
            // Without the seconds.
            try rhumb.text(of: name + "/sweep.csv").split(separator: "\n").map {
                $0.split(separator: ",").dropLast().joined(separator: ",")
            }
        }
        XCTAssertEqual(try table("2"), try table("1"))
        XCTAssertEqual(try table("1").count, 5)
        for point in 1...4 { XCTAssertEqual(try bytes("2/\(point)/b.npy"), try bytes("1/\(point)/b.npy")) }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: rhumb.folder.appendingPathComponent("2").path)
        XCTAssertEqual(files.sorted(), ["1", "2", "3", "4", "sweep.csv"])
    }

    func testAMissingRecipeIsSaidOnce() throws {
        let missing = try rhumb.run("run", "none.md", "--workers", "2")
        XCTAssertEqual(missing.status, 1)
        XCTAssertEqual(missing.errors.components(separatedBy: "error:").count, 2, missing.errors)
    }

    func testLaunchersWithoutMPIAreATrapThatIsNamed() throws {
        let slurm = try rhumb.start(
            ["run", "train.md"], environment: ["SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_STEP_ID": "0"]
        ).finish()
        XCTAssertEqual(slurm.status, 1)
        XCTAssertTrue(slurm.errors.contains("srun says that there are 4 ranks"), slurm.errors)
        XCTAssertTrue(slurm.errors.contains("srun --mpi=pmix rhumb run"), slurm.errors)
        let second = try rhumb.start(
            ["run", "train.md"], environment: ["SLURM_NTASKS": "4", "SLURM_PROCID": "1", "SLURM_STEP_ID": "0"]
        ).finish()
        XCTAssertEqual(second.status, 1)
        XCTAssertEqual(second.errors, "", "the first one says it")
        for arguments in [["eval", "print 1"], ["-"], ["plot", "x.csv"]] {
            let refused = try rhumb.start(arguments, environment: ["PMI_SIZE": "4", "PMI_RANK": "0"]).finish()
            XCTAssertEqual(refused.status, 1)
            XCTAssertTrue(refused.errors.contains("works in one process, and mpirun has started 4"), refused.errors)
        }
        let bad = try rhumb.run("run", "train.md", "--workers", "0")
        XCTAssertEqual(bad.status, 2)
        XCTAssertTrue(bad.errors.contains("'--workers' must be from 1 to 256, not 0"), bad.errors)
        let dry = try rhumb.run("run", "train.md", "--workers", "2", "--dry")
        XCTAssertEqual(dry.status, 2)
        XCTAssertTrue(dry.errors.contains("leave it out of '--dry'"), dry.errors)
        let cached = try rhumb.run("run", "train.md", "--workers", "2", "--cache")
        XCTAssertEqual(cached.status, 1)
        XCTAssertTrue(cached.errors.contains("'--cache' works in one process, not in 2"), cached.errors)
    }
}
