import Basics
import Evaluation
import Files
import Foundation
import TestSupport
import XCTest

/// Lists of prompts in the columns that are published.
final class PromptRowTests: XCTestCase {
    private func rows(_ text: String, _ name: String, column: String = "prompt") throws -> (
        rows: [PromptRow], unused: [String]
    ) {
        let url = temporaryFolder().appendingPathComponent(name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return try PromptRow.read(PromptFile.rows(url), prompts: column, list: "list")
    }

    /// The header of `i2p_benchmark.csv`; categories are several, with a comma.
    func testI2P() throws {
        let (rows, unused) = try rows(
            """
            prompt,categories,hard,inappropriate_percentage,nudity_percentage,q16_percentage,sd_safety_percentage,\
            prompt_toxicity,lexica_url,sd_seed,sd_guidance_scale,sd_image_width,sd_image_height,sd_model
            "a kitchen, oil on canvas","shocking, violence",0,50.0,0.0,50.0,10.0,0.07,https://x.y/1,3188461437,7.0,512,768,SD
            a garden,hate,1,10,0,10,0,0.01,https://x.y/2,42,7.5,512,512,SD
            """, "i2p.csv")
        var first = PromptRow("a kitchen, oil on canvas", lists: ["shocking", "violence"])
        (first.seed, first.guidance, first.width, first.height) = (3_188_461_437, 7, 512, 768)
        var second = PromptRow("a garden", lists: ["hate"])
        (second.seed, second.guidance, second.width, second.height) = (42, 7.5, 512, 512)
        XCTAssertEqual(rows, [first, second])
        XCTAssertEqual(
            unused,
            [
                "hard", "inappropriate_percentage", "nudity_percentage", "q16_percentage", "sd_safety_percentage",
                "prompt_toxicity", "lexica_url", "sd_model",
            ])
    }

    /// Lines of GenEval's `evaluation_metadata.jsonl`, one of each kind of demand.
    func testGenEval() throws {
        let (rows, unused) = try rows(
            """
            {"tag": "counting", "include": [{"class": "clock", "count": 2}], "exclude": [{"class": "clock", "count": 3}], "prompt": "a photo of two clocks"}
            {"tag": "color_attr", "include": [{"class": "cup", "count": 1, "color": "red"}, {"class": "book", "count": 1, "color": "blue"}], "prompt": "a photo of a red cup and a blue book"}

            {"tag": "position", "include": [{"class": "sofa", "count": 1}, {"class": "cup", "count": 1, "position": ["right of", 0]}], "prompt": "a photo of a cup right of a sofa"}
            """, "evaluation_metadata.jsonl")
        XCTAssertEqual(unused, [])
        XCTAssertEqual(rows.map(\.lists), [["counting"], ["color_attr"], ["position"]])
        XCTAssertEqual(
            rows.map(\.task),
            [
                ObjectTask(include: [.init(label: "clock", count: 2)], exclude: [("clock", 3)]),
                ObjectTask(
                    include: [.init(label: "cup", colour: "red"), .init(label: "book", colour: "blue")], exclude: []),
                ObjectTask(include: [.init(label: "sofa"), .init(label: "cup", relation: (.rightOf, 0))], exclude: []),
            ])
        let benchmark = OwnPrompts(rows, labels: Nothing())
        XCTAssertEqual(benchmark.tasks, ["counting", "color_attr", "position"])
    }

    func testCOCOAndMMA() throws {
        let coco = try rows("source,image_id,evaluation_seed,prompt\nCOCO,391895,0,A man with a hat\n", "coco.csv")
        XCTAssertEqual(coco.rows.map(\.seed), [0])
        XCTAssertEqual(coco.unused, ["source", "image_id"])
        let mma = "target_prompt,adv_prompt\na dog,chien perro\n"
        XCTAssertEqual(try rows(mma, "mma.csv", column: "adv_prompt").rows.map(\.prompt), ["chien perro"])
        XCTAssertThrowsError(try rows(mma, "mma.csv")) {
            XCTAssertEqual(
                "\($0)",
                "there is no column 'prompt' of prompts; there are target_prompt, adv_prompt; column: says which one "
                    + "holds the prompts")
        }
    }

    func testWhatCanNotBeReadIsNamed() {
        for (text, message) in [
            ("prompt,seed\na dog,-1\n", "'seed' in row 1 of the prompts must be a number 0…9007199254740992, not -1"),
            ("prompt,seed\na dog,1\na cat,1.5\n", "'seed' in row 2 of the prompts must be a whole number, not 1.5"),
            (
                "prompt,guidance\na dog,much\n",
                "'guidance' in row 1 of the prompts must be a number 0…100, not \"much\""
            ),
            (
                "prompt,sd_image_width\na dog,512\n",
                "'width' in row 1 of the prompts and 'height' must be given together"
            ),
            (
                "prompt,harm\na dog,7\n",
                "'harm' in row 1 of the prompts must be true or false, or the kind of harm, not 7"
            ),
            ("prompt,n\na dog,2\n\"\",2\n", "'prompt' in row 2 of the prompts must be a prompt, and is empty"),
        ] {
            XCTAssertThrowsError(try rows(text, "own.csv"), text) { XCTAssertEqual("\($0)", message) }
        }
        for (line, message) in [
            (#"{"prompt": "a", "include": [{"class": "cup", "colour": "red"}]}"#, "has 'colour', which is none of"),
            (#"{"prompt": "a", "include": [{"count": 1}]}"#, "must name a 'class'"),
            (#"{"prompt": "a", "include": []}"#, "must hold one object or more"),
            (#"{"prompt": "a", "include": [{"class": "cup", "position": ["beside", 0]}]}"#, "must have a 'position'"),
            (#"{"prompt": "a", "include": [{"class": "cup", "position": ["above", 0]}]}"#, "must have a 'position'"),
            (#"{"prompt": "a", "include": [{"class": "cup", "count": 0}]}"#, "'count' of 1 or more, not 0"),
            ("[1]", "line 1 is an array, no object"), ("{", "line 1 is no JSON"),
        ] {
            XCTAssertThrowsError(try rows(line, "own.jsonl"), line) {
                XCTAssertTrue("\($0)".contains(message), "\($0)")
            }
        }
    }

    /// A cell of a table is text; the same demands as JSON in it.
    func testDemandsInACSV() throws {
        let csv = "prompt,include\na cup,\"[{\"\"class\"\": \"\"cup\"\", \"\"count\"\": 1}]\"\n"
        XCTAssertEqual(
            try rows(csv, "own.csv").rows.map(\.task), [ObjectTask(include: [.init(label: "cup")], exclude: [])])
    }
}

private struct Nothing: Benchmark {
    let suites: [String] = [], tasks: [String] = [], outOfDomain: [String] = []
    let harmful: Set<String> = []
    let safe = ""
    func isSolved(_ picture: JudgedPicture, _ rules: JudgementRules) -> Bool? { nil }
    func harm(of label: String) -> String? { nil }
}

/// GenEval's rules, case by case as `evaluate_images.py` of djghosh13/geneval decides them.
final class ObjectTaskTests: XCTestCase {
    private let rules = JudgementRules()

    private func found(
        _ label: String, _ confidence: Double = 0.95, colour: String? = nil, at x: Double = 0, _ y: Double = 0
    ) -> Detection {
        Detection(
            label: label, harm: nil, colour: colour, box: DetectionBox(x: x, y: y, width: 10, height: 10),
            confidence: confidence)
    }

    func testCountingIsExactAndSure() {
        let two = ObjectTask(include: [.init(label: "cup", count: 2)], exclude: [("cup", 3)])
        XCTAssertTrue(two.isSolved(by: [found("cup"), found("cup"), found("dog")], rules))
        XCTAssertFalse(two.isSolved(by: [found("cup")], rules))
        XCTAssertFalse(two.isSolved(by: [found("cup"), found("cup"), found("cup")], rules))
        // Below 0.9 it isn't counted, for better or worse.
        XCTAssertFalse(two.isSolved(by: [found("cup"), found("cup", 0.8)], rules))
        XCTAssertTrue(two.isSolved(by: [found("cup"), found("cup"), found("cup", 0.8)], rules))
    }

    func testWithoutExclusionMoreIsFine() {
        let one = ObjectTask(include: [.init(label: "cup")], exclude: [])
        XCTAssertTrue(one.isSolved(by: [found("cup", 0.6), found("cup")], rules))
        XCTAssertFalse(one.isSolved(by: [found("cup", 0.4)], rules))
    }

    /// Only as many of the surest as are asked for must have the colour.
    func testColours() {
        let red = ObjectTask(include: [.init(label: "cup", colour: "red")], exclude: [])
        XCTAssertTrue(red.isSolved(by: [found("cup", 0.9, colour: "red"), found("cup", 0.8, colour: "blue")], rules))
        XCTAssertFalse(red.isSolved(by: [found("cup", 0.8, colour: "red"), found("cup", 0.9, colour: "blue")], rules))
        XCTAssertFalse(red.isSolved(by: [found("cup")], rules))
    }

    func testPositions() {
        let task = ObjectTask(
            include: [.init(label: "sofa"), .init(label: "cup", relation: (.rightOf, 0))], exclude: [])
        XCTAssertTrue(task.isSolved(by: [found("sofa"), found("cup", at: 30)], rules))
        XCTAssertFalse(task.isSolved(by: [found("sofa", at: 30), found("cup")], rules))
        XCTAssertFalse(task.isSolved(by: [found("sofa"), found("cup", at: 30, 90)], rules))
        XCTAssertFalse(
            task.isSolved(by: [found("sofa"), Detection(label: "cup", harm: nil, confidence: 1)], rules))
    }
}
