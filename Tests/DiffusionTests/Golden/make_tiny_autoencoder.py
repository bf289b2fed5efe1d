"""An AutoencoderTiny of diffusers 0.42.1 in the layout of TAESD, and a pipeline that decodes with it, for TinyAutoencoderTests.

    python make_tiny_autoencoder.py      # writes tiny-autoencoder.golden.json beside itself

Weights and inputs by formula (formula.py); the pipeline's other parts are those of make_pipeline.py. Channels innermost,
float32; tolerance 1e-5 of the largest value, 1e-4 for the pipeline. `original` has the names and shapes of the two files
that TAESD's author publishes, which diffusers' convert_tiny_autoencoder_to_diffusers.py renames.
"""
import json
import os

import torch
from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

from formula import fill, normal, numbers

here = os.path.dirname(os.path.abspath(__file__))
source = open(os.path.join(here, "make_pipeline.py")).read()
exec(source.split("\nPROMPTS =")[0], globals())

CONFIGS = [
    # Two stages, as the pipeline's autoencoder has.
    dict(encoder_block_out_channels=[6, 6], decoder_block_out_channels=[5, 5], num_encoder_blocks=[1, 2],
         num_decoder_blocks=[2, 1]),
    dict(encoder_block_out_channels=[4, 4, 4], decoder_block_out_channels=[4, 4, 4], num_encoder_blocks=[0, 1, 2],
         num_decoder_blocks=[1, 0, 2], act_fn="silu", latent_channels=3),
]
models = []
for config in CONFIGS:
    model = AutoencoderTiny(**config).eval()
    shapes = fill(model)
    side = 2 ** (len(config["num_encoder_blocks"]) - 1)
    with torch.no_grad():
        pixels = normal("pixels", 2, 8, 12, 3).permute(0, 3, 1, 2)
        latents = normal("latents", 2, 4, 6, config.get("latent_channels", 4)).permute(0, 3, 1, 2) * 3
        models.append({
            "config": config, "parameters": shapes, "side": side,
            "latents": numbers(model.encode(pixels).latents.permute(0, 2, 3, 1)),
            "picture": numbers(model.decode(latents).sample.permute(0, 2, 3, 1))})

tiny = AutoencoderTiny(**CONFIGS[0]).eval()
fill(tiny)
runs = []
for kind, more in [
    (StableDiffusionPipeline, {}),
    (StableDiffusionImg2ImgPipeline, dict(image=normal("picture", 1, 3, 16, 16).clamp(-1, 1) / 2 + 0.5, strength=0.6)),
]:
    pipe = kind(
        vae=tiny, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=DDIMScheduler(**SCHEDULER),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    picture = pipe(
        "a red apple", num_inference_steps=5, guidance_scale=3.0, output_type="pt", eta=1.0,
        generator=torch.Generator().manual_seed(3), **more).images
    runs.append({"strength": more.get("strength"), "picture": numbers(picture.permute(0, 2, 3, 1))})

published = AutoencoderTiny()
original = {"encoder": {}, "decoder": {}}
for name, tensor in published.state_dict().items():
    half, _, layer, rest = name.split(".", 3)
    original[half][f"{int(layer) + (half == 'decoder')}.{rest}"] = list(tensor.shape)

with open(os.path.join(here, "tiny-autoencoder.golden.json"), "w") as file:
    json.dump({"models": models, "runs": runs, "original": original}, file, separators=(",", ":"))
    file.write("\n")
print(os.path.getsize(file.name), list(original["decoder"])[:6])
