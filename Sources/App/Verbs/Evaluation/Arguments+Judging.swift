import Notebook
import Basics
import CLIP
import Evaluation
import Language
import Tensor
import World

/// Pictures on their way to an evaluation: what was given, as lists of pictures with their prompts.
extension Arguments {
    /// The judge that is given, or the world's.
    ///
    /// - Parameter benchmark: what its pictures were asked for by.
    func judge(of benchmark: any Benchmark = WorldBenchmark()) throws -> PictureJudge {
        let clip = try optional("clip") { try object($0, as: ClipValue.self).embedder }
        let given = try optional("judge") { try object($0, as: JudgeValue.self).judge }
        return PictureJudge(
            try given ?? WorldJudge(try detector()), of: benchmark,
            clip: try clip ?? CLIPEmbedder.load(folder: BundledModel.named("emoji")!.folder()), rules: try rules(),
            keeping: try whole("keep"))
    }

    /// Pictures of the first prompts of a list, those of one prompt together.
    func judge(_ images: [Image], ofTheList name: String, by judge: PictureJudge) throws {
        let suite = try PromptSuite.named(name), copies = try whole("pictures")
        guard !images.isEmpty, images.count % copies == 0 else {
            throw failure("of", "'\(name)' has \(images.count) pictures, which are not \(copies) for each prompt")
        }
        let prompts = suite.prompts(count: images.count / copies)
        guard prompts.count == images.count / copies else {
            throw failure("of", "'\(name)' has \(images.count) pictures, and only \(prompts.count) prompts")
        }
        try judge.judge(
            images, of: images.indices.map { prompts[$0 / copies].text }, copies: images.indices.map { $0 % copies },
            suite: suite.name)
    }

    /// Rows of prompt and image; a column `suite`, or `group` as `prompts` gives it, names the list.
    func judge(_ table: Table, by judge: PictureJudge) throws {
        func texts(_ name: String) throws -> [String]? {
            try table.columns.first { $0.name == name }?.values.map { value in
                guard case .string(let text) = value else {
                    throw failure(
                        "of", "the column '\(name)' must hold strings, not \(value.described)")
                }
                return text
            }
        }
        guard let prompts = try texts("prompt"), let shown = table.columns.first(where: { $0.name == "image" }) else {
            throw failure("of", "the table needs the columns 'prompt' and 'image'")
        }
        let images = try images(in: .list(shown.values), of: "of")
        let suites = try texts("suite") ?? texts("group") ?? prompts.map { _ in "pictures" }
        for suite in suites.reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
            let rows = suites.indices.filter { suites[$0] == suite }
            var seen: [String: Int] = [:]
            let copies = rows.map { row in
                defer { seen[prompts[row], default: 0] += 1 }
                return seen[prompts[row], default: 0]
            }
            try judge.judge(rows.map { images[$0] }, of: rows.map { prompts[$0] }, copies: copies, suite: suite)
        }
    }
}

/// Shows the host how an evaluation comes on, and stops it when the host asks for that.
final class SamplingObserver: EvaluationObserver {
    private let host: any SessionHost
    /// Which of several models is sampled; empty for one.
    private let model: String
    private var shown: (done: Int, pictures: LivePictures)?

    init(_ host: any SessionHost, model: String) { (self.host, self.model) = (host, model) }

    func progressed(_ progress: EvaluationProgress, part: (what: String, done: Int, total: Int)?) {
        if progress.done > 0, shown?.done != progress.done {
            let images = progress.pictures
            shown = (progress.done, LivePictures { PictureSheet(images, columns: 8) })
        }
        host.progress(
            StepProgress(
                model.isEmpty ? "evaluate" : "evaluate \(model)", done: progress.done, total: progress.total,
                detail: progress.standing,
                part: part.map { .init($0.what, done: $0.done, total: $0.total) }, attachment: shown?.pictures))
    }

    var isInterrupted: Bool { host.isInterrupted }
    func note(_ text: String) { host.note(model.isEmpty ? text : "\(model): \(text)") }
}
