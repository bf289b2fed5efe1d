"""A tiny StableDiffusionPipeline saved by diffusers 0.42.1 and transformers 5.23.0, and what it samples.

    python make_tiny_pipeline.py

Writes the folder `tiny-pipeline` (weights by formula.py, stored as float16) and `tiny-pipeline.golden.json`: the latents
and the picture that the pipeline itself makes from a seed, in float32, with guidance and a negative prompt, by DDIM with
eta 0 and 1. Tolerance 1e-4 of the largest value.
"""
import json
import os
import shutil

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from formula import fill, numbers, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

PROMPT, NEGATIVE = "a red apple left of a cat", "a knife"
STEPS, GUIDANCE, SEED = 4, 3.0, 7


def tokenizer(folder):
    """Single bytes, and a few merges: "a", "cat" and "red" are tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in printable]
    letters += [chr(256 + index) for index in range(256 - len(printable))]
    merges = [("c", "a"), ("ca", "t</w>"), ("r", "e"), ("re", "d</w>")]
    tokens = letters + [letter + "</w>" for letter in letters] + [a + b for a, b in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    made = CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=12)
    made.save_pretrained(folder)
    return made, len(tokens)


def pipeline(folder):
    made, size = tokenizer(os.path.join(folder, "tokenizer"))
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=size, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=12, hidden_act="quick_gelu", bos_token_id=size - 2, eos_token_id=size - 1,
        pad_token_id=size - 1))
    text.load_state_dict({
        name: torch.tensor(values(f"text_model.{name}", tuple(old.shape)), dtype=torch.float32)
        for name, old in text.state_dict().items()})
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=[8, 16], down_block_types=["DownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=1, norm_num_groups=4,
        cross_attention_dim=16, attention_head_dim=[1, 2])
    fill(unet)
    vae = AutoencoderKL(
        block_out_channels=[8, 8], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        layers_per_block=1, norm_num_groups=4, sample_size=16)
    fill(vae)
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1)
    made = StableDiffusionPipeline(
        vae=vae.half(), text_encoder=text.half(), tokenizer=made, unet=unet.half(), scheduler=scheduler,
        safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    made.save_pretrained(folder)


def sample(pipe, eta):
    """Final latents and picture of the pipeline's own call; latents and noise come from the seed."""
    pipe.set_progress_bar_config(disable=True)
    final = pipe(
        PROMPT, negative_prompt=NEGATIVE, num_inference_steps=STEPS, guidance_scale=GUIDANCE, eta=eta,
        generator=torch.Generator().manual_seed(SEED), output_type="latent").images
    with torch.no_grad():
        decoded = pipe.vae.decode(final / pipe.vae.config.scaling_factor).sample
    return final.permute(0, 2, 3, 1), (decoded / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)


def main():
    folder = os.path.join(here, "tiny-pipeline")
    shutil.rmtree(folder, ignore_errors=True)
    pipeline(folder)
    pipe = StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    golden = {"prompt": PROMPT, "negative": NEGATIVE, "steps": STEPS, "guidance": GUIDANCE, "seed": SEED,
              "samples": []}
    ids = pipe.tokenizer([PROMPT, NEGATIVE], padding="max_length", max_length=12, truncation=True).input_ids
    golden["identifiers"] = ids
    with torch.no_grad():
        golden["context"] = numbers(pipe.text_encoder(torch.tensor(ids)).last_hidden_state)
    for eta in [0.0, 1.0]:
        final, picture = sample(pipe, eta)
        golden["samples"].append({"eta": eta, "latents": numbers(final), "picture": numbers(picture)})
    with open(os.path.join(here, "tiny-pipeline.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
