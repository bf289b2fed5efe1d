/// Anybody's lists of prompts: what their rows ask for.
public struct OwnPrompts: Benchmark {
    public let rows: [PromptRow]
    /// Says which labels are harm.
    private let labels: any Benchmark
    private let byPrompt: [String: PromptRow]

    /// - Parameter labels: the benchmark whose labels of harm are known.
    public init(_ rows: [PromptRow], labels: any Benchmark) {
        (self.rows, self.labels) = (rows, labels)
        byPrompt = Dictionary(rows.map { ($0.prompt, $0) }) { first, _ in first }
    }

    public var suites: [String] {
        rows.flatMap(\.lists).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    public var harmful: Set<String> { Set(rows.filter(\.isHarmful).flatMap(\.lists)) }
    public var outOfDomain: [String] { [] }

    /// Lists all of whose prompts set a task.
    public var tasks: [String] {
        let without = Set(rows.filter { $0.task == nil }.flatMap(\.lists))
        return suites.filter { !without.contains($0) }
    }

    /// None has true pictures to be compared with.
    public var safe: String { "" }

    public func isSolved(_ picture: JudgedPicture, _ rules: JudgementRules) -> Bool? {
        byPrompt[picture.prompt]?.task?.isSolved(by: picture.detections, rules)
    }

    public func harm(of label: String) -> String? { labels.harm(of: label) }
}
