"""Stable Diffusion 1.x and 2.x in miniature as single files in CompVis' names, and what diffusers 0.42.1 samples of them.

    python make_single_file.py

Writes `single-file.golden.json`: for both versions the names and shapes of the file's tensors (weights by formula.py),
and the latents and the picture that `StableDiffusionPipeline.from_single_file` gives with transformers 5.24.0 and the
configurations that the published models have, but for sizes; 2.x predicts v, for 1.x the averaged weights (EMA) too.
The tokenizer is that of `tiny-pipeline`. Tolerance 1e-4 of the largest value.
"""
import json
import os
import re
import tempfile

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from formula import numbers, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
PROMPT, STEPS, GUIDANCE, SEED = "a red apple left of a cat", 3, 3.0, 7
RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
          "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
OTHERS = {"conv_in": "input_blocks.0.0", "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
          "conv_norm_out": "out.0", "conv_out": "out.2"}


def ldm_unet(name, layers, attends):
    """CompVis' name of a UNet's weight; `attends` says which levels of the way up have attention."""
    module, _, last = name.rpartition(".")
    if module in OTHERS:
        return f"{OTHERS[module]}.{last}"
    parts = name.split(".")
    if parts[0] == "mid_block":
        block = {"resnets": 2 * int(parts[2]), "attentions": 1}[parts[1]]
        rest = parts[3:]
        if parts[1] == "resnets":
            rest = [RESNET[rest[0]], *rest[1:]]
        return ".".join(["middle_block", str(block), *rest])
    level, layer = int(parts[1]), int(parts[3])
    if parts[2] == "downsamplers":
        return f"input_blocks.{(level + 1) * (layers + 1)}.0.op.{last}"
    if parts[2] == "upsamplers":
        return f"output_blocks.{level * (layers + 1) + layers}.{2 if attends[level] else 1}.conv.{last}"
    down = parts[0] == "down_blocks"
    block = level * (layers + 1) + layer + (1 if down else 0)
    start = f"{'input' if down else 'output'}_blocks.{block}"
    if parts[2] == "resnets":
        return f"{start}.0.{RESNET[parts[4]]}.{last}"
    return f"{start}.1." + ".".join(parts[4:])


def ldm_vae(name, levels):
    name = re.sub(r"down_blocks\.(\d+)\.resnets\.(\d+)", r"down.\1.block.\2", name)
    name = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"up.{levels - 1 - int(m[1])}.block.{m[2]}", name)
    name = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{levels - 1 - int(m[1])}.upsample", name)
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    for new, old in {"mid_block.attentions.0.group_norm": "mid.attn_1.norm", "mid_block.attentions.0.to_q": "mid.attn_1.q",
                     "mid_block.attentions.0.to_k": "mid.attn_1.k", "mid_block.attentions.0.to_v": "mid.attn_1.v",
                     "mid_block.attentions.0.to_out.0": "mid.attn_1.proj_out", "conv_norm_out": "norm_out",
                     "conv_shortcut": "nin_shortcut"}.items():
        name = name.replace(new, old)
    return name


def openclip_text(config):
    """Names and shapes of OpenCLIP's text tower, with the last layer that Stable Diffusion 2.x leaves out."""
    width, inner = config.hidden_size, config.intermediate_size
    shapes = {"positional_embedding": [config.max_position_embeddings, width], "token_embedding.weight": [config.vocab_size, width],
              "ln_final.weight": [width], "ln_final.bias": [width], "text_projection": [width, width], "logit_scale": []}
    for layer in range(config.num_hidden_layers + 1):
        block = f"transformer.resblocks.{layer}"
        shapes |= {f"{block}.{n}.{p}": [width] for n in ["ln_1", "ln_2"] for p in ["weight", "bias"]}
        shapes |= {f"{block}.attn.in_proj_weight": [3 * width, width], f"{block}.attn.in_proj_bias": [3 * width],
                   f"{block}.attn.out_proj.weight": [width, width], f"{block}.attn.out_proj.bias": [width],
                   f"{block}.mlp.c_fc.weight": [inner, width], f"{block}.mlp.c_fc.bias": [inner],
                   f"{block}.mlp.c_proj.weight": [width, inner], f"{block}.mlp.c_proj.bias": [width]}
    return shapes


def make(version, folder):
    """Names and shapes of a file's tensors; the configurations go into the folder."""
    second = version == 2
    tokenizer = CLIPTokenizer.from_pretrained(os.path.join(here, "tiny-pipeline/tokenizer"))
    size = len(tokenizer)
    channels = [64, 64] if second else [32, 64]
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=channels, down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"], layers_per_block=1, cross_attention_dim=64,
        attention_head_dim=[1, 1] if second else 8, use_linear_projection=second)
    vae = AutoencoderKL(
        block_out_channels=[32, 32], down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        layers_per_block=1, sample_size=16)
    config = CLIPTextConfig(
        vocab_size=size, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=1,
        max_position_embeddings=12, hidden_act="gelu" if second else "quick_gelu", bos_token_id=size - 2,
        eos_token_id=size - 1, pad_token_id=size - 1)
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1, prediction_type="v_prediction" if second else "epsilon")
    text = CLIPTextModel(config)
    StableDiffusionPipeline(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
        feature_extractor=None, requires_safety_checker=False).save_pretrained(folder)
    shapes = {"model.diffusion_model." + ldm_unet(n, 1, [False, True]): list(t.shape) for n, t in unet.state_dict().items()}
    for name, tensor in vae.state_dict().items():
        old = ldm_vae(name, 2)
        shape = list(tensor.shape)
        if re.search(r"attn_1\.(q|k|v|proj_out)\.weight", old):
            shape += [1, 1]
        shapes["first_stage_model." + old] = shape
    if second:
        shapes |= {"cond_stage_model.model." + n: s for n, s in openclip_text(config).items()}
    else:
        shapes |= {
            "cond_stage_model.transformer.text_model." + n.removeprefix("text_model."): list(t.shape)
            for n, t in text.state_dict().items()}
    return shapes


def sample(path, folder, averaged):
    pipe = StableDiffusionPipeline.from_single_file(path, config=folder, extract_ema=averaged, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    final = pipe(PROMPT, num_inference_steps=STEPS, guidance_scale=GUIDANCE, height=16, width=16,
                 generator=torch.Generator().manual_seed(SEED), output_type="latent").images
    with torch.no_grad():
        decoded = pipe.vae.decode(final / pipe.vae.config.scaling_factor).sample
    return {"averaged": averaged, "latents": numbers(final.permute(0, 2, 3, 1)),
            "picture": numbers((decoded / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1))}


def main():
    golden = {"prompt": PROMPT, "steps": STEPS, "guidance": GUIDANCE, "seed": SEED, "files": []}
    for version in [1, 2]:
        with tempfile.TemporaryDirectory() as folder:
            shapes = make(version, folder)
            if version == 1:
                shapes |= {
                    "model_ema." + name.removeprefix("model.").replace(".", ""): shape
                    for name, shape in shapes.items() if name.startswith("model.diffusion_model.")}
            weights = {
                name: torch.tensor(values(name, tuple(shape)), dtype=torch.float32).reshape(shape)
                for name, shape in shapes.items()}
            path = os.path.join(folder, "model.safetensors")
            save_file(weights, path)
            samples = [sample(path, folder, averaged) for averaged in ([False, True] if version == 1 else [False])]
        golden["files"].append({"version": version, "tensors": list(shapes.items()), "samples": samples})
    with open(os.path.join(here, "single-file.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
