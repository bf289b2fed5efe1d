import Files
import Language
import Tensor

/// Two runs side by side: what they were given, and what came of it.
public struct RunComparison {
    /// Something that went into the runs and is not the same: a parameter, the seed, a line of the recipe.
    public struct Cause: Equatable {
        public let what: String
        public let first: String
        public let second: String
    }

    /// Something that came out of them.
    public struct Row {
        public let kind: String
        public let name: String
        public let first: String
        public let second: String
        /// The largest distance between two numbers of it; nil where it differs in more than numbers.
        public let distance: Double?
        /// Whether that is within what may differ between machines.
        public let isTolerated: Bool
    }

    public let causes: [Cause]
    /// What differs; values that are the same have no row.
    public let rows: [Row]
    /// How many values, tables and figures were compared.
    public let compared: Int
    /// What numbers may differ by, as a share of the larger one: 0 on one machine.
    public let tolerance: Double

    /// Of numbers that were computed by other processors, other libraries or another number of threads.
    public static let toleranceElsewhere = 1e-3
    /// Share of a picture's pixels that may then differ visibly.
    static let pixelTolerance = 0.01

    public var isEqual: Bool { rows.allSatisfy(\.isTolerated) }

    /// - Parameter tolerance: nil asks for equal bits when both ran on the same machine with the same threads, and else
    ///   for ``toleranceElsewhere``.
    /// - Throws: `FileError` for a file that can't be understood.
    public init(_ first: RecordedRun, _ second: RecordedRun, tolerance: Double? = nil) throws {
        let tolerance = tolerance ?? (first.hasSameMachine(as: second) ? 0 : Self.toleranceElsewhere)
        self.tolerance = tolerance
        causes = Self.causes(first, second)
        var comparer = OutcomeComparer(first, second, tolerance: tolerance)
        try comparer.compare()
        (rows, compared) = (comparer.rows, comparer.compared)
    }

    private static func causes(_ first: RecordedRun, _ second: RecordedRun) -> [Cause] {
        let (a, b) = (first.manifest, second.manifest)
        var causes: [Cause] = []
        func add(_ what: String, _ x: String, _ y: String) {
            if x != y { causes.append(Cause(what: what, first: x, second: y)) }
        }
        for change in LineChange.between(first.lines, second.lines) {
            causes.append(Cause(what: change.title, first: change.first, second: change.second))
        }
        add("seed", String(a.seed), String(b.seed))
        let parameters =
            a.parameters.map(\.name)
            + b.parameters.map(\.name).filter { name in !a.parameters.contains { $0.name == name } }
        for name in parameters {
            func text(_ manifest: Manifest) -> String {
                manifest.parameters.first { $0.name == name }.map { $0.value.text() } ?? "—"
            }
            add("parameter \(name)", text(a), text(b))
        }
        add("short form", String(a.isShort), String(b.isShort))
        let inputs =
            a.inputs.map(\.path) + b.inputs.map(\.path).filter { path in !a.inputs.contains { $0.path == path } }
        for path in inputs {
            func sum(_ manifest: Manifest) -> String {
                manifest.inputs.first { $0.path == path }.map {
                    $0.sha256.isEmpty ? "gone" : String($0.sha256.prefix(12))
                } ?? "—"
            }
            add("file \(path)", sum(a), sum(b))
        }
        add("Rhumb", a.version, b.version)
        for (name, version) in a.libraries {
            add(name, version, b.libraries.first { $0.name == name }?.version ?? "—")
        }
        add("processor", a.machine.processor, b.machine.processor)
        add("instruction sets", a.machine.features.joined(separator: " "), b.machine.features.joined(separator: " "))
        add("threads", String(a.threads), String(b.threads))
        add("ranks", a.ranksText ?? "1", b.ranksText ?? "1")
        return causes
    }
}
