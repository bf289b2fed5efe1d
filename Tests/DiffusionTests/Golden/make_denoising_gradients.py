"""The training loss of the pipeline in `tiny-pipeline` under a prompt, and its gradient, by diffusers 0.42.1 and transformers
5.24 in float32.

    python make_denoising_gradients.py

Writes `denoising-gradients.golden.json`: the mean square error of each of two pictures at three timesteps, averaged over two draws
of noise that all share; the gradient of their sum with respect to the prompt's states ("states") and to the embeddings of its
tokens ("tokens"), without padding, as textual inversion follows it. Tolerance 1e-4 of the value, 1e-3 of the largest slope.
"""
import json
import os

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

from formula import stream

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

TEXT, TIMESTEPS, DRAWS, SEED = "a red apple", [50, 350, 900], 2, 3

pipeline = StableDiffusionPipeline.from_pretrained(
    os.path.join(here, "tiny-pipeline"), torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False)
for part in [pipeline.unet, pipeline.vae, pipeline.text_encoder]:
    part.requires_grad_(False)
pictures = torch.tensor(1.7 * stream("pictures", 2 * 3 * 16 * 16), dtype=torch.float32).reshape(2, 3, 16, 16).clamp(-1, 1)
latents = pipeline.vae.encode(pictures).latent_dist.mean * pipeline.vae.config.scaling_factor
noise = torch.randn([DRAWS, *latents.shape[1:]], generator=torch.Generator().manual_seed(SEED))
scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)

tokens = pipeline.tokenizer([TEXT], padding="max_length", max_length=pipeline.tokenizer.model_max_length, return_tensors="pt").input_ids
count = len(pipeline.tokenizer([TEXT]).input_ids[0])
encoder = getattr(pipeline.text_encoder, "text_model", pipeline.text_encoder)
table = encoder.embeddings.token_embedding
embedded = table(tokens).detach().requires_grad_()
table.forward = lambda identifiers: embedded
states = pipeline.text_encoder(tokens)[0]
states.retain_grad()


def error(time):
    times = torch.tensor([time] * len(pictures))
    losses = []
    for draw in noise:
        drawn = draw.expand_as(latents)
        output = pipeline.unet(scheduler.add_noise(latents, drawn, times), times, states.expand(len(pictures), -1, -1)).sample
        target = {"epsilon": drawn, "sample": latents,
                  "v_prediction": scheduler.get_velocity(latents, drawn, times)}[scheduler.config.prediction_type]
        losses.append(((output - target) ** 2).mean([1, 2, 3]))
    return sum(losses) / DRAWS


errors = torch.stack([error(time) for time in TIMESTEPS], 1)
errors.sum().backward()
golden = {
    "prompt": TEXT, "times": TIMESTEPS, "errors": errors.tolist(), "states": states.grad[0].tolist(),
    "tokens": embedded.grad[0, :count].tolist(),
}
with open(os.path.join(here, "denoising-gradients.golden.json"), "w") as file:
    json.dump(golden, file)
    file.write("\n")
