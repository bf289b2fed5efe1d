"""The training loss of the pipeline in `tiny-pipeline` on two pictures, by diffusers 0.42.1 in float32.

    python make_denoising_errors.py

Writes `denoising-errors.golden.json`: the mean square error of each picture at timestep 350 with the empty prompt, averaged over two
draws of noise that both pictures share, for each kind of prediction. Tolerance 1e-4 of the value.
"""
import json
import os

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

from formula import stream

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

TIMESTEP, DRAWS, SEED = 350, 2, 0

pipeline = StableDiffusionPipeline.from_pretrained(
    os.path.join(here, "tiny-pipeline"), torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False)
pictures = torch.tensor(1.7 * stream("pictures", 2 * 3 * 16 * 16), dtype=torch.float32).reshape(2, 3, 16, 16).clamp(-1, 1)
errors = {}
with torch.no_grad():
    latents = pipeline.vae.encode(pictures).latent_dist.mean * pipeline.vae.config.scaling_factor
    noise = torch.randn([DRAWS, *latents.shape[1:]], generator=torch.Generator().manual_seed(SEED))
    tokens = pipeline.tokenizer([""], padding="max_length", max_length=pipeline.tokenizer.model_max_length, return_tensors="pt")
    context = pipeline.text_encoder(tokens.input_ids)[0].expand(len(pictures), -1, -1)
    time = torch.tensor([TIMESTEP] * len(pictures))
    for kind in ["epsilon", "sample", "v_prediction"]:
        scheduler = DDIMScheduler.from_config(pipeline.scheduler.config, prediction_type=kind)
        sums = torch.zeros(len(pictures))
        for draw in noise:
            drawn = draw.expand_as(latents)
            output = pipeline.unet(scheduler.add_noise(latents, drawn, time), time, context).sample
            target = {"epsilon": drawn, "sample": latents, "v_prediction": scheduler.get_velocity(latents, drawn, time)}[kind]
            sums += ((output - target) ** 2).mean([1, 2, 3])
        errors[kind] = (sums / DRAWS).tolist()
with open(os.path.join(here, "denoising-errors.golden.json"), "w") as file:
    json.dump(errors, file, indent=1)
    file.write("\n")
