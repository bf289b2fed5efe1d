import Basics
import GRPO
import Language
import Tensor

/// `rollout`, `advantages`, `objective`, `explain`: a round piece by piece.
enum RolloutVerbs {
    static var all: [Verb] { [rollout, advantages, objective, explain] }

    private static let small =
        #"t = trainer (load "emoji-sd") reward: ((image, prompt) -> mean(image)) prompts: "a ball" group: 2 round_prompts: 1 steps: 3 train_steps: 2 updates: 1 seed: 1"#

    private static var rollout: Verb {
        Verb(
            "rollout", family: "grpo",
            summary: "a group of judged pictures for each prompt of a trainer's current round",
            parameters: [
                TrainerVerbs.run,
                .option(
                    "prompts", .optional(.either([.string, .list(of: .string)])),
                    fallback: .described("the round's own"),
                    help: "other prompts, as many as a round has"),
            ],
            result: "a rollout: prompts, images, rewards, terms, advantages, latents, log_probs, sigmas",
            details: """
                It changes nothing: drawn again before an update it is the same. `log_probs` has a row for each \
                trained step, averaged over a latent's dimensions; `latents` has one entry more than there are steps.
                """,
            background: .rollout,
            examples: [.init(small + "\nshape((rollout t).log_probs)", gives: "[2, 2]")],
            seeAlso: ["trainer", "advantages", "objective", "step", "grid"]
        ) { call in
            let trainer = try call.object("trainer", as: TrainerValue.self).trainer
            return .object(
                RolloutValue(
                    try trainer.rollout(
                        prompts: call.optional("prompts", call.strings), progress: call.reporting("rollout"))))
        }
    }

    private static var advantages: Verb {
        let standard = GRPOOptions()
        return Verb(
            "advantages", family: "grpo", summary: "how much better than its group each sample did",
            parameters: [
                Parameter(
                    "rewards", .either([.object("rollout"), .object("tensor"), .list(of: .any)]),
                    help: "a rollout, or rewards with a row per group"),
                .option(
                    "std", .choice(AdvantageScale.allCases.map(\.rawValue)), default: .string(standard.std.rawValue),
                    help: "what differences are divided by; not for a rollout, whose trainer has decided"),
                .option(
                    "clip", .number(in: 0...Double.greatestFiniteMagnitude), default: .number(standard.advantageClip),
                    help: "the largest advantage, either way"),
            ],
            result:
                "for a rollout a table: prompt, sample, reward, its terms, advantage; for rewards a tensor of their shape",
            details:
                "A = (r − mean of the group) / (std of the group + 1e-8), with the unbiased standard deviation, within ± clip.",
            background: .advantages,
            examples: [
                .init("advantages [[1, 2, 3], [5, 5, 5]]", gives: "tensor 2×3 float32\n  -1   0   1\n   0   0   0"),
                .init(
                    small + "\nkeys (advantages (rollout t))", gives: #"["prompt", "sample", "reward", "advantage"]"#),
            ],
            seeAlso: ["rollout", "objective", "explain"]
        ) { call in
            if let rollout = try call.value("rewards").object(as: RolloutValue.self)?.rollout {
                guard !rollout.scores.totals.isEmpty else {
                    throw call.failure("rewards", "nothing scored this rollout's pictures: its run has no reward")
                }
                for name in ["std", "clip"] where try call.isGiven(name) {
                    throw call.failure(
                        name, "'\(name)' is set by the rollout's trainer", hint: "advantages(r.rewards, \(name): …)")
                }
                return .table(try table(rollout))
            }
            let rewards = try call.tensor("rewards")
            guard rewards.rank == 2 else {
                throw call.failure(
                    "rewards",
                    "'rewards' must be a matrix, a row per group, not of shape \(Words.shape(rewards.shape))",
                    hint: "[[1, 2, 3], [2, 2, 5]]")
            }
            let result = try Advantages(
                rewards: rewards.floats.map(Double.init), groupSize: rewards.shape[1], scale: call.choice("std"),
                clip: call.number("clip"))
            return .tensor(try Tensor(result.values.map(Float.init), shape: rewards.shape))
        }
    }

    private static func table(_ rollout: Rollout) throws -> Table {
        try Table(
            [
                .init("prompt", rollout.samplePrompts),
                .init("sample", (0..<rollout.sampleCount).map { Double($0 % rollout.groupSize) }),
                .init("reward", rollout.scores.totals),
            ] + rollout.scores.terms.map { .init($0.name, $0.values) } + [.init("advantage", rollout.advantages.values)]
        )
    }

    private static var objective: Verb {
        Verb(
            "objective", family: "grpo",
            summary: "the terms of the clipped objective for the next update, sample by sample and step by step",
            parameters: [
                TrainerVerbs.run, Parameter("rollout", .object("rollout"), help: "of the trainer's current round"),
            ],
            result: """
                a table: sample, step, timestep, sigma, advantage, log_prob, old_log_prob, ratio, unclipped, clipped, \
                kl, loss; the mean of loss is what the update minimises. Other algorithms have columns of their own \
                in place of those that they lack
                """,
            details: """
                ratio = exp(log_prob − old_log_prob), unclipped = −A · ratio, clipped = −A · clip(ratio, 1 − ε, 1 + \
                ε); the loss is the larger of both, plus the KL to the start where it has a weight. Nothing is \
                changed.
                """,
            background: .objective,
            examples: [
                .init(small + "\nr = rollout t\nmax(abs(tensor((objective t r).ratio) - 1)) < 1e-5", gives: "true")
            ],
            seeAlso: ["rollout", "step", "explain"]
        ) { call in
            let trainer = try call.object("trainer", as: TrainerValue.self).trainer
            let rollout = try call.object("rollout", as: RolloutValue.self).rollout
            let rows = try trainer.objective(of: rollout)
            /// A column, where every row has it.
            func column(_ name: String, _ read: (GRPOTrainer.ObjectiveRow) -> Double?) -> Table.Column? {
                let values = rows.compactMap(read)
                return values.count == rows.count ? .init(name, values) : nil
            }
            func timestep(_ row: GRPOTrainer.ObjectiveRow) -> Double {
                Double(rollout.draws[row.step]?.timesteps[row.sample] ?? rollout.timesteps[row.step])
            }
            let hasSigma = rollout.draws.isEmpty
            let measures = rows.first?.measures.keys.sorted() ?? []
            return .table(
                try Table(
                    [
                        column("sample") { Double($0.sample) }, column("step") { Double($0.step) },
                        column("timestep", timestep), column("sigma") { hasSigma ? rollout.sigmas[$0.step] : nil },
                        column("advantage", \.advantage), column("log_prob") { $0.ratio?.logProbability },
                        column("old_log_prob") { $0.ratio?.oldLogProbability }, column("ratio") { $0.ratio?.ratio },
                        column("unclipped") { $0.ratio?.unclipped }, column("clipped") { $0.ratio?.clipped },
                        column("kl", \.divergence),
                    ].compactMap { $0 } + measures.compactMap { name in column(name) { $0.measures[name] } }
                        + [column("loss", \.loss)].compactMap { $0 }))
        }
    }

    private static var explain: Verb {
        Verb(
            "explain", family: "grpo",
            summary: "what a run's algorithm and each of its quantities are, with formula and present value",
            parameters: [
                TrainerVerbs.run,
                Parameter(
                    "quantity", .optional(.string), default: .none, help: "its name; without one, a table of all"),
            ],
            result: "a record: name, meaning, formula, value; or a table of all of them",
            examples: [
                .init(small + "\n(explain t \"ratio\").formula", gives: #""ρ = exp(log p_new − log p_old)""#),
                .init(small + "\n(explain t).name[0]", gives: #""algorithm""#),
            ],
            seeAlso: ["trainer", "objective", "doctor"]
        ) { call in
            let quantities = try call.object("trainer", as: TrainerValue.self).trainer.quantities
            guard let name = try call.optional("quantity", call.string) else {
                return .table(
                    try Table([
                        .init("name", quantities.map(\.name)), .init("value", quantities.map { $0.value ?? "" }),
                        .init("formula", quantities.map(\.formula)), .init("meaning", quantities.map(\.meaning)),
                    ]))
            }
            guard let quantity = quantities.first(where: { $0.name == name }) else {
                throw call.failure(
                    "quantity", "there is no quantity '\(name)'",
                    hint: "one of: " + quantities.map(\.name).joined(separator: ", "))
            }
            return .record([
                "name": .string(quantity.name), "meaning": .string(quantity.meaning),
                "formula": .string(quantity.formula),
                "value": quantity.value.map { .string($0) } ?? Value.none,
            ])
        }
    }
}
