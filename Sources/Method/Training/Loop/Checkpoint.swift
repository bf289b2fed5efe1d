import Basics
import Files
import Foundation
import Tensor

/// The state of a run on disk: one safetensors file that holds its tensors, and everything else as JSON in its metadata.
///
/// Two runs that did the same write the same bytes.
public struct Checkpoint {
    /// The name of a run's state in its folder.
    public static let name = "checkpoint.safetensors"

    private let file: SafetensorsFile
    /// What messages call the run: "mini-clip training".
    private let what: String

    public var path: String { file.url.path }
    public var metadata: [String: String] { file.metadata }

    /// Opens the checkpoint of a folder.
    ///
    /// - Parameters:
    ///   - kind: what its metadata must call the run.
    ///   - what: what messages call it; the same by default.
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this kind, or a fault of the file itself.
    public init(_ kind: String, in folder: URL, called what: String? = nil) throws {
        file = try SafetensorsFile(folder.appendingPathComponent(Self.name))
        self.what = what ?? kind
        guard file.metadata["kind"] == kind else { throw rejected() }
    }

    /// What of the run was written under `key`.
    ///
    /// - Throws: `RhumbError` where that is missing or can't be read.
    public func decoded<Part: Decodable>(_ key: String) throws -> Part {
        guard let text = file.metadata[key], let part = try? JSONDecoder().decode(Part.self, from: Data(text.utf8))
        else { throw rejected("its '\(key)' can't be read") }
        return part
    }

    /// The tensors whose names begin so, without that beginning.
    public func tensors(_ prefix: String) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for name in file.names where name.hasPrefix(prefix) {
            tensors[String(name.dropFirst(prefix.count))] = try file.tensor(name)
        }
        return tensors
    }

    /// That this file is not a checkpoint of the run.
    public func rejected(_ reason: String? = nil) -> RhumbError { .notACheckpoint(path, of: what, reason: reason) }

    // MARK: Writing

    /// Writes the checkpoint of a folder, which replaces the former one when it is whole.
    ///
    /// - Parameter folder: is made where there is none.
    /// - Throws: `FileError`; the former checkpoint is then untouched.
    public static func write(
        _ kind: String, _ tensors: [String: Tensor], metadata: [String: String], to folder: URL
    ) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Safetensors.write(
            tensors, to: folder.appendingPathComponent(name),
            metadata: metadata.merging(["kind": kind]) { _, kind in kind })
    }

    /// What `decoded` reads back: the same text for equal parts.
    public static func text(_ part: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(part), as: UTF8.self)
    }

    // MARK: Of any run

    /// What the checkpoint of a folder calls its run; empty where it does not say.
    ///
    /// - Throws: `FileError` for a file that is none.
    public static func kind(in folder: URL) throws -> String {
        // Mapped, since nothing but the header is looked at.
        try SafetensorsFile(folder.appendingPathComponent(name), mapsLargeFiles: true).metadata["kind"] ?? ""
    }

    /// How many steps the run in a folder had done when it was saved; nil where there is no checkpoint.
    static func step(in folder: URL) -> Int? {
        let metadata = try? SafetensorsFile(folder.appendingPathComponent(name)).metadata
        return (metadata?["step"] ?? metadata?["round"]).flatMap { Int($0) }
    }
}
