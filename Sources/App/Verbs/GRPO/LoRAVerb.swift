import Basics
import Diffusion
import Foundation
import Language
import Tensor

/// `lora` and `fuse`: the adapters of files on a model, and in its weights.
enum LoRAVerb {
    static var all: [Verb] { [lora, fuse] }

    private static var lora: Verb {
        Verb(
            "lora", family: "grpo", summary: "a model with the low-rank adapters of files, or without any",
            parameters: [
                Parameter("model", .object("pipeline"), help: "the model they were trained on; it stays as it is"),
                Parameter(
                    "path", .optional(.either([.file(["safetensors", "bin"]), .list(of: .string)])),
                    help:
                        "a file, a folder as diffusers or PEFT write it, or a list of them; none takes all adapters off"
                ),
                .option(
                    "scale", .either([.number(), .list(of: .number())]), default: .number(1),
                    help: "how strongly they act, 1 as trained: a number for all, or one for each file"),
            ],
            result: "a pipeline; `save` writes it with the adapters merged",
            details: """
                Read are the layouts of PEFT (with its adapter_config.json), of diffusers of all ages, and of kohya's \
                scripts, also of LCM-LoRA, for linear layers and convolutions of the UNet and of the text encoder. A \
                layer's correction is scaled by its alpha / rank, or alpha / √rank where the configuration says so, \
                by 1 where the file names no alpha, and by `scale`.

                Adapters come on top of those that the model has: `lora (lora sd "a") "b"` is `lora sd ["a", "b"]`, \
                and `.adapters` lists them. `lora sd none` is the model as it was before the first, `fuse sd` one \
                whose weights contain them.

                What would not be honoured is an error that names it: layers that the model doesn't have, a half \
                without its other half, DoRA and other kinds.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    t = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a ball" lora: 2 seed: 1
                    save t "adapters.safetensors"
                    soft = lora sd "adapters.safetensors" scale: 0.5
                    soft.name
                    """, gives: #""emoji-sd with adapters.safetensors × 0.5""#),
                .init(
                    """
                    sd = load "emoji-sd"
                    t = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a ball" lora: 2 seed: 1
                    save t "adapters.safetensors" layout: "kohya"
                    lora(lora(sd, "adapters.safetensors"), none).name
                    """, gives: #""emoji-sd""#),
            ],
            seeAlso: ["fuse", "trainer", "load", "sample"], effects: [.readsFiles]
        ) { call in
            let pipeline = try call.pipeline()
            let paths = try call.optional("path") { try call.strings($0) }
            guard let paths else {
                if try call.isGiven("scale") {
                    throw call.failure("scale", "'scale' is for adapters, and none are put on", hint: "leave it out")
                }
                return .object(pipeline.original)
            }
            let scales = try self.scales(of: paths, call)
            let added = try zip(paths, scales).map { path, scale in
                PipelineValue.Adapter(path: path, url: try FileLocation.input(path, call), scale: scale)
            }
            return .object(try pipeline.adapted(by: added))
        }
    }

    /// One for each file.
    private static func scales(of paths: [String], _ call: Arguments) throws -> [Double] {
        guard !paths.isEmpty else {
            throw call.failure("path", "'path' must name a file of adapters", hint: "none takes all adapters off")
        }
        guard case .list = try call.value("scale") else {
            return [Double](repeating: try finite(call.number("scale"), call), count: paths.count)
        }
        let scales = try call.numbers("scale").map { try finite($0, call) }
        guard scales.count == paths.count else {
            throw call.failure(
                "scale",
                "'scale' must be one number, or one for each of \(Words.count(paths.count, "file")), not \(scales.count)"
            )
        }
        return scales
    }

    private static func finite(_ scale: Double, _ call: Arguments) throws -> Double {
        guard scale.isFinite, Float(scale).isFinite else {
            throw call.failure("scale", "'scale' must be finite, not \(scale)")
        }
        return scale
    }

    private static var fuse: Verb {
        Verb(
            "fuse", family: "grpo", summary: "a model whose weights contain its adapters",
            parameters: [Parameter("model", .object("pipeline"), help: "a model that `lora` gave")],
            result: "a pipeline without adapters that draws the same",
            details: """
                W + alpha / rank · up down for every layer, as `fuse_lora` of diffusers. It samples faster, and its \
                adapters can't be taken off any more. `save` and `trainer` do the same by themselves.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    t = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a ball" lora: 2 seed: 1
                    save t "adapters.safetensors"
                    len(fuse(lora(sd, "adapters.safetensors")).adapters)
                    """, gives: "0")
            ],
            seeAlso: ["lora", "save"]
        ) { call in
            let pipeline = try call.pipeline()
            return .pipeline(try pipeline.model.fused(), name: pipeline.name)
        }
    }
}
