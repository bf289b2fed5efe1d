import Files
import Foundation
import Language
import Tensor
import World

/// A detector in the language.
final class DetectorValue: ObjectValue {
    let detector: Detector
    /// What it was loaded as: the bundled model's name or a folder.
    let name: String

    init(_ detector: Detector, name: String) { (self.detector, self.name) = (detector, name) }

    var typeName: String { "detector" }

    var summary: String {
        let parameters = detector.network.parameters.reduce(0) { $0 + $1.tensor.count }
        return "detector \(name): \(parameters / 1000) k parameters, \(detector.configuration.concepts.count) concepts"
    }
}

extension DetectorValue: SavableValue {
    func save(to url: URL, as type: StoredType?) throws { try detector.save(to: url, as: type) }
}

extension ModelLoader {
    static var detector: ModelLoader {
        ModelLoader(kind: .transformers(modelType: DetectorConfiguration.kind)) {
            .object(DetectorValue(try Detector.load(folder: $0.url), name: $0.name))
        }
    }
}
