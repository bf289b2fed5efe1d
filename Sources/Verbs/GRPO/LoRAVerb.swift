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
                    "path", .file(["safetensors"]),
                    help: "a file in the layout of PEFT or diffusers, or a folder with pytorch_lora_weights.safetensors"),
            ],
            result: "a pipeline; `save` writes it with the adapters merged",
            details: "Layers that the model doesn't have, and halves without their other half, are an error that names them.",
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    t = trainer sd reward: ((image, prompt) -> mean(image)) prompts: "a ball" lora: 2 seed: 1
                    checkpoint t "runs/adapters"
                    lora(sd, "runs/adapters").name
                    """, gives: #""emoji-sd with runs/adapters""#)
            ],
            seeAlso: ["trainer", "load", "sample"]
        ) { call in
            let pipeline = try call.object("model", as: PipelineValue.self)
            let path = try call.string("path"), url = FilePlace.input(path, call)
            call.host.didRead(url.path)
            // A UNet of its own over the same weights, so that the given one stays without adapters.
            let unet = try pipeline.model.unet.converted(to: pipeline.model.dtype)
            _ = try LoRA.load(url, on: unet)
            return .pipeline(try pipeline.model.replacing(unet: unet), name: "\(pipeline.name) with \(path)")
        }
    }
}
