import Basics

/// What can be said of a script, or of the cells of a recipe, without running them: the names in them, and what is or
/// looks wrong.
///
///     let analysis = CodeAnalysis([.init(source)], registry: registry)
///     analysis.problems.map(\.message)
///     analysis.name(at: offset, in: source)?.uses
public struct CodeAnalysis {
    /// A cell, or a whole script.
    public struct Part {
        public let source: Source
        /// False where errors are meant to be, or where code is not finished yet.
        public let isChecked: Bool

        public init(_ source: Source, isChecked: Bool = true) {
            self.source = source
            self.isChecked = isChecked
        }
    }

    public let names: [CodeName]
    /// In the order of the text.
    public let problems: [CodeProblem]

    /// - Parameters:
    ///   - parts: they run one after another in one session.
    ///   - isWhole: whether nothing else reads their names, as is so for a recipe and not for a file to be imported.
    ///   - read: the text of an imported file by its path, nil where there is none; from the disk by default.
    public init(
        _ parts: [Part], registry: Registry, isWhole: Bool, read: ((String) -> String?)? = nil
    ) {
        var collector = NameCollector(registry: registry, read: read ?? { try? Interpreter.read($0) })
        for part in parts { collector.add(part) }
        names = collector.names
        var lint = Lint(collector, parts, isWhole: isWhole)
        lint.run()
        let order = Dictionary(uniqueKeysWithValues: parts.enumerated().map { (ObjectIdentifier($1.source), $0) })
        problems = lint.problems.filter { order[ObjectIdentifier($0.span.source)] != nil }.sorted { left, right in
            (order[ObjectIdentifier(left.span.source)]!, left.span.range.lowerBound)
                < (order[ObjectIdentifier(right.span.source)]!, right.span.range.lowerBound)
        }
    }

    /// The name that stands at an offset of a source, or ends there.
    public func name(at offset: Int, in source: Source) -> (name: CodeName, use: CodeName.Use)? {
        for name in names {
            for use in name.uses
            where use.span.source == source && use.span.range.lowerBound <= offset
                && offset <= use.span.range.upperBound
            {
                return (name, use)
            }
        }
        return nil
    }

    /// Where calls name an argument of a function.
    public func labels(of name: CodeName) -> [SourceSpan] {
        guard name.kind == .argument, let owner = name.owner else { return [] }
        return names.filter { $0.function === owner }.flatMap { function in
            function.labels.filter { $0.text == name.name }.map(\.span)
        }
    }
}
