import Basics
import Files
import Foundation
import Tensor

/// A configuration that stands in the `config.json` of a folder of diffusers'.
protocol StoredConfiguration: Codable {
    static var file: ConfigurationFile { get }
    /// The keys that the configuration reads.
    static var keys: [String] { get }
    /// Settings of the file that change nothing here, passed on to what is saved.
    var other: [JSON.Member] { get set }
    init()
}

/// What the `config.json` of one of diffusers' classes holds beyond the settings that its configuration reads.
struct ConfigurationFile: Sendable {
    /// diffusers' name of the class.
    let className: String
    /// Settings that would change the computation; only diffusers' default, which stands here, is supported.
    let fixed: [JSON.Member]
    /// Settings that change nothing here, with diffusers' defaults.
    let idle: [JSON.Member]
    /// Keys for which a null is a value of its own.
    let nullable: Set<String>

    /// Wider, deeper and larger than this no model is, and products of such sizes still fit an integer.
    static let widest = 1 << 16
    static let deepest = 32
    static let largestSide = 1 << 16

    private static let name = "config.json"
    /// The version of diffusers whose keys are written.
    static let version = "0.42.1"
    private static let heading = ["_class_name", "_diffusers_version"]

    /// - Throws: `FileError` for a file that can't be read, `RhumbError` naming the setting that is not
    ///   supported.
    func read<Configuration: StoredConfiguration>(_ folder: URL) throws -> Configuration {
        let url = folder.appendingPathComponent(Self.name), path = url.displayPath
        let json = try FileContents.json(url)
        if let found = json["_class_name"]?.string, found != className {
            throw RhumbError.unsupported("_class_name", "'\(found)'", file: path, supported: "'\(className)'")
        }
        for setting in fixed {
            guard let value = json[setting.key], !value.means(setting.value) else { continue }
            throw RhumbError.unsupported(
                setting.key, value.text(), file: path, supported: setting.value.text())
        }
        let defaults = try FileContents.json(Configuration())
        for key in Configuration.keys where json[key]?.isNull == true && !nullable.contains(key) {
            guard let standard = defaults[key], !JSON.null.means(standard) else { continue }
            throw RhumbError.unsupported(key, "null", file: path, supported: "for instance \(standard.text())")
        }
        var configuration = try FileContents.decode(Configuration.self, from: url)
        let known = Set(Configuration.keys + fixed.map(\.key) + Self.heading)
        configuration.other = (json.members ?? []).filter { !known.contains($0.key) }
        return configuration
    }

    /// Writes every key that diffusers expects, and those that the file had besides.
    func write(_ configuration: some StoredConfiguration, to folder: URL) throws {
        let encoded = try FileContents.json(configuration)
        let kept = Set(configuration.other.map(\.key))
        var members = type(of: configuration).keys.map { JSON.Member($0, encoded[$0] ?? .null) }
        members += fixed + idle.filter { !kept.contains($0.key) } + configuration.other
        members += zip(Self.heading, [className, Self.version]).map { JSON.Member($0, .string($1)) }
        let text = JSON.object(members.sorted { $0.key < $1.key }).text(indent: 2)
        try AtomicFile.write(Array("\(text)\n".utf8), to: folder.appendingPathComponent(Self.name))
    }

    /// Writes a model as diffusers reads it: `config.json` and `diffusion_pytorch_model.safetensors`.
    func save(
        _ parameters: NamedTensors, _ configuration: some StoredConfiguration, to folder: URL, as type: StoredType?,
        half: StoredType?
    ) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let named = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor.detached()) })
        // diffusers' own limit, below which there is one file.
        try Safetensors.writeShards(
            named, to: folder, stem: "diffusion_pytorch_model", maximumBytes: 10_000_000_000, as: type,
            half: half)
        try write(configuration, to: folder)
    }
}

extension JSON {
    /// Whether Python would take both for the same setting: 1 is 1.0, and null is as false as false.
    fileprivate func means(_ other: JSON) -> Bool {
        if let number, let value = other.number { return number == value }
        return self == other || (isNull && other == .bool(false))
    }
}
