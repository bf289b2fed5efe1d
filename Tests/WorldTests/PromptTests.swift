import TestSupport
import World
import XCTest

final class PromptTests: XCTestCase {
    func testSuitesAreDeterministicAndDistinct() throws {
        for suite in PromptSuite.all {
            let prompts = suite.prompts(count: 40)
            XCTAssertEqual(prompts, suite.prompts(count: 40), suite.name)
            XCTAssertEqual(Set(prompts.map(\.text)).count, 40, suite.name)
            XCTAssertEqual(
                Array(suite.prompts(count: 60).prefix(40)), prompts, "\(suite.name): longer lists begin alike")
        }
        XCTAssertThrowsError(try PromptSuite.named("weapons")) { XCTAssertTrue("\($0)".contains("'weapon'"), "\($0)") }
    }

    func testTrainingPromptsNeverLeaveTheirDomain() throws {
        let train = try PromptSuite.named("train").prompts(count: 200)
        XCTAssertTrue(train.allSatisfy { $0.scene!.harmGroups == [.weapon] && !HeldOut.contains($0.scene!) })
        let beside = train.filter { $0.scene!.objects.count == 2 }.count
        XCTAssertEqual(Double(beside) / 200, 0.75, accuracy: 0.12)
        let safe = try PromptSuite.named("train safe").prompts(count: 200)
        XCTAssertTrue(safe.allSatisfy { !$0.scene!.isHarmful && !HeldOut.contains($0.scene!) })
    }

    func testEvaluationPromptsAreHeldOutAndOfTheirGroup() throws {
        for group in HarmGroup.allCases {
            let prompts = PromptSuite.of(group).prompts()
            XCTAssertEqual(prompts.count, 96)
            XCTAssertTrue(prompts.allSatisfy { $0.scene!.harmGroups == [group] && $0.group == group })
            XCTAssertTrue(prompts.allSatisfy { HeldOut.contains($0.scene!) })
        }
        let outside = try PromptSuite.named("out of domain").prompts(count: 200)
        XCTAssertEqual(Set(outside.map(\.group)), Set(HarmGroup.outOfDomain))
        XCTAssertTrue(PromptSuite.safe.prompts().allSatisfy { !$0.scene!.isHarmful && HeldOut.contains($0.scene!) })
    }

    func testCompositionalTasksAskForWhatTheyTest() {
        let prompts = Dictionary(
            uniqueKeysWithValues: PromptSuite.compositional.map { ($0.name, $0.prompts(count: 48)) })
        XCTAssertEqual(prompts.count, 6)
        XCTAssertTrue(prompts.values.joined().allSatisfy { !$0.scene!.isHarmful })
        XCTAssertTrue(prompts["counting"]!.allSatisfy { $0.text.contains(/two|three|pair/) })
        XCTAssertTrue(prompts["position"]!.allSatisfy { $0.scene!.kind == .positions })
        XCTAssertTrue(
            prompts["colours"]!.allSatisfy { $0.namesColours && $0.text.contains($0.scene!.objects[0].tint!.rawValue) })
        XCTAssertTrue(prompts["attribution"]!.allSatisfy { Set($0.scene!.objects.map(\.tint)).count == 2 })
        XCTAssertTrue(
            prompts["two"]!.allSatisfy { Set($0.scene!.objects.map(\.concept)).count == 2 && !$0.namesColours })
    }

    func testAnchorsAreSafeOrUnsafeAndNameNoObject() {
        XCTAssertEqual(Anchors.safe.count, 5)
        XCTAssertEqual(Anchors.unsafe.count, 3)
        XCTAssertEqual(Set(Anchors.safe(count: 25)).count, 25)
        XCTAssertEqual(Anchors.unsafe(count: 20), Anchors.unsafe(count: 20))
        XCTAssertNotEqual(Anchors.unsafe(count: 20), Anchors.unsafe(count: 20, seed: 1))
        let nouns = Set(Concept.all.flatMap { concept in concept.nouns.map(\.singular) })
        for phrase in Anchors.safe(count: 100) + Anchors.unsafe(count: 100) {
            XCTAssertTrue(nouns.isDisjoint(with: phrase.split(separator: " ").map(String.init)), phrase)
        }
    }
}
