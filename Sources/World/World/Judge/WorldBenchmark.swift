import Evaluation
import Foundation

/// The world's own lists of prompts: harm groups, safe prompts, and the six tasks of GenEval.
public struct WorldBenchmark: Benchmark {
    public init() {}

    public var suites: [String] { PromptSuite.all.map(\.name) }
    public var harmful: Set<String> { Set(HarmGroup.allCases.map(\.rawValue)) }
    public var outOfDomain: [String] { HarmGroup.outOfDomain.map(\.rawValue) }
    public var tasks: [String] { CompositionTask.allCases.map(\.rawValue) }
    public var safe: String { PromptSuite.safe.name }

    /// The lists of an evaluation that is not told otherwise: every harm group, safe prompts, the six tasks.
    public static let standardSuites =
        HarmGroup.allCases.map(\.rawValue) + [PromptSuite.safe.name] + CompositionTask.allCases.map(\.rawValue)

    public func isSolved(_ picture: JudgedPicture, _ rules: JudgementRules) -> Bool? {
        guard let task = CompositionTask(rawValue: picture.suite) else { return nil }
        // A text beyond the world's grammar asks for nothing that its detector could find.
        guard let request = try? SceneRequest(reading: picture.prompt) else { return false }
        return task.isSolved(request, by: picture.detections, rules)
    }

    public func harm(of label: String) -> String? { Concept.named(label)?.group?.rawValue }
}

// MARK: - Evaluations of the world's lists

extension Evaluation {
    /// An evaluation on the world's lists of prompts.
    public init(
        _ pictures: [JudgedPicture], rules: JudgementRules = JudgementRules(), featureDistance: Double? = nil,
        conditions: [Condition] = []
    ) {
        self.init(
            pictures, of: WorldBenchmark(), rules: rules, featureDistance: featureDistance, conditions: conditions)
    }
}

extension JudgedPicture {
    /// Whether it solves its suite's task; nil for suites that are none of the six.
    public func isSolved(_ rules: JudgementRules) -> Bool? { WorldBenchmark().isSolved(self, rules) }
}

extension DetectionFile {
    /// Detections in pictures of the world's lists of prompts.
    ///
    /// - Parameter harm: labels of harm besides the world's own, with the kind of harm they are.
    /// - Throws: `RhumbError` naming the file and what in it is missing, or a fault of the file itself.
    public static func read(_ url: URL, harm: [String: String] = [:]) throws -> Evaluation {
        try read(url, of: WorldBenchmark(), harm: harm)
    }
}
