import Files
import Foundation
import Servers
import TestSupport
import XCTest

/// What several processes share out has the bytes of one.
final class RanksWorkTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// Whether two files are the same; what they hold is not shown, it is long.
    private func assertSameFile(_ name: String, as other: String, line: UInt = #line) throws {
        let files = try [name, other].map { try Data(contentsOf: rhumb.folder.appendingPathComponent($0)) }
        XCTAssertTrue(files[0] == files[1], "\(name) is not \(other)", line: line)
    }

    /// Five pictures, which two ranks and three share unevenly, by samplers that draw noise on the way and with a
    /// momentum; in bfloat16, where whole batches are shared.
    func testPicturesAndTheirErrorsAreTheSameBytes() throws {
        try rhumb.file(
            "pictures.md",
            """
            ```rhumb
            sd = load "emoji-sd"
            prompts = ["a ball", "a car", "a knife", "a dog", "a cat"]
            a = sample sd prompts steps: 3 sampler: "euler_a" seed: 1
            b = sample sd prompts steps: 3 eta: 1 safe: "max" seed: [3, 1, 4, 1, 5]
            c = sample (load "emoji-sd" dtype: "bfloat16") prompts steps: 2 sampler: "ddpm" seed: 2
            save (stack (a + b + c |> map tensor)) "pictures.npy"
            save (denoising_error sd (a + b) draws: 3) "errors.npy"
            t = trainer sd reward: plausibility(sd, like: b) prompts: prompts group: 2 round_prompts: 5 steps: 2 train_steps: 1 updates: 1 seed: 1
            save (rollout t).rewards "rewards.npy"
            e = evaluate sd prompts: prompts count: 1 steps: 2 sampler: "euler_a" out: "judged"
            ```
            """)
        let files = ["pictures.npy", "errors.npy", "rewards.npy", "judged/judged.jsonl", "values.json"]
        let alone = try rhumb.run("run", "pictures.md", "--out", "1", "--threads", "2")
        XCTAssertEqual(alone.status, 0, alone.errors)
        for workers in ["2", "3"] {
            let many = try rhumb.run(
                "run", "pictures.md", "--out", workers, "--workers", workers, "--threads", "1")
            XCTAssertEqual(many.status, 0, many.errors)
            for file in files {
                try assertSameFile("\(workers)/\(file)", as: "1/\(file)")
            }
        }
    }

    /// What a run is measured by while it trains, by a sampler that draws noise; the best model is the same, too.
    func testMeasuresDuringTrainingAreTheSame() throws {
        try rhumb.file(
            "watched.md",
            """
            ```rhumb
            sd = load "emoji-sd"
            t = trainer sd reward: alignment(load("emoji")) prompts: ["a ball", "a knife", "a dog"] group: 2 \
            round_prompts: 3 steps: 2 train_steps: 1 updates: 1 microbatch: 2 rate: 1e-3 rounds: 2 seed: 1 \
            evaluate: {every: 1, prompts: ["weapon", "two"], count: 3, pictures: 1, steps: 2, sampler: "euler_a"}
            train t out: "trained"
            print t.history.unsafe_weapon t.history.solved_two
            ```
            """)
        let alone = try rhumb.run("run", "watched.md", "--out", "1", "--threads", "2")
        XCTAssertEqual(alone.status, 0, alone.errors)
        XCTAssertTrue(alone.output.contains("["), alone.output)
        for workers in ["2", "3"] {
            let many = try rhumb.run("run", "watched.md", "--out", workers, "--workers", workers, "--threads", "1")
            XCTAssertEqual(many.status, 0, many.errors)
            XCTAssertEqual(many.output, alone.output, "\(workers) ranks")
            try assertSameFile("\(workers)/trained/checkpoint.safetensors", as: "1/trained/checkpoint.safetensors")
        }
    }

    /// Every picture is sent once, by one rank, and what the server says wrongly is an error of all of them.
    func testAServerIsSentEachPictureOnce() throws {
        // By what is sent, and not by when.
        let server = ScoreServer { question, _ in
            let bytes = (question["image"]?.string ?? "").utf8
            return .status(200, "\(bytes.reduce(0) { ($0 &* 31 &+ Int($1)) % 1009 })")
        }
        try rhumb.file(
            "remote.md",
            """
            ```rhumb
            sd = load "emoji-sd"
            r = remote("\(server.address)", retries: 0)
            t = trainer sd reward: r prompts: ["a ball", "a knife", "a dog"] group: 2 round_prompts: 3 steps: 2 \
            train_steps: 1 updates: 1 microbatch: 2 rounds: 1 seed: 1
            train t out: "trained"
            print t.rollout.rewards
            ```
            """)
        let alone = try rhumb.run("run", "remote.md", "--out", "1", "--threads", "2")
        XCTAssertEqual(alone.status, 0, alone.errors)
        let asked = server.requests.map { $0.text() }
        XCTAssertEqual(asked.count, 6)
        for workers in ["2", "3"] {
            let before = server.requests.count
            let many = try rhumb.run("run", "remote.md", "--out", workers, "--workers", workers, "--threads", "1")
            XCTAssertEqual(many.status, 0, many.errors)
            XCTAssertEqual(many.output, alone.output, "\(workers) ranks")
            XCTAssertTrue(server.requests.dropFirst(before).map { $0.text() } == asked, "\(workers) ranks")
            try assertSameFile("\(workers)/trained/checkpoint.safetensors", as: "1/trained/checkpoint.safetensors")
        }
        let broken = ScoreServer { _, _ in .status(404, "no such path") }
        try rhumb.file(
            "broken.md",
            """
            ```rhumb fails
            sd = load "emoji-sd"
            step (trainer sd reward: remote("\(broken.address)") prompts: ["a ball"] group: 2 steps: 2 train_steps: 1 updates: 1 rounds: 1 seed: 1)
            ```

            ```rhumb
            print "and on"
            ```
            """)
        let fault = try rhumb.run("run", "broken.md", "--workers", "2")
        XCTAssertEqual(fault.status, 0, fault.errors)
        XCTAssertTrue(fault.output.contains("and on"), fault.output + fault.errors)
        XCTAssertEqual(broken.requests.count, 1)
    }

    /// The bundled models' trainers, with batches in pieces that two and three ranks share unevenly. Those that compute
    /// in float32 give the same bytes with any number of threads, too.
    func testTrainersOfBatchesGiveTheSameBytes() throws {
        try rhumb.file(
            "float.md",
            """
            ```rhumb
            train (clip_trainer purpose: "reward" steps: 3 batch: 10 microbatch: 2 seed: 1) iterations: 2 check: 0 out: "clip"
            train (detector_trainer steps: 3 batch: 7 microbatch: 2 seed: 1) iterations: 2 check: 0 out: "detector"
            ```
            """)
        try rhumb.file(
            "half.md",
            """
            ```rhumb
            train (vae_trainer steps: 3 batch: 5 microbatch: 1 seed: 1) iterations: 2 check: 0 out: "vae"
            u = unet_trainer ((load "emoji-sd").vae) (load "emoji") steps: 3 batch: 5 microbatch: 1 scenes: 70 seed: 1
            train u iterations: 2 check: 0 out: "unet"
            ```
            """)
        for (recipe, threads, runs) in [("float", "2", ["clip", "detector"]), ("half", "1", ["vae", "unet"])] {
            let alone = try rhumb.run("run", "\(recipe).md", "--out", "\(recipe)1", "--threads", threads)
            XCTAssertEqual(alone.status, 0, alone.errors)
            for workers in ["2", "3"] {
                let folder = recipe + workers
                let many = try rhumb.run(
                    "run", "\(recipe).md", "--out", folder, "--workers", workers, "--threads", "1")
                XCTAssertEqual(many.status, 0, many.errors)
                for run in runs {
                    for file in ["checkpoint.safetensors", "history.csv"] {
                        try assertSameFile("\(folder)/\(run)/\(file)", as: "\(recipe)1/\(run)/\(file)")
                    }
                }
            }
        }
    }
}
