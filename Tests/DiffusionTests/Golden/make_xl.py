"""A tiny Stable Diffusion XL saved by diffusers 0.42.1 and transformers 5.24.0, and what it samples, for XLTests.

    python make_xl.py        # writes xl.golden.json and the folder xl-tokenizer-2 beside itself

The configurations have the keys and the shape of stabilityai/stable-diffusion-xl-base-1.0 (no attention at the first level,
transformers of different depths, a head for each of few channels, pooled text with six sizes, two text encoders), with
small sizes. Weights by formula.py over "1 name" and "2 name" for the text encoders. The tokenizer is that of
tiny-pipeline; the second one pads with "!". Latents after every step, channels innermost, float32; tolerance 1e-4 of the
largest value.
"""
import json
import os
import shutil
import tempfile

import torch
from diffusers import (
    AutoencoderKL, DDIMScheduler, EulerDiscreteScheduler, StableDiffusionXLImg2ImgPipeline, StableDiffusionXLPipeline,
    UNet2DConditionModel)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from formula import fill, normal, numbers, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
PROMPTS = ["a red apple", "a cat"]

UNET = dict(
    sample_size=8, block_out_channels=[8, 8, 16], down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=1, norm_num_groups=4,
    cross_attention_dim=20, attention_head_dim=[1, 2, 4], transformer_layers_per_block=[1, 1, 2], use_linear_projection=True,
    addition_embed_type="text_time", addition_time_embed_dim=6, projection_class_embeddings_input_dim=10 + 36)
VAE = dict(
    block_out_channels=[4, 8], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
    layers_per_block=1, norm_num_groups=2, scaling_factor=0.13025, sample_size=16, force_upcast=True)
EULER = dict(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", interpolation_type="linear", prediction_type="epsilon",
    steps_offset=1, timestep_spacing="leading", use_karras_sigmas=False)
TURBO = dict(EULER, timestep_spacing="trailing")
DDIM = dict(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1)

tokenizer = CLIPTokenizer.from_pretrained(os.path.join(here, "tiny-pipeline/tokenizer"))
folder = os.path.join(here, "xl-tokenizer-2")
shutil.rmtree(folder, ignore_errors=True)
size = len(tokenizer)


def text_config(width, layers, activation, projection):
    return CLIPTextConfig(
        vocab_size=size, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers, num_attention_heads=2,
        max_position_embeddings=12, hidden_act=activation, bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=size - 1,
        projection_dim=projection)


def filled(kind, config, number):
    model = kind(config).eval()
    prefix = "" if any(name.startswith("text_model.") for name in model.state_dict()) else "text_model."
    model.load_state_dict({
        name: torch.tensor(values(f"{number} {prefix}{name}", tuple(old.shape)), dtype=torch.float32)
        for name, old in model.state_dict().items()})
    return model


texts = [
    filled(CLIPTextModel, text_config(8, 2, "quick_gelu", 8), 1),
    filled(CLIPTextModelWithProjection, text_config(12, 3, "gelu", 10), 2)]
unet, vae = UNet2DConditionModel(**UNET).eval(), AutoencoderKL(**VAE).eval()
shapes = fill(unet)
fill(vae)
with tempfile.TemporaryDirectory() as place:
    tokenizer.save_pretrained(place)
    second = CLIPTokenizer.from_pretrained(place, pad_token="!")
second.save_pretrained(folder)
assert second("a", padding="max_length").input_ids != tokenizer("a", padding="max_length").input_ids
runs = []


def run(kind, scheduler, config, prompts, seed, steps, guidance, zeros=True, **more):
    pipe = kind(
        vae=vae, text_encoder=texts[0], text_encoder_2=texts[1], tokenizer=tokenizer, tokenizer_2=second, unet=unet,
        scheduler=scheduler(**config), force_zeros_for_empty_prompt=zeros, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    seen = []

    def note(pipe, index, time, values):
        seen.append(numbers(values["latents"].permute(0, 2, 3, 1)))
        return values

    picture = pipe(
        prompt=prompts, num_inference_steps=steps, guidance_scale=guidance, output_type="pt",
        generator=torch.Generator().manual_seed(seed), callback_on_step_end=note,
        callback_on_step_end_tensor_inputs=["latents"], **more).images
    runs.append({
        "scheduler": config | {"_class_name": scheduler.__name__}, "prompts": prompts, "seed": seed, "steps": steps,
        "guidance": guidance, "zeros": zeros, "latents": seen, "picture": numbers(picture[:, :, :4, :4].permute(0, 2, 3, 1)),
        "negative": (more.get("negative_prompt") or [None])[0], "strength": more.get("strength"), "eta": more.get("eta", 0.0),
        "original": more.get("original_size"), "crop": more.get("crops_coords_top_left"), "target": more.get("target_size")})


run(StableDiffusionXLPipeline, EulerDiscreteScheduler, EULER, PROMPTS, 1, 3, 5.0)
run(StableDiffusionXLPipeline, EulerDiscreteScheduler, TURBO, PROMPTS[:1], 2, 1, 0.0)
run(StableDiffusionXLPipeline, DDIMScheduler, DDIM, PROMPTS, 3, 3, 4.0, eta=1.0, negative_prompt=["a knife"] * 2,
    original_size=(40, 32), crops_coords_top_left=(3, 5), target_size=(20, 24))
run(StableDiffusionXLPipeline, DDIMScheduler, DDIM, PROMPTS[1:], 4, 2, 4.0, zeros=False, height=16, width=24)
run(StableDiffusionXLImg2ImgPipeline, DDIMScheduler, DDIM, PROMPTS[:1], 5, 4, 4.0, strength=0.5,
    image=normal("picture", 1, 3, 16, 16).clamp(-1, 1) / 2 + 0.5)

with torch.no_grad():
    ids = [t(PROMPTS, padding="max_length", max_length=12, return_tensors="pt").input_ids for t in [tokenizer, second]]
    states = [text(one, output_hidden_states=True) for text, one in zip(texts, ids)]
golden = {
    "unet": UNET, "vae": VAE, "parameters": shapes,
    "texts": [{**{key: value for key, value in text.config.to_dict().items() if key in [
        "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings",
        "hidden_act", "bos_token_id", "eos_token_id", "pad_token_id", "projection_dim", "layer_norm_eps"]}} for text in texts],
    "identifiers": [one.tolist() for one in ids],
    "states": numbers(torch.cat([one.hidden_states[-2] for one in states], dim=-1)), "pooled": numbers(states[1].text_embeds),
    "runs": runs}
with open(os.path.join(here, "xl.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
print(os.path.getsize(file.name), [max(map(abs, run["latents"][-1])) for run in runs], os.listdir(folder))
