import Language

/// What a run with a cache would do, cell by cell, and why. Nothing runs to find out.
public struct RecipePlan {
    public enum Verdict: String, Sendable {
        case skip, run
        /// A cell before it decides, which runs.
        case maybe
    }

    public struct Line: Sendable {
        /// The cell's place among all cells, from 1, and its name where it has one.
        public let cell: Int
        public let name: String?
        /// Of its first line of code in the recipe, from 1.
        public let line: Int
        public let verdict: Verdict
        public let reason: String
    }

    /// A line for each cell that is there to run.
    public let lines: [Line]
    private let isNotebook: Bool

    /// - Throws: as ``RecipeRun/init(_:registry:request:environment:cache:isConfined:front:makeFolder:)``, whose
    ///   cells these are.
    public init(_ recipe: Recipe, registry: Registry, request: RunRequest, cache: CellCache) throws {
        try recipe.requireCells()
        try request.check(against: recipe.parameters())
        let planner = try CellPlanner(
            recipe, exercises: recipe.exercises(), cache: cache, settings: request.settings, isShort: request.isShort,
            registry: registry)
        isNotebook = Recipe.isNotebook(recipe.path)
        var knowledge = CellPlanner.Knowledge()
        knowledge.seeds = try request.seed ?? recipe.seed() ?? 0
        lines = zip(planner.cells, try planner.plan(from: 0, knowledge)).map { code, decision in
            let (verdict, reason): (Verdict, String) =
                switch decision {
                case .skip(let entry): (.skip, "nothing changed; " + entry.whenItRan)
                case .run(let reason, let isCertain, _): (isCertain ? .run : .maybe, reason.text)
                }
            return Line(
                cell: code.cell.number, name: code.cell.attributes.name, line: code.cell.line, verdict: verdict,
                reason: reason)
        }
    }

    /// As columns, and a line that counts.
    public var text: String {
        let places = lines.map { "cell \($0.cell)" + ($0.name.map { " \($0)" } ?? "") }
        // In a notebook every cell begins with its first line.
        let positions = lines.map { isNotebook ? "" : "line \($0.line)" }
        let widths = [places, positions].map { $0.map(\.displayWidth).max() ?? 0 }
        var text = ""
        for (index, line) in lines.enumerated() {
            text +=
                places[index].padded(to: widths[0]) + "  " + positions[index].padded(to: widths[1])
                + (isNotebook ? "" : "  ")
                + line.verdict.rawValue.padded(to: 5) + "  " + line.reason + "\n"
        }
        func count(_ verdict: Verdict) -> Int { lines.count { $0.verdict == verdict } }
        let skipped = count(.skip)
        let running = count(.run)
        let open = count(.maybe)
        let noun = lines.count == 1 ? "cell" : "cells"
        return text + "\n\(running) of \(lines.count) \(noun) to run, \(skipped) to skip"
            + (open > 0 ? ", \(open) to be decided by what those give" : "") + "\n"
    }
}

extension CacheEntry {
    /// `ran on 2025-01-31 at 14:25, in 12 s`
    var whenItRan: String {
        let parts = ran.split(separator: "T")
        let time = parts.count == 2 ? "\(parts[0]) at \(parts[1].prefix(5))" : ran
        let tenths = (seconds * 10).rounded() / 10
        return "ran on \(time)" + (tenths > 0 ? ", in \(Value.number(tenths).text) s" : "")
    }
}
