import Basics
import Language

/// Several runs of a recipe, one for each combination of values of some parameters.
public struct Sweep: Sendable {
    /// A parameter, and the texts it takes in turn.
    public struct Axis: Sendable, Equatable {
        public let name: String
        public let values: [String]
    }

    public let axes: [Axis]

    /// - Parameter texts: `alpha=0.25,0.5,1`; a comma inside brackets, braces or quotes belongs to the value.
    /// - Throws: `RunError.malformedSweep`; `RunError.sweptTwice`.
    public init(_ texts: [String]) throws(RunError) {
        var axes: [Axis] = []
        for text in texts {
            guard let cut = text.firstIndex(of: "="), cut != text.startIndex else { throw .malformedSweep(text) }
            let name = String(text[..<cut])
            let values = Self.split(text[text.index(after: cut)...])
            guard values.allSatisfy({ !$0.isEmpty }) else { throw .malformedSweep(text) }
            guard !axes.contains(where: { $0.name == name }) else { throw .sweptTwice(name) }
            axes.append(Axis(name: name, values: values))
        }
        self.axes = axes
    }

    /// Every combination, the last axis fastest.
    public var points: [[(name: String, value: String)]] {
        axes.reduce([[]]) { points, axis in
            points.flatMap { point in axis.values.map { point + [(axis.name, $0)] } }
        }
    }

    private static func split(_ text: Substring) -> [String] {
        var parts = [""]
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if "[{(".contains(character) {
                depth += 1
            } else if "]})".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    /// A row for each run: the parameters, how it ended, and the numbers it ended with.
    ///
    /// - Parameters:
    ///   - runs: the manifest of each point and the numbers among its variables.
    ///   - shown: names of numbers, in order; empty for all that are not parameters.
    /// - Throws: `RunError.unknownResult` for a name that no run gave.
    public func table(
        _ runs: [(status: Manifest.Status, seconds: Double, numbers: [(name: String, value: Double)])],
        showing shown: [String] = []
    ) throws -> Table {
        var names: [String] = []
        for (name, _) in runs.flatMap(\.numbers) where !names.contains(name) { names.append(name) }
        for name in shown where !names.contains(name) {
            throw RunError.unknownResult(name, known: names, suggestion: Suggestion.closest(to: name, in: names))
        }
        let columns = axes.enumerated().map { position, axis in
            Table.Column(
                axis.name,
                points.map { point -> Value in
                    Double(point[position].value).map { .number($0) } ?? .string(point[position].value)
                })
        }
        let results = (shown.isEmpty ? names : shown).map { name in
            Table.Column(
                name,
                runs.map { run -> Value in
                    run.numbers.last { $0.name == name }.map { .number($0.value) } ?? Value.none
                })
        }
        let failed = runs.contains { $0.status != .complete }
        return try Table(
            columns + (failed ? [.init("status", runs.map(\.status.rawValue))] : []) + results
                + [.init("seconds", runs.map { ($0.seconds * 10).rounded() / 10 })])
    }
}
