import Basics
import Files
import Foundation
import Language
import Notebook
import Tensor

/// A direction on disk: its vector and means as tensors of a safetensors file, all else about it as JSON in the file's
/// metadata; or its vector alone, as `.npy`. In Python, `safetensors.torch.load_file(path)["vector"]` has the vector.
extension DirectionValue: SavableValue {
    private static let key = "rhumb.direction"

    func save(to url: URL, as type: StoredType?) throws {
        switch url.pathExtension.lowercased() {
        case "safetensors":
            let parts = parts()
            let metadata = Safetensors.defaultMetadata.merging([Self.key: parts.data.text()]) { $1 }
            try Safetensors.write(parts.tensors, to: url, as: type, metadata: metadata)
        case "npy": try NPY.write(direction.vector, to: url)
        default:
            throw RhumbError(
                "a direction is saved as .safetensors, with all that is known of it, or its vector as .npy",
                argument: "path")
        }
    }

    /// The direction in a safetensors file; nil for a file of other tensors.
    ///
    /// - Throws: `FileError`; `RhumbError` for a file that says it holds a direction, and does not.
    static func inFile(_ file: Weights) throws -> DirectionValue? {
        guard let text = file.metadata[key] else { return nil }
        var tensors: [String: Tensor] = [:]
        for name in file.names { tensors[name] = try file.tensor(name, as: .float32) }
        let data = try JSON(parsing: text)
        guard let value = DirectionValue(StoredParts(data: data, tensors: tensors)),
            tensors.values.allSatisfy({ $0.shape == value.direction.vector.shape && $0.rank == 1 }),
            tensors.values.allSatisfy(\.isFinite)
        else {
            throw RhumbError(
                "'\(file.url.displayPath)' says that it holds a direction, but some of it is missing or damaged",
                hint: "save it again from where it was made")
        }
        return value
    }
}
