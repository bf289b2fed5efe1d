import Basics
import TestSupport
import World
import XCTest

final class CaptionTests: XCTestCase {
    private func scenes(_ count: Int, _ options: SceneOptions = SceneOptions().withEmpty(share: 0.05)) -> [Scene] {
        var random = SplitMix64(seed: 11)
        return (0..<count).map { _ in Scene.random(options, using: &random) }
    }

    private func words(_ text: String) -> [String] {
        text.replacingOccurrences(of: ",", with: " , ").split(separator: " ").map(String.init)
    }

    func testCaptionsStayTheSameAcrossVersions() {
        var random = SplitMix64(seed: 3)
        let captions = scenes(300).map { $0.caption(using: &random) }
        XCTAssertEqual(fingerprint(captions), 11_313_935_186_821_584_819)
    }

    func testEveryCaptionFitsTheTextTower() {
        var random = SplitMix64(seed: 4)
        for scene in scenes(8000) {
            let caption = scene.caption(using: &random)
            XCTAssertLessThanOrEqual(words(caption).count, 18, caption)
        }
    }

    func testArticlesFitTheirWords() {
        var random = SplitMix64(seed: 5)
        for scene in scenes(4000) {
            let words = words(scene.caption(using: &random))
            for (article, next) in zip(words, words.dropFirst()) where article == "a" || article == "an" {
                XCTAssertEqual(article, "aeiou".contains(next.first!) ? "an" : "a", words.joined(separator: " "))
            }
            XCTAssertFalse(words.contains { $0.contains(where: "%@~#*$&".contains) }, words.joined(separator: " "))
        }
    }

    func testConcreteCaptionsAreTrueOfTheScene() {
        var random = SplitMix64(seed: 6)
        var options = CaptionOptions()
        options.abstractShare = 0
        for scene in scenes(4000) where !scene.objects.isEmpty {
            let caption = " \(scene.caption(options, using: &random)) ".replacingOccurrences(of: ",", with: " ,")
            let named = named(in: caption)
            XCTAssertEqual(Set(named), Set(scene.objects.map(\.concept)), "\(caption) of \(scene.plainCaption)")
            // A tint is named only where an object has it, a background only where it is that.
            let isColoured = Tint.allCases.filter { tint in
                named.contains { concept in
                    concept.nouns.contains { noun in
                        [noun.singular, noun.plural].contains {
                            $0 != nil && caption.contains(" \(tint.rawValue) \($0!) ")
                        }
                    }
                }
            }
            XCTAssertTrue(isColoured.allSatisfy { tint in scene.objects.contains { $0.tint == tint } }, caption)
            for background in Background.allCases where background != scene.background {
                XCTAssertFalse(caption.contains(" \(background.rawValue) background"), caption)
                XCTAssertFalse(caption.contains(" on \(background.rawValue) "), caption)
            }
            if scene.kind == .counts {
                let numbers = scene.objects.count == 2 ? ["two", "pair"] : ["three"]
                XCTAssertTrue(numbers.contains { caption.contains(" \($0) ") }, caption)
            }
            if scene.kind == .positions { assertRelation(caption, of: scene) }
        }
    }

    /// Concepts that a caption names, longest nouns first so that "palm tree" is not a tree.
    private func named(in caption: String) -> [Concept] {
        let forms = Concept.all.flatMap { concept in
            concept.nouns.flatMap { [$0.singular, $0.plural].compactMap { $0 } }.map { (concept, $0) }
        }
        var text = caption
        var found: [Concept] = []
        for (concept, form) in forms.sorted(by: { ($0.1.count, $1.1) > ($1.1.count, $0.1) })
        where text.contains(" \(form) ") {
            found.append(concept)
            text = text.replacingOccurrences(of: " \(form) ", with: "  ")
        }
        return found
    }

    private func assertRelation(_ caption: String, of scene: Scene) {
        let sayings: [(String, Relation)] = [
            (" left of ", .leftOf), (" right of ", .rightOf), (" above ", .above), (" over ", .above),
            (" on top of ", .above), (" below ", .below), (" under ", .below),
        ]
        guard let (saying, relation) = sayings.first(where: { caption.contains($0.0) }) else {
            return XCTFail("no relation in '\(caption)'")
        }
        let parts = caption.components(separatedBy: saying)
        let first = scene.objects.firstIndex { named(in: parts[0] + " ").contains($0.concept) }
        XCTAssertEqual(first.map { scene.relation($0, 1 - $0) }, relation, caption)
    }

    func testWordsOfSafetyFitTheScene() {
        let safe: Set = ["safe", "wholesome", "peaceful", "harmless", "innocent", "family", "gentle"]
        let unsafe: Set = ["dangerous", "harmful", "violent", "rude", "scary", "toxic", "risky", "not", "evil"]
        var random = SplitMix64(seed: 7)
        for scene in scenes(4000) {
            let caption = Set(words(scene.caption(using: &random)))
            if scene.objects.isEmpty {
                XCTAssertTrue(caption.isDisjoint(with: safe.union(unsafe)), "an empty scene is neither: \(caption)")
            } else if !scene.isHarmful {
                XCTAssertTrue(caption.isDisjoint(with: unsafe), "\(caption) of \(scene.plainCaption)")
            } else if scene.objects.allSatisfy({ $0.concept.group != nil }) {
                XCTAssertTrue(
                    caption.subtracting(["not"]).isDisjoint(with: safe) || caption.contains("not"), "\(caption)")
            }
        }
    }

    func testEveryWordIsInTheVocabulary() {
        let vocabulary = Set(Vocabulary.words)
        var random = SplitMix64(seed: 8)
        var texts = scenes(
            6000,
            {
                var o = SceneOptions().withEmpty(share: 0.1); o.heldOut = .any; return o
            }()
        )
        .flatMap { [$0.plainCaption, $0.caption(using: &random)] }
        texts += PromptSuite.all.flatMap { $0.prompts().map(\.text) }
        texts += Anchors.safe + Anchors.unsafe + Anchors.safe(count: 200) + Anchors.unsafe(count: 200)
        let said = Set(texts.flatMap(words))
        XCTAssertEqual(said.subtracting(vocabulary), [])
        XCTAssertGreaterThan(
            Double(said.count), 0.97 * Double(vocabulary.count), "the grammar says nearly all its words")
    }

    func testASceneHasManyCaptions() {
        var random = SplitMix64(seed: 9)
        let scene = Scene.random(.only(.two), using: &random)
        let captions = scene.captions(40, using: &random)
        XCTAssertEqual(Set(captions).count, 40)
        let empty = Scene.random(.only(.empty), using: &random).captions(40, using: &random)
        XCTAssertTrue((5..<40).contains(empty.count), "an empty scene says what it can: \(empty)")
    }

    func testReadingACaptionGivesBackItsScene() throws {
        var random = SplitMix64(seed: 13)
        var options = CaptionOptions()
        (options.abstractShare, options.colourShare, options.backgroundShare) = (0, 1, 1)
        for scene in scenes(3000) {
            let caption = scene.caption(options, using: &random)
            let request = try SceneRequest(reading: caption)
            XCTAssertEqual(
                request.concepts.sorted { $0.index < $1.index },
                scene.objects.map(\.concept).sorted { $0.index < $1.index }, caption)
            XCTAssertEqual(Set(request.tints), Set(scene.objects.map(\.tint)), caption)
            if let background = request.background { XCTAssertEqual(background, scene.background, caption) }
            if let relation = request.relation {
                let first = scene.objects.firstIndex { $0.concept == request.concepts[0] }!
                XCTAssertEqual(relation, scene.relation(first, 1 - first), caption)
            }
            let drawn = try Scene.of(request, using: &random)
            XCTAssertEqual(
                drawn.kind == .two ? scene.kind : drawn.kind,
                scene.kind == .positions && request.relation == nil ? .two : scene.kind)
            XCTAssertEqual(Set(drawn.objects.map(\.concept)), Set(scene.objects.map(\.concept)))
            if let relation = request.relation { XCTAssertEqual(drawn.relation(0, 1), relation) }
        }
    }

    func testTextsThatNameNoSceneSayWhy() {
        func message(_ text: String) -> String {
            do { return "\(try SceneRequest(reading: text))" } catch { return "\(error)" }
        }
        XCTAssertTrue(message("a dog and a unicorn").contains("'unicorn'"), message("a dog and a unicorn"))
        XCTAssertTrue(message("a violent picture").contains("names no object"), message("a violent picture"))
        XCTAssertTrue(message("three dogs left of a cat").contains("must place two objects"))
        var random = SplitMix64(seed: 1)
        XCTAssertThrowsError(try Scene.of(SceneRequest(reading: "a red dog"), using: &random)) {
            XCTAssertTrue("\($0)".contains("its own colour") && "\($0)".contains("balloon"), "\($0)")
        }
    }
}
