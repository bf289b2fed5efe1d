"""Stable Diffusion 1.x in one file that inpaints (9 channels) and that edits pictures (8), as diffusers 0.42.1 samples them.

    python make_single_file_tasks.py     # writes single-file-tasks.golden.json beside itself

The files are those of make_single_file.py, version 1, but for the first convolution's channels; picture and mask are
those of make_tasks.py. Latents channels innermost; tolerance 1e-4 of the largest value.
"""
import json
import os
import tempfile

import torch
from diffusers import StableDiffusionInpaintPipeline, StableDiffusionInstructPix2PixPipeline
from safetensors.torch import save_file

import make_single_file
from formula import normal, numbers, values

here = os.path.dirname(os.path.abspath(__file__))
PICTURE = normal("picture", 1, 3, 16, 16).clamp(-1, 1) / 2 + 0.5
MASK = torch.zeros(1, 1, 16, 16)
MASK[:, :, 3:13, 5:16] = 1
FIRST = "model.diffusion_model.input_blocks.0.0.weight"
Plain = make_single_file.UNet2DConditionModel


def sample(kind, channels, **more):
    make_single_file.UNet2DConditionModel = lambda **config: Plain(**config, in_channels=channels)
    with tempfile.TemporaryDirectory() as folder:
        shapes = make_single_file.make(1, folder)
        assert shapes[FIRST] == [32, channels, 3, 3]
        path = os.path.join(folder, "model.safetensors")
        save_file({
            name: torch.tensor(values(name, tuple(shape)), dtype=torch.float32).reshape(shape)
            for name, shape in shapes.items()}, path)
        pipe = kind.from_single_file(path, config=folder, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    final = pipe(
        make_single_file.PROMPT, image=PICTURE, num_inference_steps=3, guidance_scale=3.0, output_type="latent",
        generator=torch.Generator().manual_seed(7), **more).images
    return {"channels": channels, "latents": numbers(final.permute(0, 2, 3, 1))}


files = [
    sample(StableDiffusionInpaintPipeline, 9, mask_image=MASK, height=16, width=16),
    sample(StableDiffusionInstructPix2PixPipeline, 8, image_guidance_scale=1.5)]
with open(os.path.join(here, "single-file-tasks.golden.json"), "w") as file:
    json.dump({"prompt": make_single_file.PROMPT, "files": files}, file, separators=(",", ":"))
    file.write("\n")
