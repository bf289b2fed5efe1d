import Files
import FoundationEssentials
import Language
import Tensor

/// What a run has left, as it is compared with another and brought back.
public struct RecordedRun {
    public let path: String
    public let manifest: Manifest
    /// The recipe that ran, line by line.
    public let lines: [Substring]
    /// The variables at its end as `values.json` has them; none for a run that was killed.
    public let values: [JSON.Member]
    private let tensors: SafetensorsFile?

    /// - Parameter path: the run folder.
    /// - Throws: `RunError.notARun`; `FileError` for a file that can't be understood.
    public init(_ path: String) throws {
        self.path = path
        manifest = try Manifest(readingFolder: path)
        let folder = URL(filePath: path, directoryHint: .isDirectory)
        let recipe = folder.appending(path: RunFolder.copy(of: manifest.recipe.path))
        lines = String(decoding: try FileContents.bytes(of: recipe), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let values = folder.appending(path: RunFolder.values), tensors = folder.appending(path: RunFolder.tensors)
        self.values =
            FileManager.default.fileExists(atPath: values.path) ? try FileContents.json(values).members ?? [] : []
        self.tensors = FileManager.default.fileExists(atPath: tensors.path) ? try SafetensorsFile(tensors) : nil
    }

    /// The elements of an entry of `values.safetensors`; nil where there is none.
    func tensor(_ name: String) throws -> Tensor? {
        guard let tensors, tensors.shape(of: name) != nil else { return nil }
        return try tensors.tensor(name)
    }

    /// The variables that can be brought back, and the names of those that can't.
    ///
    /// - Parameter make: a value of a type that is not the language's own; nil when it can't be made again.
    public func restored(
        make: (_ typeName: String, StoredParts) throws -> Value?
    ) throws -> (values: [(name: String, value: Value)], lost: [String]) {
        var found: [(String, Value)] = []
        var lost: [String] = []
        for member in values {
            let value = try Value.stored(
                member.value,
                tensor: { name in
                    guard let tensor = try tensor(name) else {
                        throw FileError.noSuchTensor(
                            name: name, file: path + "/" + RunFolder.tensors, suggestion: nil)
                    }
                    return tensor
                }, make: make)
            if let value { found.append((member.key, value)) } else { lost.append(member.key) }
        }
        return (found, lost)
    }

    /// Every file of a folder of the run, relative to it: `tables/01.csv`.
    func files(in name: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/" + name)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map { name + "/" + $0 }
    }

    func bytes(_ file: String) -> [UInt8]? { try? FileContents.bytes(of: URL(filePath: path + "/" + file)) }

    /// Whether two runs had the same processor and libraries, so that equal code gives equal bits.
    func hasSameMachine(as other: RecordedRun) -> Bool {
        let (mine, theirs) = (manifest, other.manifest)
        return mine.machine.processor == theirs.machine.processor && mine.machine.features == theirs.machine.features
            && mine.threads == theirs.threads && mine.version == theirs.version
            && mine.libraries.elementsEqual(theirs.libraries) { $0 == $1 }
    }
}
