import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

/// What pictures look like, beside NumPy's numbers (`Golden/make_structure.py`), and by hand.
final class StructureTests: XCTestCase {
    private struct Golden: Decodable { let edges, colours, diversity: Double }

    private func picture(_ number: Int) throws -> Image {
        var values: [Float] = []
        for c in 0..<3 {
            for y in 0..<5 {
                for x in 0..<7 {
                    let step: Int = c * 7 + y * 3 + x * 5 + number * (x + 2 * c)
                    values.append(Float(step % 11) / 10)
                }
            }
        }
        return try Image(Tensor(values, shape: [3, 5, 7]))
    }

    func testNumPysNumbers() throws {
        let golden = try GoldenFolder(.module).decode(Golden.self, "structure.golden.json")
        let found = try XCTUnwrap(PictureStructure((0..<4).map(picture), groupSize: 2))
        assertClose(
            [found.edges, found.colours, found.diversity], [golden.edges, golden.colours, golden.diversity],
            .relative(1e-6))
    }

    func testFlatGreyIsNothing() throws {
        let grey = try Image(Tensor.full([3, 4, 4], 0.5))
        let found = try XCTUnwrap(PictureStructure([grey, grey], groupSize: 2))
        XCTAssertEqual([found.edges, found.colours, found.diversity], [0, 0, 0])
        XCTAssertNil(PictureStructure([], groupSize: 2))
        XCTAssertNil(PictureStructure([grey], groupSize: 2))
    }

    /// Rewards that pay for flat pictures are noticed; rewards that don't rise are none of its business.
    func testTheDoctorSeesACollapse() throws {
        let trainer = try Fixture.trainer()
        for _ in 0..<2 { try trainer.advance() }
        let finding = try XCTUnwrap(trainer.diagnosis().first { $0.name == "pictures" })
        XCTAssertEqual(finding.status, .fine)
        XCTAssertTrue(finding.text.contains("edges ") && finding.text.contains("diversity in a group "), finding.text)
        let names = trainer.historyColumns.names
        XCTAssertTrue(["edges", "colours", "diversity"].allSatisfy(names.contains))
        XCTAssertEqual(
            trainer.history[0].structure,
            try XCTUnwrap(
                PictureStructure(Fixture.trainer().rollout().images, groupSize: trainer.options.group)))
    }

    func testACollapseIsNamed() throws {
        func structure(_ edges: Double, _ colours: Double, _ diversity: Double) throws -> PictureStructure {
            let text = "{\"edges\": \(edges), \"colours\": \(colours), \"diversity\": \(diversity)}"
            return try JSONDecoder().decode(PictureStructure.self, from: Data(text.utf8))
        }
        func finding(_ rows: [(Double, Double, Double, Double)]) throws -> String {
            let found = PictureStructure.finding(try rows.map { ($0.0, try structure($0.1, $0.2, $0.3)) })
            return found.map { "\($0.status.rawValue): \($0.advice)" } ?? "none"
        }
        typealias Row = (Double, Double, Double, Double)
        let rounds = (0..<10).map(Double.init)
        let steady: [Row] = rounds.map { ($0, 0.1, 40, 0.2) }
        XCTAssertEqual(try finding(steady), "ok: ")
        let flat: [Row] = rounds.map { round in
            let (edges, diversity) = (0.1 - 0.008 * round, 0.2 - 0.015 * round)
            return (round, edges, 40, diversity)
        }
        XCTAssertTrue(try finding(flat).hasPrefix("check: the reward rises while edges and diversity in a group"))
        let falling: [Row] = flat.map { row in (-row.0, row.1, row.2, row.3) }
        XCTAssertEqual(try finding(falling), "ok: ")
        let noise: [Row] = rounds.map { round in
            let edges = 0.1 + 0.05 * round
            return (round, edges, 40, 0.2)
        }
        XCTAssertTrue(try finding(noise).contains("edges more than double"))
        XCTAssertEqual(try finding([]), "none")
    }
}
