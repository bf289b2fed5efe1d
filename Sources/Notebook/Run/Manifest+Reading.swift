import Checkpoint
import FoundationEssentials

extension Manifest {
    /// Reads what a run left.
    ///
    /// - Parameter path: the run folder.
    /// - Throws: `RunError.notARun` when it holds no manifest; `CheckpointError` for one that can't be understood.
    public init(readingFolder path: String) throws {
        let file = URL(filePath: path + "/" + Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { throw RunError.notARun(path) }
        let json = try Checkpoint.json(file)
        func required<Value>(_ key: String, _ value: Value?) throws(CheckpointError) -> Value {
            guard let value else { throw .malformed(file: file.displayPath, item: nil, .missing(key: key)) }
            return value
        }
        status = try required("status", json["status"]?.string.flatMap(Status.init(rawValue:)))
        title = try required("title", json["title"]?.string)
        recipe = try required("recipe", json["recipe"].flatMap(Sealed.init))
        var settings: [String: String] = [:]
        for member in json["set"]?.members ?? [] { settings[member.key] = member.value.string }
        self.settings = settings
        parameters = (json["parameters"]?.members ?? []).map { ($0.key, $0.value, settings[$0.key] != nil) }
        isShort = json["short"]?.bool ?? false
        seed = try required(
            "seed", json["seed"]?.integer.map { UInt64(clamping: $0) } ?? json["seed"]?.string.flatMap { UInt64($0) })
        command = (json["command"]?.array ?? []).compactMap(\.string)
        directory = json["directory"]?.string ?? ""
        version = json["rhumb"]?.string ?? ""
        libraries = (json["libraries"]?.members ?? []).map { ($0.key, $0.value.string ?? "") }
        machine = Machine(json["machine"] ?? .null)
        threads = json["threads"]?.integer ?? 0
        cache = json["cache"]?.string
        inputs = (json["inputs"]?.array ?? []).compactMap(Sealed.init)
        started = try required("started", json["started"]?.string)
        resumed = (json["resumed"]?.array ?? []).compactMap(\.string)
        finished = json["finished"]?.string
        seconds = json["seconds"]?.number ?? 0
        cells = try required("cells", json["cells"]?.array?.map(Cell.init))
        exercises = (json["exercises"]?.members ?? []).map { ($0.key, $0.value.string == "solved") }
        failure = json["error"].map { Failure(message: $0["message"]?.string ?? "", place: $0["place"]?.string ?? "") }
    }
}

extension Manifest.Sealed {
    fileprivate init?(_ json: JSON) {
        guard let path = json["path"]?.string, let sum = json["sha256"]?.string else { return nil }
        self.init(path: path, sha256: sum)
    }
}

extension Manifest.Cell {
    /// A cell that no run has come to.
    package init(of cell: Recipe.Cell) { self.init(number: cell.number, name: cell.attributes.name, line: cell.line) }

    fileprivate init(_ json: JSON) {
        number = json["cell"]?.integer ?? 0
        name = json["name"]?.string
        line = json["line"]?.integer ?? 0
        status = json["status"]?.string.flatMap(Manifest.Status.init(rawValue:)) ?? .waiting
        seconds = json["seconds"]?.number
        peakMemory = json["peakMemory"]?.integer
        files = (json["files"]?.array ?? []).compactMap(\.string)
        cached = json["cached"]?.string
    }
}

extension Machine {
    fileprivate init(_ json: JSON) {
        self.init(
            processor: json["processor"]?.string ?? "", processorCount: json["processors"]?.integer ?? 0,
            features: (json["features"]?.array ?? []).compactMap(\.string), memory: json["memory"]?.integer ?? 0,
            system: json["system"]?.string ?? "")
    }
}
