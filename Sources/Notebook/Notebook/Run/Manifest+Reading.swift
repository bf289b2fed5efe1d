import Files
import FoundationEssentials

extension Manifest {
    /// Reads what a run left. Whoever has it may rely on its numbers: nothing in it is negative, infinite or larger
    /// than any machine.
    ///
    /// - Parameter path: the run folder.
    /// - Throws: `RunError.notARun` when it holds no manifest of Rhumb's; `FileError` for one that can't be
    ///   understood, naming what is wrong.
    public init(readingFolder path: String) throws {
        let file = URL(filePath: path + "/" + Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { throw RunError.notARun(path) }
        let json = try FileContents.json(file)
        guard Self.isManifest(json) else { throw RunError.notARun(path) }
        let reader = ManifestReader(json, file: file.displayPath)
        guard let format = try reader.whole("format"), format <= Self.format else {
            throw reader.fault("it is of a format that a newer Rhumb has written")
        }
        status = try reader.required("status", json["status"]?.string.flatMap(Status.init(rawValue:)))
        title = try reader.required("title", json["title"]?.string)
        recipe = try reader.required("recipe", json["recipe"].flatMap(Sealed.init))
        var settings: [String: String] = [:]
        for member in json["set"]?.members ?? [] { settings[member.key] = member.value.string }
        self.settings = settings
        parameters = (json["parameters"]?.members ?? []).map { ($0.key, $0.value, settings[$0.key] != nil) }
        isShort = json["short"]?.bool ?? false
        safe = try json["safe"].flatMap { $0.isNull ? nil : $0 }.map { json in
            let reader = ManifestReader(json, file: file.displayPath, item: "safe")
            return SafeMode(
                inputs: (json["inputs"]?.array ?? []).compactMap(\.string),
                memory: try reader.required("memory", try reader.whole("memory", in: ManifestReader.bytes)),
                seconds: try reader.required("seconds", try reader.whole("seconds")))
        }
        seed = try reader.required(
            "seed", json["seed"]?.integer.flatMap { UInt64(exactly: $0) } ?? json["seed"]?.string.flatMap { UInt64($0) }
        )
        command = (json["command"]?.array ?? []).compactMap(\.string)
        directory = json["directory"]?.string ?? ""
        version = json["rhumb"]?.string ?? ""
        libraries = (json["libraries"]?.members ?? []).map { ($0.key, $0.value.string ?? "") }
        machine = try Machine(ManifestReader(json["machine"] ?? .null, file: file.displayPath, item: "machine"))
        threads = try reader.required("threads", try reader.whole("threads", in: 1...1024))
        var ranks: [Processes] = []
        for item in json["ranks"]?.array ?? [] {
            ranks.append(try Processes(ManifestReader(item, file: file.displayPath, item: "ranks")))
        }
        self.ranks = ranks
        cache = json["cache"]?.string
        inputs = (json["inputs"]?.array ?? []).compactMap(Sealed.init)
        started = try reader.required("started", json["started"]?.string)
        resumed = (json["resumed"]?.array ?? []).compactMap(\.string)
        finished = json["finished"]?.string
        seconds = try reader.seconds("seconds") ?? 0
        cells = try reader.required("cells", json["cells"]?.array).enumerated().map { index, cell in
            try Cell(ManifestReader(cell, file: file.displayPath, item: "cell \(index + 1)"), number: index + 1)
        }
        files = (json["files"]?.array ?? []).compactMap(\.string)
        exercises = (json["exercises"]?.members ?? []).map { ($0.key, $0.value.string == "solved") }
        failure = json["error"].map {
            Failure(message: $0["message"]?.string ?? "", location: $0["place"]?.string ?? "")
        }
    }

    /// Whether a file called as manifests are is one: Rhumb's, and not that of a web page or a package.
    static func isManifest(_ json: JSON) -> Bool {
        json["format"]?.integer != nil && json["rhumb"]?.string != nil && json["recipe"]?["sha256"]?.string != nil
    }
}

/// Reads the numbers of an object in a manifest, and says which of them can't be.
struct ManifestReader {
    let json: JSON
    private let file: String
    private let item: String?

    init(_ json: JSON, file: String, item: String? = nil) { (self.json, self.file, self.item) = (json, file, item) }

    /// More than any machine has, and far from where sums overflow.
    static let bytes = 0...(1 << 60)

    func fault(_ clause: String) -> FileError { .malformed(file: file, item: item, .other(clause)) }

    func required<Value>(_ key: String, _ value: Value?) throws(FileError) -> Value {
        if let value { return value }
        if let found = json[key], !found.isNull { throw fault("'\(key)' can't be \(Self.shown(found))") }
        throw .malformed(file: file, item: item, .missing(key: key))
    }

    /// A whole number; nil where there is none.
    func whole(_ key: String, in range: ClosedRange<Int> = 0...(1 << 53)) throws(FileError) -> Int? {
        guard let value = json[key], !value.isNull else { return nil }
        guard let number = value.integer, range.contains(number) else {
            throw fault(
                "'\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(Self.shown(value))"
            )
        }
        return number
    }

    /// An object of its own, without members where there is none.
    func inside(_ key: String) throws(FileError) -> ManifestReader {
        let value = json[key] ?? .object([])
        guard value.members != nil else { throw fault("'\(key)' can't be \(Self.shown(value))") }
        return ManifestReader(value, file: file, item: item)
    }

    /// A length of time; nil where there is none.
    func seconds(_ key: String) throws(FileError) -> Double? {
        guard let value = json[key], !value.isNull else { return nil }
        guard let number = value.number, number >= 0, number <= 1e12 else {
            throw fault("'\(key)' must be a number of seconds, not \(Self.shown(value))")
        }
        return number
    }

    private static func shown(_ value: JSON) -> String {
        let text = value.number.map { $0.isNaN ? "NaN" : value.text() } ?? value.text()
        return text.count > 40 ? text.prefix(39) + "…" : text
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

    fileprivate init(_ reader: ManifestReader, number: Int) throws(FileError) {
        let json = reader.json
        self.number = try reader.required("cell", try reader.whole("cell", in: number...number))
        name = json["name"]?.string
        line = try reader.required("line", try reader.whole("line", in: 1...(1 << 53)))
        status = try reader.required("status", json["status"]?.string.flatMap(Manifest.Status.init(rawValue:)))
        seconds = try reader.seconds("seconds")
        peakMemory = try reader.whole("peakMemory", in: ManifestReader.bytes)
        files = (json["files"]?.array ?? []).compactMap(\.string)
        cached = json["cached"]?.string
    }
}

extension Machine {
    fileprivate init(_ reader: ManifestReader) throws(FileError) {
        let json = reader.json
        self.init(
            processor: json["processor"]?.string ?? "", processorCount: try reader.whole("processors") ?? 0,
            features: (json["features"]?.array ?? []).compactMap(\.string),
            memory: try reader.whole("memory", in: ManifestReader.bytes) ?? 0, system: json["system"]?.string ?? "")
    }
}
