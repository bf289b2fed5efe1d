import Language

extension Recipe {
    /// A task for the reader: a cell to fill in, the cell that tells whether the answer is right, and an answer that
    /// is.
    public struct Exercise: Sendable {
        public let name: String
        /// As shipped it leaves the answer open.
        public let start: Cell
        /// Fails after ``start`` as shipped and passes after ``solution``.
        public let check: Cell
        public let solution: Cell
        /// The prose below the last heading before the solution: what to think of.
        public let hint: String
    }

    /// The exercises in the order of their first cells.
    ///
    /// - Throws: `Diagnostic` of kind `syntax` at a cell whose exercise is incomplete, out of order, or there twice.
    public func exercises() throws(Diagnostic) -> [Exercise] {
        var starts: [(name: String, cell: Cell)] = []
        var checks: [String: Cell] = [:]
        var solutions: [String: (cell: Cell, hint: String)] = [:]
        var prose = ""
        var previous: Attributes.Role?
        for part in parts {
            switch part {
            case .prose(let text): prose = text.text
            case .cell(let cell):
                defer { (prose, previous) = ("", cell.attributes.role) }
                switch cell.attributes.role {
                case nil: continue
                case .exercise(let name):
                    guard !starts.contains(where: { $0.name == name }) else {
                        throw cell.problem("there are two exercises '\(name)'")
                    }
                    starts.append((name, cell))
                case .check(let name):
                    guard starts.contains(where: { $0.name == name }) else {
                        throw cell.problem(
                            "this checks '\(name)', but no exercise before it has that name",
                            help: "begin an exercise with a cell ```rhumb exercise: \(name)")
                    }
                    guard checks.updateValue(cell, forKey: name) == nil else {
                        throw cell.problem(
                            "exercise '\(name)' has two checks", help: "one cell may hold several 'expect'")
                    }
                    guard previous == .exercise(name) else {
                        throw cell.problem(
                            "the check of '\(name)' does not follow its exercise",
                            help: "only prose may stand between them")
                    }
                case .solution(let name):
                    guard solutions.updateValue((cell, Self.parted(beforeSolution: prose).hint), forKey: name) == nil
                    else {
                        throw cell.problem("exercise '\(name)' has two solutions")
                    }
                }
            }
        }
        if let (name, solution) = solutions.first(where: { entry in !starts.contains { $0.name == entry.key } }) {
            throw solution.cell.problem("this solves '\(name)', but no exercise has that name")
        }
        var exercises: [Exercise] = []
        for (name, cell) in starts {
            guard let check = checks[name] else {
                throw cell.problem(
                    "exercise '\(name)' has no check", help: "follow it with a cell ```rhumb check: \(name)")
            }
            guard let solution = solutions[name] else {
                throw cell.problem(
                    "exercise '\(name)' has no solution", help: "add a cell ```rhumb solution: \(name), say at the end")
            }
            exercises.append(.init(name: name, start: cell, check: check, solution: solution.cell, hint: solution.hint))
        }
        return exercises
    }

    /// The prose before a solution: what still belongs to the text above, and, from the headings right before the
    /// solution on, what belongs to the solution.
    package static func parted(beforeSolution prose: String) -> (text: String, hint: String) {
        let lines = prose.split(separator: "\n", omittingEmptySubsequences: false)
        guard let heading = lines.lastIndex(where: { $0.hasPrefix("#") }) else { return ("", prose[...].trimmed) }
        var cut = heading
        while cut > 0, lines[cut - 1].hasPrefix("#") || lines[cut - 1].allSatisfy(\.isWhitespace) { cut -= 1 }
        return (
            lines[..<cut].joined(separator: "\n")[...].trimmed,
            lines[(heading + 1)...].joined(separator: "\n")[...].trimmed
        )
    }
}

extension Recipe.Cell {
    fileprivate func problem(_ message: String, help: String = "") -> Diagnostic {
        Diagnostic(.syntax, message, at: SourceSpan(source: code, range: 0..<code.text.utf8.count), help: help)
    }
}
