"""Stable Diffusion XL in miniature as a single file in the names of Stability's, and what diffusers 0.42.1 samples of it.

    python make_single_file_xl.py      # writes single-file-xl.golden.json beside itself

The file's names and shapes (weights by formula.py), and the latents that `StableDiffusionXLPipeline.from_single_file` gives
with the configurations of stable-diffusion-xl-base-1.0, but for sizes. Both text encoders take the tokenizer of
`tiny-pipeline`. Tolerance 1e-4 of the largest value.
"""
import json
import os
import re
import tempfile

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from formula import numbers, values
from make_single_file import PROMPT, ldm_unet, ldm_vae, openclip_text

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
ADDED = {"add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2"}


def make(folder):
    """Names and shapes of the file's tensors; the configurations go into the folder."""
    tokenizer = CLIPTokenizer.from_pretrained(os.path.join(here, "tiny-pipeline/tokenizer"))
    size = len(tokenizer)

    def config(activation, layers, width=64):
        return CLIPTextConfig(
            vocab_size=size, hidden_size=width, intermediate_size=128, num_hidden_layers=layers, num_attention_heads=width // 64,
            max_position_embeddings=12, hidden_act=activation, bos_token_id=size - 2, eos_token_id=size - 1,
            pad_token_id=size - 1, projection_dim=64)

    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=[32, 64, 64],
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=1, cross_attention_dim=192,
        attention_head_dim=[1, 1, 1], transformer_layers_per_block=[1, 1, 2], use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=64 + 6 * 256)
    vae = AutoencoderKL(
        block_out_channels=[32, 32], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        layers_per_block=1, sample_size=16, scaling_factor=0.13025)
    texts = [CLIPTextModel(config("quick_gelu", 2, 128)), CLIPTextModelWithProjection(config("gelu", 3))]
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading")
    StableDiffusionXLPipeline(
        vae=vae, text_encoder=texts[0], text_encoder_2=texts[1], tokenizer=tokenizer, tokenizer_2=tokenizer, unet=unet,
        scheduler=scheduler, add_watermarker=False).save_pretrained(folder)
    shapes = {}
    for name, tensor in unet.state_dict().items():
        module, _, last = name.rpartition(".")
        old = f"{ADDED[module]}.{last}" if module in ADDED else ldm_unet(name, 1, [True, True, False])
        shapes["model.diffusion_model." + old] = list(tensor.shape)
    for name, tensor in vae.state_dict().items():
        old = ldm_vae(name, 2)
        shape = list(tensor.shape)
        if re.search(r"attn_1\.(q|k|v|proj_out)\.weight", old):
            shape += [1, 1]
        shapes["first_stage_model." + old] = shape
    shapes |= {
        "conditioner.embedders.0.transformer.text_model." + name.removeprefix("text_model."): list(tensor.shape)
        for name, tensor in texts[0].state_dict().items()}
    # openclip_text has one layer more than it is told, which 2.x leaves out and XL does not.
    shapes |= {"conditioner.embedders.1.model." + name: shape for name, shape in openclip_text(config("gelu", 2)).items()}
    return shapes


with tempfile.TemporaryDirectory() as folder:
    shapes = make(folder)
    path = os.path.join(folder, "model.safetensors")
    save_file({
        name: torch.tensor(values(name, tuple(shape)), dtype=torch.float32).reshape(shape)
        for name, shape in shapes.items()}, path)
    pipe = StableDiffusionXLPipeline.from_single_file(path, config=folder, add_watermarker=False)
pipe.set_progress_bar_config(disable=True)
assert pipe.text_encoder_2.config.num_hidden_layers == 3
final = pipe(
    PROMPT, num_inference_steps=3, guidance_scale=3.0, height=16, width=16, generator=torch.Generator().manual_seed(7),
    output_type="latent").images
golden = {"prompt": PROMPT, "tensors": list(shapes.items()), "latents": numbers(final.permute(0, 2, 3, 1))}
with open(os.path.join(here, "single-file-xl.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
print(os.path.getsize(file.name), float(final.abs().max()))
