import Files
import Language
import Notebook
import Steering
import Tensor

/// What runs keep whole, and how `open` makes it again.
package enum StoredValues {
    /// nil for a type that is not kept.
    package static func make(_ typeName: String, _ parts: StoredParts) throws -> Value? {
        switch typeName {
        case "tensor": parts.tensors[""].map { .tensor($0) }
        case "image": try ImageValue(parts).map { .object($0) }
        case "direction": DirectionValue(parts).map { .object($0) }
        default: nil
        }
    }
}

// Verbs that train copy the model they are given; none changes one of these.
extension ClipValue: UnchangingValue {}
extension PipelineValue: UnchangingValue {}
extension AutoencoderValue: UnchangingValue {}
extension DetectorValue: UnchangingValue {}
extension RewardValue: UnchangingValue {}
extension TrajectoryValue: UnchangingValue {}
extension EvaluationValue: UnchangingValue {}
extension ComparisonValue: UnchangingValue {}
extension FigureValue: UnchangingValue {}

extension TensorValue: StoredValue {
    var isStoredWhole: Bool { !tensor.requiresGradient }

    func parts() -> StoredParts { StoredParts(tensors: ["": tensor.detached()]) }
}

extension ImageValue: StoredValue {
    var isStoredWhole: Bool {
        !image.tensor.requiresGradient
            && parameters.values.allSatisfy { value in
                switch value {
                case .number(let number): number.isFinite
                case .string: true
                default: false
                }
            }
    }

    func parts() throws -> StoredParts {
        let texts = parameters.fields.map { key, value -> JSON in
            if case .number = value { [.string(key), value.json] } else { [.string(key), .string(value.text)] }
        }
        return StoredParts(
            data: ["name": .string(name), "parameters": .array(texts)], tensors: ["": image.tensor.detached()])
    }

    convenience init?(_ parts: StoredParts) throws {
        guard let tensor = parts.tensors[""] else { return nil }
        let parameters = (parts.data["parameters"]?.array ?? []).compactMap { pair -> (String, Value)? in
            guard let pair = pair.array, pair.count == 2, let key = pair[0].string else { return nil }
            return pair[1].string.map { (key, .string($0)) } ?? pair[1].number.map { (key, .number($0)) }
        }
        self.init(try Image(tensor), name: parts.data["name"]?.string ?? "", parameters: Record(parameters))
    }
}

extension DirectionValue: StoredValue {
    var isStoredWhole: Bool {
        ![direction.vector, direction.means.safe, direction.means.unsafe].contains(where: \.requiresGradient)
    }

    func parts() -> StoredParts {
        func numbers(_ numbers: [Double]) -> JSON { .array(numbers.map { .number($0) }) }
        func strings(_ strings: [String]) -> JSON { .array(strings.map { .string($0) }) }
        return StoredParts(
            data: [
                "method": .string(direction.method.rawValue), "meanDifference": .number(direction.meanDifference),
                "spread": numbers([direction.spread.safe, direction.spread.unsafe]),
                "sides": numbers([Double(direction.sides.safe), Double(direction.sides.unsafe)]),
                "weight": .number(direction.weight),
                "terms": .array(direction.terms.map { [.number($0.factor), .string($0.name)] }),
                "model": model.map { [.string($0.name), .string($0.fingerprint)] } ?? .null,
                "leaveOneOut": numbers(direction.leaveOneOut), "auc": auc.map { .number($0) } ?? .null,
                "safe": strings(anchors.safe), "unsafe": strings(anchors.unsafe),
                "certainty": certainty.map { certainty in
                    [
                        certainty.cone.map { .number($0) } ?? .null, certainty.pValue.map { .number($0) } ?? .null,
                        .integer(certainty.remarks),
                    ]
                } ?? .null,
            ],
            tensors: ["vector": direction.vector, "safe": direction.means.safe, "unsafe": direction.means.unsafe])
    }

    convenience init?(_ parts: StoredParts) {
        let data = parts.data
        guard let vector = parts.tensors["vector"], let safe = parts.tensors["safe"],
            let unsafe = parts.tensors["unsafe"],
            let method = data["method"]?.string.flatMap(DirectionMethod.init),
            let length = data["meanDifference"]?.number,
            let spread = data["spread"]?.array?.compactMap(\.number), spread.count == 2
        else { return nil }
        func strings(_ key: String) -> [String] { (data[key]?.array ?? []).compactMap(\.string) }
        // Rhumb 0.1 wrote whether there were anchors, and no weight, name or model.
        let hadAnchors = data["hasAnchors"]?.bool == true ? 1 : 0
        let before = [max(hadAnchors, strings("safe").count), max(hadAnchors, strings("unsafe").count)]
        let sides = data["sides"]?.array?.compactMap(\.number).compactMap(Int.init(exactly:)) ?? before
        let weight = data["weight"]?.number ?? 1, terms = data["terms"]?.array ?? [[1, "v"]]
        let model = data["model"]?.array?.compactMap(\.string) ?? []
        // Before 0.3 nothing was found out of it.
        let certainty = data["certainty"]?.array.flatMap { parts in
            parts.count == 3
                ? DirectionCertainty(
                    cone: parts[0].number, pValue: parts[1].number, remarks: parts[2].integer ?? 0) : nil
        }
        guard sides.count == 2, weight > 0 else { return nil }
        self.init(
            Direction(
                vector: vector, method: method, meanDifference: length, spread: (spread[0], spread[1]),
                means: (safe, unsafe), sides: (sides[0], sides[1]),
                leaveOneOut: (data["leaveOneOut"]?.array ?? []).compactMap(\.number), weight: weight,
                terms: terms.compactMap { term in
                    guard let pair = term.array, pair.count == 2, let factor = pair[0].number else { return nil }
                    return pair[1].string.map { DirectionTerm(factor, $0) }
                }),
            anchors: (strings("safe"), strings("unsafe")), auc: data["auc"]?.number,
            model: model.count == 2 ? DirectionModel(name: model[0], fingerprint: model[1]) : nil, certainty: certainty)
    }
}
