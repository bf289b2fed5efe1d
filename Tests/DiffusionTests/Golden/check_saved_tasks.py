"""Pipelines that diffusers saves, loaded and saved again by Rhumb, sample in diffusers as before.

    python check_saved_tasks.py /path/to/rhumb

For a LatentConsistencyModelPipeline, inpainting, InstructPix2Pix, one with an AutoencoderTiny and a Stable Diffusion XL,
each tiny. Ends with an error for a weight that is missing or unexpected, another class, or a difference above 1e-4 of the
largest value.
"""
import os
import subprocess
import sys
import tempfile

import torch
from diffusers import (
    AutoencoderKL, AutoencoderTiny, DDIMScheduler, DiffusionPipeline, LatentConsistencyModelPipeline, LCMScheduler,
    StableDiffusionInpaintPipeline, StableDiffusionInstructPix2PixPipeline, StableDiffusionPipeline, StableDiffusionXLPipeline,
    UNet2DConditionModel)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from formula import normal

here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(0)
BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
PICTURE = normal("picture", 1, 3, 16, 16).clamp(-1, 1) / 2 + 0.5
MASK = torch.zeros(1, 1, 16, 16)
MASK[:, :, 4:12, 4:12] = 1
tokenizer = CLIPTokenizer.from_pretrained(os.path.join(here, "tiny-pipeline/tokenizer"))
size = len(tokenizer)


def text(kind, width):
    return kind(CLIPTextConfig(
        vocab_size=size, hidden_size=width, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=12, bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=size - 1, projection_dim=10))


def unet(**more):
    return UNet2DConditionModel(**(dict(
        sample_size=8, block_out_channels=[8, 16], down_block_types=["DownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=1, norm_num_groups=4, cross_attention_dim=8,
        attention_head_dim=2) | more))


vae = AutoencoderKL(
    block_out_channels=[8, 8], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
    layers_per_block=1, norm_num_groups=4, sample_size=16)
tiny = AutoencoderTiny(
    encoder_block_out_channels=[6, 6], decoder_block_out_channels=[6, 6], num_encoder_blocks=[1, 1], num_decoder_blocks=[1, 1])
ddim = DDIMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
plain = dict(text_encoder=text(CLIPTextModel, 8), tokenizer=tokenizer, safety_checker=None, feature_extractor=None,
             requires_safety_checker=False)
image = dict(image=PICTURE)
CASES = [
    (LatentConsistencyModelPipeline(unet=unet(time_cond_proj_dim=8), vae=vae, scheduler=LCMScheduler(**BETAS), **plain), {}),
    (StableDiffusionInpaintPipeline(unet=unet(in_channels=9), vae=vae, scheduler=ddim, **plain),
     image | dict(mask_image=MASK, height=16, width=16)),
    (StableDiffusionInstructPix2PixPipeline(unet=unet(in_channels=8), vae=vae, scheduler=ddim, **plain), image),
    (StableDiffusionPipeline(unet=unet(), vae=tiny, scheduler=ddim, **plain), {}),
    (StableDiffusionXLPipeline(
        unet=unet(cross_attention_dim=16, addition_embed_type="text_time", addition_time_embed_dim=4,
                  projection_class_embeddings_input_dim=34, use_linear_projection=True),
        vae=vae, scheduler=ddim, text_encoder=plain["text_encoder"], text_encoder_2=text(CLIPTextModelWithProjection, 8),
        tokenizer=tokenizer, tokenizer_2=tokenizer, add_watermarker=False), {}),
]


def sample(pipe, more):
    pipe.set_progress_bar_config(disable=True)
    return pipe("a cat", num_inference_steps=3, guidance_scale=4.0, output_type="pt",
                generator=torch.Generator().manual_seed(1), **more).images


for pipe, more in CASES:
    name = type(pipe).__name__
    with tempfile.TemporaryDirectory() as folder:
        pipe.save_pretrained(os.path.join(folder, "a"))
        program = f'save (load "{folder}/a") "{folder}/b"'
        subprocess.run([sys.argv[1], "eval", program], check=True, capture_output=True)
        for part in ["unet", "vae", "text_encoder"] + (["text_encoder_2"] if hasattr(pipe, "text_encoder_2") else []):
            _, report = type(getattr(pipe, part)).from_pretrained(os.path.join(folder, "b", part), output_loading_info=True)
            assert not any(report.values()), (name, part, report)
        again = DiffusionPipeline.from_pretrained(os.path.join(folder, "b"))
        assert type(again) is type(pipe), (name, type(again))
        theirs, ours = sample(pipe, more), sample(again, more)
        difference = float((theirs - ours).abs().max() / theirs.abs().max())
        print(f"{name}, {type(again.vae).__name__}: largest difference {difference:.1e} of the largest value")
        assert difference < 1e-4, name
