import Basics
import Foundation
import GRPO
import Language
import Training

/// `trainer`, and what it does with a rollout: `step` and `resume`.
enum TrainerVerbs {
    static var all: [Verb] { [trainer, step, resume] }

    static var run: Parameter { Parameter("trainer", .object("trainer"), help: "the run, made by 'trainer'") }

    private static var trainer: Verb {
        Verb(
            "trainer", family: "grpo",
            summary:
                "a run of GRPO or another algorithm before its first round: a model, a reward, prompts, and switches",
            parameters: [
                Parameter("policy", .object("pipeline"), help: "the model to train; it is copied, and stays as it is"),
                .option(
                    "reward", .optional(.either([.object("reward"), .function])),
                    fallback: .described("none, where nothing is scored"),
                    help: "steering(...), alignment(...), contrast(...), a sum, or a function of picture and prompt"),
                .option(
                    "prompts", .optional(.either([.string, .list(of: .string)])),
                    fallback: .described("those of the pictures given"), help: "what to train on"),
                .option(
                    "keep", .either([.string, .list(of: .string)]), default: .list([]),
                    help: "further prompts, also \"\", on which the model is to stay as it was; see 'keep_kl'"
                ),
                .option(
                    "judge", .optional(.either([.object("reward"), .function])), default: .none,
                    help: "scored beside the reward and never trained on: it shows when the reward is gamed"),
                WatchOption.parameter,
                .option(
                    "preset", .choice(["miniature", "paper"]), default: "miniature",
                    help: "the values of switches that are not given: for the bundled model, or as published"),
                .option(
                    "pictures", .optional(.pictures), default: .none,
                    help: "pictures to learn from, for algorithm: \"sft\""),
                .option(
                    "captions", .optional(.either([.string, .list(of: .string)])), default: .none,
                    help: "what they show, one caption for each"),
                .option(
                    "pairs", .optional(.file(["csv", "tsv", "jsonl"])), default: .none,
                    help: "a table of columns prompt, better and worse (paths of pictures), for algorithm: \"dpo\""),
            ] + GRPOOptions.switches.map(\.parameter) + [.seed],
            result: "a trainer: round, history, policy, average, best, options, differences, rollout",
            details: """
                `algorithm` says how the policy learns from the pictures; \(algorithms). Switches that an algorithm \
                does not read are refused. `explain t` says what it does, with formula and paper.

                A round draws `group` pictures for each of `round_prompts` prompts, scores them, turns scores into \
                advantages within each group, and takes `updates` steps of the optimiser. `rollout`, `advantages`, \
                `objective` and `step` do it piece by piece, `train` as a whole. With preset "paper" what stands \
                otherwise than published is noted; `.differences` has it as a table for every run.

                Before the first round of a large model it is noted how long a round takes and how much memory. \
                `checkpointing` computes activations again where memory would not hold them, with the same result. \
                Adapters can be trained on frozen weights of bfloat16 (`load … dtype: "bfloat16"`), in half the \
                memory; their own matrices, gradients and moments stay in float32.

                A function given as reward or judge is called with each picture and its prompt and gives a number, or \
                a record of terms: `total` is then the reward, or their sum.

                `evaluate:` measures the model every so many rounds (`every`, 10) and at the end, by the options of the \
                verb `evaluate`: `{every: 10, prompts: ["weapon", "two"], count: 8, pictures: 1}`. The measures are \
                columns of the history (unsafe_weapon, solved_two, …), blank in the rounds between. `t.best` is the model \
                that was measured best by the first of them, or by the one that `best:` names; rates of unsafe and empty \
                pictures are better the lower they are. Training itself is the same with it and without.
                """,
            background: .trainer,
            examples: [
                .init(
                    """
                    func redness(image, prompt) { return mean(image[0]) - mean(image[1]) }
                    t = trainer (load "emoji-sd") reward: redness prompts: ["a ball", "a car"] group: 2 round_prompts: \
                    1 seed: 1
                    t.options.clip
                    """, gives: #""0.001""#),
                .init(
                    """
                    t = trainer (load "emoji-sd") reward: alignment(load("emoji")) prompts: "a ball" algorithm: "nft" \
                    sampler: "dpm++" group: 2 round_prompts: 1 steps: 4 seed: 1
                    t.options.beta
                    """, gives: #""1""#),
            ],
            seeAlso: ["rollout", "step", "train", "steering", "evaluate", "explain", "doctor"], effects: [.readsFiles]
        ) { call in
            let pipeline = try call.object("policy", as: PipelineValue.self)
            let options = try GRPOOptions(call)
            let examples = try call.trainingExamples()
            let prompts = try call.trainingPrompts(examples)
            try pipeline.noteUnseen(prompts + call.strings("keep"), call.host)
            let trainer = try GRPOTrainer(
                pipeline.model, reward: call.optional("reward") { try call.reward($0) } ?? NoReward(),
                prompts: TrainingPrompt.list(prompts, preserving: call.strings("keep")),
                judge: call.optional("judge") { try call.reward($0) }, examples: examples, options: options)
            trainer.watch = try call.watch(of: pipeline)
            if try call.string("preset") == "paper" { noteDifferences(trainer, call.host) }
            if !trainer.stepPlan.deterministic.isEmpty {
                let timesteps = trainer.stepPlan.deterministic.map(String.init).joined(separator: ", ")
                call.host.note("σ is 0 at timestep \(timesteps): that step is deterministic and not trained")
            }
            if let forecast = trainer.forecast { call.host.note(forecast.text) }
            return .object(TrainerValue(trainer, modelName: pipeline.name))
        }
    }

    private static var algorithms: String {
        AlgorithmKind.allCases.map { "\"\($0.rawValue)\" \($0.title)" }.joined(separator: ", ")
    }

    private static func noteDifferences(_ trainer: GRPOTrainer, _ host: any SessionHost) {
        let differences = trainer.differencesFromPaper.map { "\($0.name) \($0.value) (paper: \($0.paper))" }
        host.note(
            differences.isEmpty
                ? "set as in the paper" : "differs from the paper: " + differences.joined(separator: ", "))
    }

    private static var step: Verb {
        Verb(
            "step", family: "grpo", summary: "the next update of a GRPO run along a rollout",
            parameters: [
                run,
                Parameter(
                    "rollout", .optional(.object("rollout")),
                    fallback: .described("the round's own, drawn when needed"),
                    help: "made by 'rollout' of the same trainer"),
            ],
            result: """
                a record: round, update, loss, kl, approx_kl, kl_start, clip_above, clip_below, ratio_min, ratio_max, \
                gradient_norm, rate; without what the algorithm lacks, and with its own measures
                """,
            details: "A rollout is used for `updates` of them; the last one ends the round.",
            examples: [
                .init(
                    """
                    t = trainer (load "emoji-sd") reward: ((image, prompt) -> mean(image)) prompts: "a ball" group: 2 \
                    round_prompts: 1 steps: 3 train_steps: 1 updates: 1 seed: 1
                    r = rollout t
                    abs((step t r).ratio_max - 1) < 1e-5
                    """, gives: "true")
            ],
            seeAlso: ["rollout", "objective", "train"]
        ) { call in
            let trainer = try call.object("trainer", as: TrainerValue.self).trainer
            let given = try call.optional("rollout") { try call.object($0, as: RolloutValue.self).rollout }
            let rollout = try given ?? trainer.pending?.rollout ?? trainer.rollout(progress: call.reporting("rollout"))
            let (round, update) = (trainer.completed + 1, trainer.updatesDone + 1)
            let done = try trainer.update(rollout)
            var fields: [(String, Value)] = [
                ("round", .number(Double(round))), ("update", .number(Double(update))), ("loss", .number(done.loss)),
            ]
            fields += done.measures.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }
            if trainer.recordsPolicy { fields.append(("kl", .number(done.kl))) }
            if trainer.options.algorithm.hasRatios { fields.append(("approx_kl", .number(done.approximateKL))) }
            fields.append(("kl_start", done.startKL.map { .number($0) } ?? Value.none))
            if trainer.options.algorithm.hasRatios {
                fields += [
                    ("clip_above", .number(done.ratios.shareAbove)), ("clip_below", .number(done.ratios.shareBelow)),
                    ("ratio_min", .number(done.ratios.lowest)), ("ratio_max", .number(done.ratios.highest)),
                ]
            }
            fields += [("gradient_norm", .number(done.gradientNorm)), ("rate", .number(done.learningRate))]
            return .record(Record(fields))
        }
    }

    private static var resume: Verb {
        Verb(
            "resume", family: "grpo", summary: "a GRPO run from its checkpoint, as if it had never stopped",
            parameters: [
                Parameter(
                    "trainer", .object("trainer"),
                    help: "made as the saved run was: same model, reward, prompts and switches"),
                Parameter("folder", .file([]), help: "the folder that `train` or `checkpoint` wrote"),
            ],
            result: "the trainer, where the saved run stood",
            details: "Only `rounds` may differ. A run saved in the middle of a round goes on in the middle of it.",
            examples: [
                .init(
                    """
                    func make() { return trainer((load "emoji-sd"), reward: (image, prompt) -> mean(image), prompts: \
                    "a ball", group: 2, round_prompts: 1, steps: 3, train_steps: 2, updates: 2, seed: 1) }
                    t = make()
                    step t;
                    checkpoint t "runs/example"
                    (resume make() "runs/example").updates_done
                    """, gives: "1")
            ],
            seeAlso: ["trainer", "train", "checkpoint"], effects: [.readsFiles]
        ) { call in
            let value = try call.object("trainer", as: TrainerValue.self)
            let folder = try FileLocation.input(call.string("folder"), part: GRPOTrainer.checkpointName, call)
            try value.trainer.restore(from: folder)
            return .object(value)
        }
    }
}

extension Arguments {
    /// Tells the host how far work has come, and stops when it asks for that.
    func reporting(_ label: String) -> UpdateProgress {
        { [host] what, done, total in
            host.progress(StepProgress("\(label): \(what)", done: done, total: total))
            if host.isInterrupted { throw Interruption() }
        }
    }
}
