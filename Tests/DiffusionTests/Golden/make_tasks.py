"""Latents of tiny pipelines of other tasks than text to picture, by diffusers 0.42.1 and PyTorch 2.15.0, for TaskTests.

    python make_tasks.py           # writes tasks.golden.json beside itself

Text encoder, tokenizer and autoencoder are those of make_pipeline.py; UNets have the channels and embeddings that the
published models have (runwayml/stable-diffusion-inpainting: 9 channels, timbrooks/instruct-pix2pix: 8,
SimianLuo/LCM_Dreamshaper_v7: time_cond_proj_dim), and schedulers their published settings (SD-Turbo's among them).
Weights and pictures come from a formula over their names (formula.py), all noise from `torch.Generator().manual_seed`.
Latents after every step, channels innermost, float32; tolerance 1e-4 of the largest value.
"""
import json
import os

import torch
from diffusers import (
    DDIMScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, LatentConsistencyModelImg2ImgPipeline,
    LatentConsistencyModelPipeline, LCMScheduler, PNDMScheduler, StableDiffusionInpaintPipeline,
    StableDiffusionInstructPix2PixPipeline, StableDiffusionPipeline, UNet2DConditionModel)

from formula import fill, normal, numbers

# The parts of make_pipeline.py, without its runs.
here = os.path.dirname(os.path.abspath(__file__))
source = open(os.path.join(here, "make_pipeline.py")).read()
exec(source.split("\nPROMPTS =")[0], globals())

BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
SCHEDULERS = {
    "sd": (DDIMScheduler, dict(BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1)),
    "pndm": (PNDMScheduler, dict(BETAS, skip_prk_steps=True, set_alpha_to_one=False, steps_offset=1)),
    "euler": (EulerDiscreteScheduler, dict(BETAS, steps_offset=1, timestep_spacing="leading")),
    "turbo": (EulerDiscreteScheduler, dict(
        BETAS, interpolation_type="linear", prediction_type="epsilon", steps_offset=1, timestep_spacing="trailing",
        timestep_type="discrete", use_karras_sigmas=False)),
    "lcm": (LCMScheduler, dict(
        BETAS, clip_sample=False, clip_sample_range=1.0, original_inference_steps=50, prediction_type="epsilon",
        rescale_betas_zero_snr=False, set_alpha_to_one=True, steps_offset=0, thresholding=False,
        timestep_scaling=10.0, timestep_spacing="leading")),
    "edit": (EulerAncestralDiscreteScheduler, dict(BETAS, prediction_type="epsilon", steps_offset=1, timestep_spacing="leading")),
}
UNETS = {
    "plain": dict(UNET), "lcm": dict(UNET, time_cond_proj_dim=9), "inpainting": dict(UNET, in_channels=9),
    "editing": dict(UNET, in_channels=8),
}
PROMPTS = ["a red apple on a table", "a knife"]
PICTURE = normal("picture", 1, 3, 16, 16).clamp(-1, 1) / 2 + 0.5
# An oblong that begins and ends within squares of the latents.
MASK = torch.zeros(1, 1, 16, 16)
MASK[:, :, 3:13, 5:16] = 1

models = {}
for name, config in UNETS.items():
    models[name] = UNet2DConditionModel(**config).eval()
    fill(models[name])
runs = []


def run(kind, name, scheduler, prompts, seed, steps, guidance, **more):
    made, config = SCHEDULERS[scheduler]
    parts = dict(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=models[name], scheduler=made(**config), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False)
    pipe = kind(**parts)
    pipe.set_progress_bar_config(disable=True)
    seen = []

    def note(pipe, index, time, values):
        seen.append(numbers(values["latents"].permute(0, 2, 3, 1)))
        return values

    pipe(
        prompt=prompts, num_inference_steps=steps, guidance_scale=guidance, output_type="latent",
        generator=torch.Generator().manual_seed(seed), callback_on_step_end=note,
        callback_on_step_end_tensor_inputs=["latents"], **more)
    runs.append({
        "pipeline": kind.__name__, "unet": name, "scheduler": config | {"_class_name": made.__name__}, "prompts": prompts,
        "seed": seed, "steps": steps, "guidance": guidance, "latents": seen, "image": "image" in more,
        "mask": "mask_image" in more, "strength": more.get("strength"), "eta": more.get("eta", 0.0),
        "image_guidance": more.get("image_guidance_scale"), "negative": (more.get("negative_prompt") or [None])[0]})


run(StableDiffusionPipeline, "plain", "turbo", PROMPTS[:1], 1, 1, 0.0)
run(StableDiffusionPipeline, "plain", "turbo", PROMPTS[:1], 2, 4, 1.0)
run(LatentConsistencyModelPipeline, "lcm", "lcm", PROMPTS, 3, 4, 8.5)
run(LatentConsistencyModelPipeline, "lcm", "lcm", PROMPTS[:1], 4, 1, 1.0)
run(LatentConsistencyModelImg2ImgPipeline, "lcm", "lcm", PROMPTS[1:], 5, 3, 8.5, image=PICTURE, strength=0.5)
run(StableDiffusionInpaintPipeline, "inpainting", "pndm", PROMPTS, 6, 4, 5.0, image=PICTURE, mask_image=MASK, height=16, width=16)
run(StableDiffusionInpaintPipeline, "inpainting", "sd", PROMPTS[1:], 7, 5, 1.0, image=PICTURE, mask_image=MASK, height=16, width=16,
    strength=0.6, eta=1.0)
run(StableDiffusionInpaintPipeline, "plain", "sd", PROMPTS, 8, 5, 4.0, image=PICTURE, mask_image=MASK, height=16, width=16,
    strength=0.8, eta=1.0, negative_prompt=["a violent picture"] * 2)
run(StableDiffusionInpaintPipeline, "plain", "euler", PROMPTS[:1], 9, 4, 3.0, image=PICTURE, mask_image=MASK, height=16, width=16)
run(StableDiffusionInstructPix2PixPipeline, "editing", "edit", PROMPTS[:1], 10, 4, 7.5, image=PICTURE, image_guidance_scale=1.5)
run(StableDiffusionInstructPix2PixPipeline, "editing", "sd", PROMPTS, 11, 3, 5.0, image=PICTURE.repeat(2, 1, 1, 1),
    image_guidance_scale=1.0, negative_prompt=["a violent picture"] * 2)
run(StableDiffusionInstructPix2PixPipeline, "editing", "sd", PROMPTS[1:], 12, 3, 1.0, image=PICTURE, image_guidance_scale=1.5)

with open(os.path.join(here, "tasks.golden.json"), "w", encoding="utf-8") as file:
    json.dump({"unets": UNETS, "picture": numbers(PICTURE[0]), "mask": numbers(MASK[0, 0]), "runs": runs}, file,
              separators=(",", ":"))
    file.write("\n")
print(len(runs), os.path.getsize(file.name), [max(map(abs, run["latents"][-1])) for run in runs])
