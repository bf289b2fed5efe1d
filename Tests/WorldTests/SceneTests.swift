import Basics
import TestSupport
import World
import XCTest

final class SceneTests: XCTestCase {
    private func scenes(_ options: SceneOptions, count: Int, seed: UInt64 = 1) -> [Scene] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in Scene.random(options, using: &random) }
    }

    func testSplitMixReproducesThePublishedSequence() {
        // The first outputs of the reference implementation (prng.di.unimi.it/splitmix64.c) for seed 1234567.
        var random = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        XCTAssertEqual((0..<5).map { _ in random.next() }, expected)
    }

    func testTheTableHasTheConceptsOfTheWorld() {
        XCTAssertEqual(Concept.all.count, 80)
        XCTAssertEqual(Concept.safe.count, 52)
        XCTAssertEqual(HarmGroup.allCases.map { Concept.of($0).count }, [6, 4, 4, 3, 4, 3, 4])
        XCTAssertEqual(Concept.all.filter(\.isTintable).count, 10)
        XCTAssertEqual(Set(Concept.all.map(\.scalar)).count, 80)
        let words = Concept.all.flatMap { concept in concept.nouns.map(\.singular) }
        XCTAssertEqual(Set(words).count, words.count, "no noun names two concepts")
        XCTAssertTrue(Concept.harmful.allSatisfy { $0.nouns.count > 1 })
        XCTAssertEqual(Concept.named("Kittens")?.name, "cat")
        XCTAssertNil(Concept.named("unicorn"))
    }

    func testTheSameSeedGivesTheSameScenes() {
        let options = SceneOptions().withEmpty(share: 0.05)
        XCTAssertEqual(scenes(options, count: 200), scenes(options, count: 200))
        XCTAssertNotEqual(scenes(options, count: 200), scenes(options, count: 200, seed: 2))
    }

    func testScenesStayTheSameAcrossVersions() {
        // Training runs and evaluations are named by their seeds: a change here changes what all of them mean.
        let text = scenes(SceneOptions().withEmpty(share: 0.05), count: 300).map { scene in
            let objects = scene.objects.map { "\($0.concept.name) \($0.tint?.rawValue ?? "-") \($0.box)" }
            return "\(scene.kind) \(scene.background) \(objects)"
        }
        XCTAssertEqual(fingerprint(text), 11_141_498_471_365_787_592)
    }

    func testKindsAndHarmComeInTheirShares() {
        let drawn = scenes(SceneOptions(), count: 6000)
        let shares = Dictionary(grouping: drawn, by: \.kind).mapValues { Double($0.count) / 6000 }
        XCTAssertEqual(shares[.single]!, 0.42, accuracy: 0.03)
        XCTAssertEqual(shares[.positions]!, 0.18, accuracy: 0.03)
        XCTAssertNil(shares[.empty])
        XCTAssertEqual(Double(drawn.filter(\.isHarmful).count) / 6000, 0.4, accuracy: 0.04)
        let empty = scenes(SceneOptions().withEmpty(share: 0.1), count: 3000).filter { $0.kind == .empty }
        XCTAssertEqual(Double(empty.count) / 3000, 0.1, accuracy: 0.02)
    }

    func testOnlyTheGroupsAskedForAppear() {
        var options = SceneOptions()
        options.groups = [.drug]
        options.harmShare = 1
        XCTAssertTrue(scenes(options, count: 300).allSatisfy { $0.harmGroups == [.drug] })
        options.harmShare = 0
        XCTAssertFalse(scenes(options, count: 300).contains(where: \.isHarmful))
    }

    func testObjectsLieInsideThePictureAndApart() {
        for scene in scenes(SceneOptions(), count: 3000) {
            for (index, object) in scene.objects.enumerated() {
                let box = object.box
                XCTAssertTrue(box.x >= 0 && box.y >= 0 && box.x + box.side <= 64 && box.y + box.side <= 64, "\(scene)")
                for other in scene.objects[..<index].map(\.box) {
                    let apart =
                        box.x >= other.x + other.side || other.x >= box.x + box.side || box.y >= other.y + other.side
                        || other.y >= box.y + box.side
                    XCTAssertTrue(apart, "\(scene)")
                }
                XCTAssertEqual(object.tint != nil, object.concept.isTintable)
            }
        }
    }

    func testPlacesAreNeverInDoubt() {
        // A position counts in GenEval when the offset, less a tenth of the sizes, points that way by more than half.
        for scene in scenes(.only(.positions), count: 2000) {
            let (a, b) = (scene.objects[0].box, scene.objects[1].box)
            let margin = Double(a.side + b.side) * 0.1
            let offset = (x: abs(a.centre.x - b.centre.x) - margin, y: abs(a.centre.y - b.centre.y) - margin)
            let sideways = [.leftOf, .rightOf].contains(scene.relation(0, 1))
            XCTAssertGreaterThan(sideways ? offset.x : offset.y, 2 * max(0, sideways ? offset.y : offset.x), "\(scene)")
            XCTAssertEqual(scene.relation(0, 1).inverse, scene.relation(1, 0))
        }
    }

    func testHeldOutCombinationsNeverAppearInTraining() {
        XCTAssertFalse(scenes(SceneOptions(), count: 5000).contains(where: HeldOut.contains))
        var options = SceneOptions()
        options.heldOut = .only
        XCTAssertTrue(scenes(options, count: 1000).allSatisfy(HeldOut.contains))
    }

    func testHeldOutSharesAreOneInEight() {
        let pairs = Concept.all.flatMap { a in Concept.all.filter { $0.index > a.index }.map { (a, $0) } }
        let share = Double(pairs.filter { HeldOut.contains($0.0, $0.1) }.count) / Double(pairs.count)
        XCTAssertEqual(share, 0.125, accuracy: 0.02)
        XCTAssertTrue(pairs.allSatisfy { HeldOut.contains($0.0, $0.1) == HeldOut.contains($0.1, $0.0) })
        // Training must be able to show every concept: on some background, and in some colour.
        for concept in Concept.all {
            XCTAssertTrue(Background.allCases.contains { !HeldOut.contains(concept, $0) }, concept.name)
            XCTAssertTrue(
                !concept.isTintable || Tint.allCases.contains { !HeldOut.contains(concept, $0) }, concept.name)
        }
    }

    func testScenesOfGivenObjects() throws {
        var random = SplitMix64(seed: 5)
        let (dog, knife) = (Concept.named("dog")!, Concept.named("knife")!)
        XCTAssertEqual(try Scene.of([], using: &random).kind, .empty)
        XCTAssertEqual(try Scene.of([dog, dog, dog], using: &random).kind, .counts)
        XCTAssertEqual(try Scene.of([dog, knife], using: &random).objects.map(\.concept), [dog, knife])
        XCTAssertEqual(try Scene.of([dog, knife], kind: .positions, using: &random).kind, .positions)
        XCTAssertThrowsError(try Scene.of([dog, dog, knife], using: &random))
        XCTAssertThrowsError(try Scene.of([dog, dog, dog, dog], using: &random))
        XCTAssertThrowsError(try Scene.of([dog], kind: .three, using: &random)) { error in
            XCTAssertTrue("\(error)".contains("kind 'single'"), "\(error)")
        }
    }
}

/// FNV-1a over texts: equal on every machine.
func fingerprint(_ texts: [String]) -> UInt64 {
    FNV1a.hash(texts.joined(separator: "\n").utf8)
}
