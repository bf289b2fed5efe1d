import Checkpoint
import Language
import Notebook
import Steering
import Tensor

/// What runs keep whole, and how `open` makes it again.
enum KeptValues {
    /// nil for a type that is not kept.
    static func make(_ typeName: String, _ parts: KeptParts) throws -> Value? {
        switch typeName {
        case "tensor": parts.tensors[""].map { .tensor($0) }
        case "image": try ImageValue(parts).map { .object($0) }
        case "direction": DirectionValue(parts).map { .object($0) }
        default: nil
        }
    }
}

extension TensorValue: KeptValue {
    func parts() -> KeptParts { KeptParts(tensors: ["": tensor.detached()]) }
}

extension ImageValue: KeptValue {
    func parts() throws -> KeptParts {
        let texts = ImageParameters.texts(parameters).map { JSON.array([.string($0.keyword), .string($0.text)]) }
        return KeptParts(data: ["name": .string(name), "parameters": .array(texts)], tensors: ["": image.tensor.detached()])
    }

    convenience init?(_ parts: KeptParts) throws {
        guard let tensor = parts.tensors[""] else { return nil }
        let texts = (parts.data["parameters"]?.array ?? []).compactMap { pair -> (keyword: String, text: String)? in
            guard let pair = pair.array, pair.count == 2, let key = pair[0].string, let text = pair[1].string else { return nil }
            return (key, text)
        }
        self.init(
            try Image(tensor), name: parts.data["name"]?.string ?? "", parameters: ImageParameters.record(texts))
    }
}

extension DirectionValue: KeptValue {
    func parts() -> KeptParts {
        func numbers(_ numbers: [Double]) -> JSON { .array(numbers.map { .number($0) }) }
        func strings(_ strings: [String]) -> JSON { .array(strings.map { .string($0) }) }
        return KeptParts(
            data: [
                "method": .string(direction.method.rawValue), "meanDifference": .number(direction.meanDifference),
                "spread": numbers([direction.spread.safe, direction.spread.unsafe]), "hasAnchors": .bool(direction.hasAnchors),
                "leaveOneOut": numbers(direction.leaveOneOut), "auc": auc.map { .number($0) } ?? .null,
                "safe": strings(anchors.safe), "unsafe": strings(anchors.unsafe),
            ],
            tensors: ["vector": direction.vector, "safe": direction.means.safe, "unsafe": direction.means.unsafe])
    }

    convenience init?(_ parts: KeptParts) {
        let data = parts.data
        guard let vector = parts.tensors["vector"], let safe = parts.tensors["safe"], let unsafe = parts.tensors["unsafe"],
            let method = data["method"]?.string.flatMap(DirectionMethod.init), let length = data["meanDifference"]?.number,
            let spread = data["spread"]?.array?.compactMap(\.number), spread.count == 2
        else { return nil }
        func strings(_ key: String) -> [String] { (data[key]?.array ?? []).compactMap(\.string) }
        self.init(
            Direction(
                vector: vector, method: method, meanDifference: length, spread: (spread[0], spread[1]), means: (safe, unsafe),
                hasAnchors: data["hasAnchors"]?.bool ?? false,
                leaveOneOut: (data["leaveOneOut"]?.array ?? []).compactMap(\.number)),
            anchors: (strings("safe"), strings("unsafe")), auc: data["auc"]?.number)
    }
}
