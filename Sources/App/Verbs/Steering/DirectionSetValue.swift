import Basics
import Language
import Plot
import Steering
import Tensor

/// Several directions in one space, and how each does on the others' examples.
final class DirectionSetValue: ObjectValue {
    let directions: [(name: String, value: DirectionValue)]
    /// The cosine of each with each.
    let cosines: [[Double]]
    /// The area under the ROC curve of each row's direction on each column's examples.
    let auc: [[Double]]
    /// What the examples are: `anchors` or `prompts`.
    let examples: String

    static let ownMembers = ["names", "list", "cosines", "auc"]

    init(
        _ directions: [(name: String, value: DirectionValue)], examples: [(safe: Tensor, unsafe: Tensor)],
        of kind: String
    ) throws {
        self.directions = directions
        self.examples = kind
        cosines = try DirectionMatrix.cosines(directions.map(\.value.direction))
        auc = try DirectionMatrix.auc(directions.map(\.value.direction), on: examples)
    }

    var typeName: String { "directions" }

    var names: [String] { directions.map(\.name) }

    var summary: String {
        "\(Words.count(directions.count, "direction")): " + Words.listed(names, most: 6)
    }

    func display(width: Int) -> String {
        guard let cosines = try? table(cosines), let auc = try? table(auc) else { return summary }
        return "\(summary)\ncosine of each with each\n\(cosines.display(width: width))\n"
            + "AUC of each row's direction on each column's \(examples)\n\(auc.display(width: width))"
    }

    private func table(_ matrix: [[Double]]) throws -> Table {
        try Table(
            [.init("direction", names)]
                + names.indices.map { column in Table.Column(names[column], matrix.map { $0[column] }) })
    }

    var memberNames: [String] { Self.ownMembers + names }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "names": .strings(names)
        case "list": .list(directions.map { .object($0.value) })
        case "cosines": .table(try table(cosines))
        case "auc": .table(try table(auc))
        default: directions.first { $0.name == name }.map { .object($0.value) }
        }
    }

    func subscripted(_ keys: [Subscript]) throws -> Value? {
        guard keys.count == 1, case .name(let name) = keys[0] else { return nil }
        guard let found = directions.first(where: { $0.name == name }) else {
            throw RhumbError("there is no direction '\(name)'", hint: "there are " + names.joined(separator: ", "))
        }
        return .object(found.value)
    }

    var count: Int? { directions.count }

    func element(at position: Int) throws -> Value { .object(directions[position].value) }

    /// Both matrices side by side.
    var figure: Figure {
        func panel(_ matrix: [[Double]], _ title: String, _ limits: (Double, Double), _ map: ColourMap) -> Panel {
            let heatmap = Heatmap(
                values: matrix.flatMap { $0 }, rows: names.count, columns: names.count, rowLabels: names,
                columnLabels: names, colourMap: map, lower: limits.0, upper: limits.1)
            return Panel([.heatmap(heatmap)], title: title)
        }
        return .grid(
            [
                Figure(panel(cosines, "cosine", (-1, 1), .diverging)),
                Figure(panel(auc, "AUC on \(examples)", (0, 1), .diverging)),
            ], columns: 2)
    }
}
