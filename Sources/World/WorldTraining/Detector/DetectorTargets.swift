import Foundation
import Tensor
import World

/// What the detector should answer about a batch of scenes.
struct DetectorTargets {
    /// [batch, cells, cells, concepts]: how little a high score costs beside a centre, (1 − g)⁴ of a bell g around it.
    private(set) var weights: Tensor
    /// Cells that hold a centre, as rows of [batch · cells · cells], and the concept there.
    private(set) var centres: [(row: Int, concept: Int)] = []
    /// Those cells and the ones around them, with what they should say of the object's shape, in cells.
    private(set) var shapes: [(row: Int, values: [Float])] = []
    /// The same cells of coloured objects, and the tint.
    private(set) var tints: [(row: Int, tint: Int)] = []

    init(_ scenes: [Scene]) throws {
        let cells = DetectorNetwork.cells, stride = Double(DetectorNetwork.stride), concepts = Concept.all.count
        var values = [Float](repeating: 1, count: scenes.count * cells * cells * concepts)
        for (picture, scene) in scenes.enumerated() {
            for object in scene.objects {
                let centre = object.box.centre, side = Double(object.box.side) / stride
                let (u, v) = (centre.x / stride, centre.y / stride)
                let own = (x: min(Int(u), cells - 1), y: min(Int(v), cells - 1))
                // As wide as centres may be off and still be of the same object: a sixth of its side, a cell at least.
                let spread = max(side / 6, 1)
                for y in 0..<cells {
                    for x in 0..<cells {
                        let dx = Double(x - own.x), dy = Double(y - own.y)
                        let row = (picture * cells + y) * cells + x
                        let bell = exp(-(dx * dx + dy * dy) / (2 * spread * spread))
                        let index = row * concepts + object.concept.index
                        values[index] = min(values[index], Float(pow(1 - bell, 4)))
                        guard abs(x - own.x) <= 1, abs(y - own.y) <= 1 else { continue }
                        shapes.append((row, [Float(side), Float(u - Double(x) - 0.5), Float(v - Double(y) - 0.5)]))
                        if let tint = object.tint { tints.append((row, tint.index)) }
                        if dx == 0, dy == 0 { centres.append((row, object.concept.index)) }
                    }
                }
            }
        }
        weights = try Tensor(values, shape: [scenes.count * cells * cells, concepts])
    }
    /// The targets of some of the pictures.
    func examples(_ pictures: Range<Int>) throws -> DetectorTargets {
        let cells = DetectorNetwork.cells * DetectorNetwork.cells
        let rows = pictures.lowerBound * cells..<pictures.upperBound * cells
        guard rows.count < weights.shape[0] else { return self }
        var part = self
        part.weights = try weights.examples(rows)
        part.centres = centres.filter { rows.contains($0.row) }.map { ($0.row - rows.lowerBound, $0.concept) }
        part.shapes = shapes.filter { rows.contains($0.row) }.map { ($0.row - rows.lowerBound, $0.values) }
        part.tints = tints.filter { rows.contains($0.row) }.map { ($0.row - rows.lowerBound, $0.tint) }
        return part
    }
}
