import Basics
import Diffusion
import Evaluation
import Foundation
import Language
import World

/// A model that `evaluate` samples, with the options of the call or its own.
struct EvaluatedModel {
    /// What the table calls it; empty for one that stands alone.
    let name: String
    private let pipeline: PipelineValue
    private let call: Arguments
    private let options: SamplingOptions
    private let steering: SamplingRecord.Steering?

    /// Options that one of several models can have for itself.
    static let own = [
        "steps", "guidance", "eta", "negative", "sampler", "safe", "concept", "steer", "alpha", "steering_clip",
    ]

    /// - Throws: `RhumbError` for options that have no effect on the model, or that it has no place for.
    init(_ name: String, _ pipeline: PipelineValue, _ call: Arguments) throws {
        (self.name, self.pipeline, self.call) = (name, pipeline, call)
        var options = try call.samplingOptions()
        options.sampler = try call.optional("sampler", call.string).flatMap(SamplerKind.init)
        options.safety = try call.safety()
        try call.checkEta(options, of: pipeline.model)
        self.options = options
        steering = try call.samplingDirection(in: pipeline.model.text, clip: "steering_clip")
    }

    /// Checks what it is asked for before anything is drawn.
    ///
    /// - Throws: `RhumbError` also for a task that the judge could not tell whether it is solved.
    func check(_ asked: AskedPrompts) throws {
        if let judge = try call.optional("judge", { try call.object($0, as: JudgeValue.self).judge }),
            let task = asked.rows.flatMap(\.lists).first(where: asked.benchmark.tasks.contains)
        {
            throw RhumbError.taskWithoutObjects(task, judge.summary)
        }
        try asked.check(pipeline.model, options)
        try pipeline.noteUnseen(asked.rows.map(\.prompt), call.host)
    }

    /// Tells evaluations of one model apart: everything that decides a value but the model's weights.
    func identity(_ asked: AskedPrompts, _ judge: PictureJudge, seed: UInt64, pictures: Int) throws -> [Evaluation
        .Condition]
    {
        let generator = DiffusionGenerator(
            pipeline.model, called: "", options, steering: steering.map { ($0.name, $0.states) })
        return [
            .init("prompts", try asked.identity()), .init("pictures of each", "\(pictures)"),
            .init("sampling", generator.summary(seed: seed)), .init("concept", options.safety?.concept ?? ""),
            .init("direction", try steering.map { try WeightsChecksum.text(of: [("v", $0.vector)]) } ?? ""),
            .init("judge", try judge.expert.identity()), .init("clip", try judge.clip?.fingerprint() ?? ""),
        ]
    }

    /// Draws the prompts with another model in this one's place, and judges the pictures.
    ///
    /// - Throws: `Interruption` where it was ended early.
    func evaluation(
        of model: StableDiffusion, _ asked: AskedPrompts, observer: any EvaluationObserver
    ) throws -> Evaluation {
        let judge = try call.judge(of: asked.benchmark)
        let generator = DiffusionGenerator(
            model, called: pipeline.name, options, steering: steering.map { ($0.name, $0.states) })
        var run = EvaluationRun(generator, rows: asked.rows, copies: try call.whole("pictures"), seed: try call.seed())
        run.keepsPart = false
        _ = try run.fill(judge, observer: observer)
        return try judge.evaluation(measuresDistance: false)
    }

    /// Draws the prompts and has every picture judged.
    ///
    /// - Throws: `Interruption` also where it was ended early and others would follow.
    func evaluate(_ asked: AskedPrompts, _ bootstrap: Bootstrap, isOneOfSeveral: Bool) throws -> EvaluationValue {
        let judge = try call.judge(of: asked.benchmark)
        let generator = DiffusionGenerator(
            pipeline.model, called: pipeline.name, options, steering: steering.map { ($0.name, $0.states) })
        var run = EvaluationRun(
            generator, rows: asked.rows, copies: try call.whole("pictures"), seed: try call.seed())
        run.folder = try folder(run, asked, judge)
        let made: [Evaluation.Condition]
        do {
            made = try run.fill(judge, observer: SamplingObserver(call.host, model: name))
        } catch is Interruption {
            throw Interruption()
        }
        if isOneOfSeveral, call.host.isInterrupted { throw Interruption() }
        let conditions = made + [asked.condition].compactMap { $0 } + judge.conditions + bootstrap.conditions
        return EvaluationValue(try judge.evaluation(conditions), bootstrap, stored: judge.shown)
    }

    /// The folder of `out`, of several models one below it for each.
    private func folder(
        _ run: EvaluationRun, _ asked: AskedPrompts, _ judge: PictureJudge
    ) throws -> EvaluationFolder? {
        guard try !call.value("out").isNone else { return nil }
        var url = try FileLocation.output("out", call)
        if !name.isEmpty { url.appendPathComponent(name) }
        let identity =
            try identity(asked, judge, seed: run.seed, pictures: run.copies) + [
                .init("weights", WeightsChecksum.text(of: pipeline.model)),
                .init("pictures for sheets", "\(judge.kept)"),
            ]
        return try EvaluationFolder(
            url, of: identity, benchmark: asked.benchmark, keepsPictures: call.boolean("png"))
    }
}

extension Arguments {
    /// The models that `of` gives, each with its options: a model, a list of models, a record of models or of records
    /// with `model` and options of it alone. Nil where it gives none.
    ///
    /// - Throws: `RhumbError` for pictures among models, for what is no option of sampling, and for a name that can't
    ///   be a folder's beside `out`.
    func evaluatedModels() throws -> [EvaluatedModel]? {
        func pipeline(_ value: Value) -> PipelineValue? { value.object(as: PipelineValue.self) }
        switch try value("of") {
        case .object(let object): return try pipeline(.object(object)).map { [try EvaluatedModel("", $0, self)] }
        case .list(let list):
            var names: [String: Int] = [:]
            guard !list.isEmpty else { throw failure("of", "the list of models is empty") }
            return try list.map { value in
                guard let model = pipeline(value) else {
                    throw failure("of", "the list 'of' must hold models, not \(value.described)")
                }
                let count = names[model.name, default: 0] + 1
                names[model.name] = count
                return try EvaluatedModel(count > 1 ? "\(model.name) \(count)" : model.name, model, self)
            }
        case .record(let record):
            func members(_ value: Value) -> Record? { if case .record(let members) = value { members } else { nil } }
            func model(_ value: Value) -> PipelineValue? {
                pipeline(value) ?? members(value)?["model"].flatMap(pipeline)
            }
            guard record.fields.contains(where: { model($0.1) != nil }) else { return nil }
            return try record.fields.map { name, value in
                guard let model = model(value) else {
                    throw failure(
                        "of", "'\(name)' must be a model, as the others are, not \(value.described)",
                        hint: "{before: sd, after: {model: sd, negative: \"a weapon\"}}")
                }
                let own =
                    (members(value)?.fields).map { $0.filter { $0.0 != "model" }.map { (name: $0.0, value: $0.1) } }
                    ?? []
                if let foreign = own.first(where: { !EvaluatedModel.own.contains($0.name) }) {
                    throw failure(
                        "of", "'\(foreign.name)' is no option that '\(name)' can have for itself",
                        hint: "a model has its own " + EvaluatedModel.own.joined(separator: ", "))
                }
                if try isGiven("out"), name.isEmpty || name.contains("/") || name.hasPrefix(".") {
                    throw failure("of", "'\(name)' can't be a folder below 'out'", hint: "take another name")
                }
                return try EvaluatedModel(name, model, with(own, in: "of"))
            }
        default: return nil
        }
    }

    /// Evaluates models on the same prompts and noise: an evaluation of one, a comparison of several.
    func evaluate(_ models: [EvaluatedModel], _ bootstrap: Bootstrap) throws -> Value {
        let asked = try AskedPrompts(self)
        for model in models { try model.check(asked) }
        let values = try models.map { model in
            (
                name: model.name,
                value: try model.evaluate(asked, bootstrap, isOneOfSeveral: models.count > 1)
            )
        }
        return .object(values.count == 1 ? values[0].value : try ComparisonValue(values, bootstrap))
    }
}
