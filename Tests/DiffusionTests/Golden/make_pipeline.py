"""Latents and pictures of a tiny Stable Diffusion, by diffusers 0.42.1 and PyTorch 2.15.0, for PipelineTests.

    python make_pipeline.py        # writes pipeline.golden.json beside itself

Weights come from a formula over their names (formula.py, which Formula.swift knows too); all noise from
`torch.Generator().manual_seed(seed)`. Latents and pixels are written with channels innermost, float32; tolerance 1e-4 of
the largest value, as guidance magnifies the last bits of every step.
"""
import json
import os

import numpy as np
import torch
from diffusers import (
    AutoencoderKL, DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline, UNet2DConditionModel)
from diffusers.pipelines.deprecated.stable_diffusion_safe import StableDiffusionPipelineSafe
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from formula import fill, normal, numbers, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

UNET = dict(
    sample_size=8, block_out_channels=[8, 16], down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"], layers_per_block=1, norm_num_groups=4, cross_attention_dim=12,
    attention_head_dim=2)
VAE = dict(
    block_out_channels=[4, 8], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
    layers_per_block=1, norm_num_groups=2, scaling_factor=0.6, sample_size=16)
WORDS = ["<unk>", "a", "red", "apple", "on", "table", "knife", "dog", "picture", "violent", "<start>", "<end>"]
TEXT = dict(
    vocab_size=len(WORDS), hidden_size=12, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
    max_position_embeddings=7, bos_token_id=10, eos_token_id=11, pad_token_id=11)
SCHEDULER = dict(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
    steps_offset=1)

library = Tokenizer(models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="<unk>"))
library.normalizer = normalizers.Lowercase()
library.pre_tokenizer = pre_tokenizers.Whitespace()
library.post_processor = processors.TemplateProcessing(
    single="<start> $A <end>", special_tokens=[("<start>", 10), ("<end>", 11)])
library.add_special_tokens(["<start>", "<end>"])
roles = dict(
    unk_token="<unk>", bos_token="<start>", eos_token="<end>", pad_token="<end>",
    model_max_length=TEXT["max_position_embeddings"])
tokenizer = PreTrainedTokenizerFast(tokenizer_object=library, **roles)

unet, vae, text = UNet2DConditionModel(**UNET), AutoencoderKL(**VAE), CLIPTextModel(CLIPTextConfig(**TEXT))
fill(unet)
fill(vae)
text.load_state_dict({
    key: torch.tensor(values(f"text_model.{key}", tuple(old.shape)), dtype=torch.float32)
    for key, old in text.state_dict().items()})
for model in [unet, vae, text]:
    model.eval()

PROMPTS = ["a red apple on a table", "a knife"]
runs = []


def run(kind, scheduler, prompts, seed, steps, guidance, eta=0.0, negative=None, images=1, parts=None, **more):
    config = dict(SCHEDULER) if scheduler is DDIMScheduler else {k: v for k, v in SCHEDULER.items() if k.startswith("beta")}
    config = config | (parts or {})
    pipe = kind(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler(**config), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    arguments = dict(
        prompt=prompts, num_inference_steps=steps, guidance_scale=guidance, eta=eta, num_images_per_prompt=images,
        negative_prompt=None if negative is None else [negative] * len(prompts), output_type="latent",
        generator=torch.Generator().manual_seed(seed), **more)
    if kind is StableDiffusionPipelineSafe:
        # The safe pipeline decodes whatever is asked for: the last latents are seen on their way.
        arguments["output_type"], seen = "np", []
        arguments["callback"] = lambda index, time, latents: seen.append(latents)
        pipe(**arguments)
        latents = seen[-1]
    else:
        latents = pipe(**arguments).images
    with torch.no_grad():
        pixels = (vae.decode(latents / vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)
    runs.append({
        "scheduler": config | {"_class_name": scheduler.__name__}, "prompts": prompts, "seed": seed, "steps": steps,
        "guidance": guidance, "eta": eta, "negative": negative, "images": images, "latents": numbers(latents.permute(0, 2, 3, 1)),
        # The corner of every picture is enough: the decoder is compared in full elsewhere.
        "pixels": numbers(pixels[:, :, :4, :4].permute(0, 2, 3, 1)),
        "strength": more.get("strength"),
        "safety": [more[f"sld_{key}"] for key in ["guidance_scale", "warmup_steps", "threshold", "momentum_scale", "mom_beta"]]
        if kind is StableDiffusionPipelineSafe else None,
    })


run(StableDiffusionPipeline, DDIMScheduler, PROMPTS, 3, 6, 5.0)
run(StableDiffusionPipeline, DDIMScheduler, PROMPTS, 4, 5, 3.0, eta=1.0, negative="a violent picture", images=2)
run(StableDiffusionPipeline, DDIMScheduler, PROMPTS[:1], 5, 5, 1.0, eta=0.6, parts={"prediction_type": "v_prediction"})
run(StableDiffusionPipeline, EulerDiscreteScheduler, PROMPTS, 6, 7, 4.0)
run(StableDiffusionPipeline, DPMSolverMultistepScheduler, PROMPTS, 7, 6, 4.0)
run(
    StableDiffusionImg2ImgPipeline, DDIMScheduler, PROMPTS, 8, 10, 4.0, eta=1.0, strength=0.6,
    image=normal("picture", 1, 3, 16, 16).clamp(-1, 1))
run(
    StableDiffusionPipelineSafe, DDIMScheduler, ["a red apple", "a knife"], 9, 6, 4.0, sld_guidance_scale=2.0, sld_warmup_steps=2,
    sld_threshold=0.05, sld_momentum_scale=0.3, sld_mom_beta=0.4)

with open(os.path.join(here, "pipeline.golden.json"), "w", encoding="utf-8") as file:
    json.dump({
        "unet": UNET, "vae": VAE, "text": TEXT, "tokenizer": json.loads(library.to_str()), "roles": roles,
        "runs": runs,
    }, file, separators=(",", ":"))
print(len(runs), os.path.getsize(file.name), [float(np.abs(run["latents"]).max()) for run in runs])
