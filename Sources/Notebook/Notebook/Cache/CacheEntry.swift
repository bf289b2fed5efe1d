import Files
import Language

/// What a cell gave when it ran, with everything that this depended on.
struct CacheEntry {
    /// The checksum of what is known of a cell before it runs.
    let key: String
    var reads: [FileUse] = []
    /// Patterns of the shell, and the checksum of what they named.
    var patterns: [(pattern: String, digest: String)] = []
    /// Files in the run's folder are in the entry too; those elsewhere must still be there.
    var written: [FileUse] = []
    /// Where the session's stream of seeds stood before and after.
    var seeds: (before: UInt64, after: UInt64) = (0, 0)
    /// The checksum of all that unkept variables come from.
    var origin = ""
    var variables: [Variable] = []
    /// The layout of tensors that don't lie in the order of their dimensions, by name.
    var orders: [String: [Int]] = [:]
    /// As `cells/N.json` has them.
    var outputs: [JSON] = []
    /// What came of an exercise, for its check.
    var exercise: (name: String, isSolved: Bool)?
    /// When it ran, ISO 8601, for how long, and the largest resident memory in bytes.
    var ran = ""
    var seconds = 0.0
    var peakMemory = 0
    /// The run's folder, which paths in the states of training begin with.
    var runFolder = ""
    /// The entry's files, relative to its folder.
    var blobs: [Manifest.Sealed] = []

    struct Variable {
        enum Form: String {
            case stored, function, lost
        }

        let name: String
        let form: Form
        /// Equal for variables that code can't tell apart.
        let identity: String
        /// Short, for messages.
        let shown: String
        /// Whether the cell only had it in its hands, and may have changed it in place.
        let isTouched: Bool
        let isChanging: Bool
        /// As `values.json` has it.
        let value: JSON
    }

    var draws: Bool { seeds.before != seeds.after }

    static let given = "given/", states = "states/", tensors = "values.safetensors"

    /// What it depended on and only running told.
    var trace: String {
        get throws {
            try ValueDigest.of(
                reads.flatMap { [$0.path, $0.digest] } + ["patterns"] + patterns.flatMap { [$0.pattern, $0.digest] }
                    + ["seeds", draws ? String(seeds.before) : ""])
        }
    }
}

extension CacheEntry {
    /// Raised when entries come to mean something else.
    static let format = 1

    var json: JSON {
        [
            "format": .integer(Self.format), "key": .string(key), "ran": .string(ran), "seconds": .number(seconds),
            "peakMemory": .integer(peakMemory), "runFolder": .string(runFolder), "origin": .string(origin),
            "seeds": [.string(String(seeds.before)), .string(String(seeds.after))],
            "reads": .array(reads.map(\.json)), "written": .array(written.map(\.json)),
            "patterns": .array(patterns.map { [.string($0.pattern), .string($0.digest)] }),
            "exercise": exercise.map { [.string($0.name), .bool($0.isSolved)] } ?? .null,
            "variables": .array(variables.map(\.json)),
            "orders": .object(
                orders.sorted { $0.key < $1.key }.map { .init($0.key, .array($0.value.map { .integer($0) })) }),
            "outputs": .array(outputs),
            "blobs": .array(blobs.map { [.string($0.path), .string($0.sha256)] }),
        ]
    }

    /// Nil for what no entry of this version is.
    init?(_ json: JSON) {
        guard json["format"]?.integer == Self.format, let key = json["key"]?.string,
            let seeds = json["seeds"]?.array?.compactMap({ $0.string.flatMap { UInt64($0) } }), seeds.count == 2
        else { return nil }
        self.key = key
        self.seeds = (seeds[0], seeds[1])
        ran = json["ran"]?.string ?? ""
        seconds = json["seconds"]?.number ?? 0
        peakMemory = json["peakMemory"]?.integer ?? 0
        runFolder = json["runFolder"]?.string ?? ""
        origin = json["origin"]?.string ?? ""
        reads = (json["reads"]?.array ?? []).compactMap(FileUse.init)
        written = (json["written"]?.array ?? []).compactMap(FileUse.init)
        patterns = Self.pairs(json["patterns"]).map { ($0, $1) }
        blobs = Self.pairs(json["blobs"]).map { .init(path: $0, sha256: $1) }
        variables = (json["variables"]?.array ?? []).compactMap(Variable.init)
        for member in json["orders"]?.members ?? [] {
            orders[member.key] = (member.value.array ?? []).compactMap(\.integer)
        }
        outputs = json["outputs"]?.array ?? []
        if let pair = json["exercise"]?.array, pair.count == 2, let name = pair[0].string, let isSolved = pair[1].bool {
            exercise = (name, isSolved)
        }
    }

    private static func pairs(_ json: JSON?) -> [(String, String)] {
        (json?.array ?? []).compactMap { pair in
            guard let pair = pair.array, pair.count == 2, let first = pair[0].string, let second = pair[1].string else {
                return nil
            }
            return (first, second)
        }
    }
}

extension FileUse {
    fileprivate var json: JSON { [.string(path), .string(name), .string(digest)] }

    fileprivate init?(_ json: JSON) {
        guard let parts = json.array?.compactMap(\.string), parts.count == 3 else { return nil }
        self.init(path: parts[0], name: parts[1], digest: parts[2])
    }
}

extension CacheEntry.Variable {
    fileprivate var json: JSON {
        [
            "name": .string(name), "form": .string(form.rawValue), "identity": .string(identity),
            "shown": .string(shown),
            "touched": .bool(isTouched), "changing": .bool(isChanging), "value": value,
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let name = json["name"]?.string, let form = json["form"]?.string.flatMap(Form.init(rawValue:)),
            let identity = json["identity"]?.string, let value = json["value"]
        else { return nil }
        self.init(
            name: name, form: form, identity: identity, shown: json["shown"]?.string ?? "",
            isTouched: json["touched"]?.bool ?? false, isChanging: json["changing"]?.bool ?? true, value: value)
    }
}
