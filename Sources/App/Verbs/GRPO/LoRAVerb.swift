import Diffusion
import Foundation
import Language

/// `lora`: the adapters of a file on a model.
enum LoRAVerb {
    static var lora: Verb {
        Verb(
            "lora", family: "grpo", summary: "a model with the low-rank adapters of a file",
            parameters: [
                Parameter("model", .object("pipeline"), help: "the model they were trained on; it stays as it is"),
                Parameter(
                    "path", .file(["safetensors", "bin"]),
                    help: "a file, or a folder as diffusers or PEFT write it"),
            ],
            result: "a pipeline; `save` writes it with the adapters merged",
            details: """
                Read are the layouts of PEFT (with its adapter_config.json), of diffusers of all ages, and of kohya's \
                scripts, for linear layers and convolutions of the UNet. A layer's correction is scaled by its alpha / \
                rank, or alpha / √rank where the configuration says so, and by 1 where the file names no alpha.

                What would not be honoured is an error that names it: layers that the model doesn't have, a half \
                without its other half, adapters of the text encoder, DoRA and other kinds.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    t = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a ball" lora: 2 seed: 1
                    checkpoint t "runs/adapters"
                    lora(sd, "runs/adapters").name
                    """, gives: #""emoji-sd with runs/adapters""#)
            ],
            seeAlso: ["trainer", "load", "sample"], effects: [.readsFiles]
        ) { call in
            let pipeline = try call.object("model", as: PipelineValue.self)
            let path = try call.string("path"), url = try FileLocation.input(path, call)
            // A UNet of its own over the same weights, so that the given one stays without adapters.
            let unet = try pipeline.model.unet.adapted(by: url).unet
            return .pipeline(try pipeline.model.replacing(unet: unet), name: "\(pipeline.name) with \(path)")
        }
    }
}
