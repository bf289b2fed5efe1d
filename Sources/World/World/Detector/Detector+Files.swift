import Basics
import Files
import Foundation
import Tensor

extension Detector {
    /// The detector that comes with the package.
    ///
    /// - Throws: `RhumbError` when the package was installed without it.
    public static func bundled() throws -> Detector {
        if let loaded { return loaded }
        let detector = try load(folder: BundledModel.detector.folder())
        loaded = detector
        return detector
    }

    /// One thread by contract, like the engine.
    nonisolated(unsafe) private static var loaded: Detector?

    /// Reads `config.json` and `model.safetensors` of a folder that `save(to:)` wrote.
    ///
    /// - Throws: `RhumbError` or `FileError` naming the file and what is wrong with it.
    public static func load(folder: URL) throws -> Detector {
        let file = folder.appendingPathComponent("config.json")
        let bytes = try FileContents.bytes(of: file)
        guard let configuration = try? JSONDecoder().decode(DetectorConfiguration.self, from: Data(bytes)),
            configuration.modelType == DetectorConfiguration.kind
        else { throw RhumbError.notADetector(file.path) }
        let weights = try SafetensorsFile(folder.appendingPathComponent("model.safetensors"))
        let source = ParameterSource { name, shape, _ in
            guard weights.names.contains(name) else { throw RhumbError.notADetector(file.path, without: name) }
            let tensor = try weights.tensor(name, as: .float32)
            guard tensor.shape == shape else { throw RhumbError.notADetector(file.path, without: name) }
            return tensor
        }
        return Detector(try DetectorNetwork(configuration, source))
    }

    /// Writes `config.json` and `model.safetensors`.
    ///
    /// - Parameter type: how the weights are stored; as they are by default.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let named = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.tensor.detached()) })
        try Safetensors.write(named, to: folder.appendingPathComponent("model.safetensors"), as: type)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(encoder.encode(configuration)), to: folder.appendingPathComponent("config.json"))
    }
}
