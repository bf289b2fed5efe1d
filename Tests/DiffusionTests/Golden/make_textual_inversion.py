"""Textual inversions in the forms that diffusers and stable-diffusion-webui write, put into the tiny pipeline by
load_textual_inversion of diffusers 0.42.1, for TextualInversionTests.

    python make_textual_inversion.py   # writes the folder textual-inversion and textual-inversion.golden.json

Holds tokens of prompts as the pipeline converts them, states and sampled latents. Tolerance 1e-5 of the largest value
for states, 1e-4 for latents.
"""
import json
import os
import shutil

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

from formula import numbers, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
folder = os.path.join(here, "textual-inversion")
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)


def vectors(name, *shape):
    return torch.tensor(values(f"embedding {name}", shape), dtype=torch.float32)


save_file({"<red-cat>": vectors("several", 3, 16)}, os.path.join(folder, "learned_embeds.safetensors"))
torch.save({"<One>": vectors("one", 16)}, os.path.join(folder, "learned_embeds.bin"))
torch.save({
    "string_to_token": {"*": 265}, "string_to_param": {"*": vectors("webui", 2, 16).requires_grad_()},
    "name": "my-style", "step": 500, "sd_checkpoint": None, "sd_checkpoint_name": None,
}, os.path.join(folder, "webui.pt"))
save_file({"emb_params": vectors("params", 2, 16)}, os.path.join(folder, "by-name.safetensors"))

pipe = StableDiffusionPipeline.from_pretrained(os.path.join(here, "tiny-pipeline"), dtype=torch.float32)
pipe.set_progress_bar_config(disable=True)
pipe.load_textual_inversion(folder, weight_name="learned_embeds.safetensors")
pipe.load_textual_inversion(folder, weight_name="learned_embeds.bin")
pipe.load_textual_inversion(folder, weight_name="webui.pt")
pipe.load_textual_inversion(folder, weight_name="by-name.safetensors", token="by-name")
prompts = ["a <red-cat>", "my-style cat <one>", "by-name", "a cat"]
converted = pipe.maybe_convert_prompt(prompts, pipe.tokenizer)
identifiers = pipe.tokenizer(converted, padding="max_length", max_length=12, truncation=True).input_ids
golden = {"prompts": prompts, "identifiers": identifiers}
with torch.no_grad():
    golden["context"] = numbers(pipe.encode_prompt(prompts, "cpu", 1, False)[0])
golden["latents"] = numbers(pipe(
    prompts[0], negative_prompt="my-style", num_inference_steps=3, guidance_scale=3.0, output_type="latent",
    generator=torch.Generator().manual_seed(7)).images.permute(0, 2, 3, 1))
with open(os.path.join(here, "textual-inversion.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
print(converted, identifiers)
