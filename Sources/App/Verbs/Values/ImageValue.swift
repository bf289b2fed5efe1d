import Files
import Language
import Tensor

/// A picture in the language: a tensor [3, height, width] that knows it is one.
final class ImageValue: ObjectValue {
    let image: Image
    /// What it shows, where it comes from: a caption for figures and transcripts.
    let name: String
    /// What it was made from: prompt, seed, steps, ….
    let parameters: Record

    init(_ image: Image, name: String = "", parameters: Record = Record()) {
        self.image = image
        self.name = name
        self.parameters = parameters
    }

    private var tensor: TensorValue { TensorValue(image.tensor) }

    var typeName: String { "image" }
    var summary: String { "image \(image.width)×\(image.height)" + (name.isEmpty ? "" : "  \(name)") }

    func attachment() throws -> Attachment? {
        let png = try PNG.encode(image, texts: ImageParameters.texts(parameters), file: name.isEmpty ? "image" : name)
        return Attachment(title: name.isEmpty ? "image" : name, forms: [("image/png", png)])
    }

    func unary(_ operation: UnaryOperator) throws -> Value? { try tensor.unary(operation) }

    func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value? {
        try tensor.binary(operation, other, isRight: isRight)
    }

    func isEqual(to other: Value) -> Bool { tensor.isEqual(to: other) }
    func isClose(to other: Value, within tolerance: Double) throws -> Bool? {
        try tensor.isClose(to: other, within: tolerance)
    }

    func difference(from other: Value) -> Difference? { tensor.difference(from: other) }

    /// `image[0]` is the red plane.
    func subscripted(_ keys: [Subscript]) throws -> Value? { try tensor.subscripted(keys) }

    func replacing(_ keys: [Subscript], with value: Value) throws -> Value? {
        guard let changed = try tensor.replacing(keys, with: value)?.asTensor() else { return nil }
        return .image(try Image(changed), name: name)
    }

    var memberNames: [String] { ["width", "height", "name", "parameters", "tensor"] + TensorMembers.names }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "width": .number(Double(image.width))
        case "height": .number(Double(image.height))
        case "name": .string(self.name)
        case "parameters": .record(parameters)
        case "tensor": .tensor(image.tensor)
        default: try TensorMembers.value(name, of: image.tensor)
        }
    }

    var count: Int? { 3 }
    func element(at position: Int) throws -> Value { try tensor.element(at: position) }
    func contains(_ item: Value) throws -> Bool? { try tensor.contains(item) }
}
