import Basics
import Evaluation
import Language
import Plot

/// Stored pictures of one or several evaluations, suite by suite, the same prompt in the same column.
enum ContactSheet {
    /// - Parameters:
    ///   - runs: names and evaluations; each has a row in every suite.
    ///   - columns: pictures per row, at most.
    static func figure(of runs: [(name: String, value: EvaluationValue)], columns: Int = 8) throws -> Figure {
        guard let first = runs.first?.value else { throw RhumbError("there is no evaluation to show") }
        var panels: [Figure] = []
        for suite in first.evaluation.suites {
            // One picture a prompt, and only prompts that every run has stored.
            let keys = first.stored.filter { $0.suite == suite }.map(\.prompt)
            let shared = keys.filter { prompt in
                runs.allSatisfy { $0.value.stored.contains { $0.suite == suite && $0.prompt == prompt } }
            }.prefix(columns)
            guard !shared.isEmpty else { continue }
            let images = runs.flatMap { name, run in
                shared.compactMap { prompt in
                    run.stored.first { $0.suite == suite && $0.prompt == prompt }
                        .map { ImageValue($0.image, name: name.isEmpty ? prompt : name) }
                }
            }
            panels.append(try GridVerb.figure(of: images, captions: nil, columns: shared.count, title: suite))
        }
        guard !panels.isEmpty else {
            throw RhumbError(
                "these evaluations store no pictures of the same prompts", hint: "`evaluate` stores some: keep: 8")
        }
        return .grid(panels, columns: 1, title: runs.count > 1 ? runs.map(\.name).joined(separator: " / ") : "")
    }
}
