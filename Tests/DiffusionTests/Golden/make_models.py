"""Golden outputs and gradients of UNet2DConditionModel and AutoencoderKL, by diffusers 0.42.1 and PyTorch 2.15.0.

    python make_models.py

Weights and inputs come from a formula over their names (formula.py, which Formula.swift knows too). Activations are
written with channels innermost. Outputs are float32, tolerance 1e-5 of the largest value; gradients of the mean square
of the output are float64, tolerance 1e-4 of a parameter's gradient norm.
"""
import json
import os

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from formula import fill, gradients, normal, numbers

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

CROSS, PLAIN = "CrossAttnDownBlock2D", "DownBlock2D"
CROSS_UP, PLAIN_UP = "CrossAttnUpBlock2D", "UpBlock2D"


def unet(channels, down, up, **more):
    """`down` and `up` say with + and - which levels have attention."""
    config = dict(
        block_out_channels=channels,
        down_block_types=[CROSS if sign == "+" else PLAIN for sign in down],
        up_block_types=[CROSS_UP if sign == "+" else PLAIN_UP for sign in up],
        layers_per_block=1, norm_num_groups=4, cross_attention_dim=8, attention_head_dim=2)
    return config | more


# Name: (configuration, height, width of the latents, timesteps).
unets = {
    "sd1": (unet([8, 16, 24, 24], "+++-", "-+++", layers_per_block=2, attention_head_dim=4), 8, 8, [981, 1]),
    "sd2": (unet([16, 32, 32], "++-", "-++", attention_head_dim=[2, 4, 4], use_linear_projection=True,
                 upcast_attention=True, cross_attention_dim=12), 8, 8, [500]),
    "miniature": (unet([8, 16, 24], "-++", "++-", attention_head_dim=[1, 2, 3], cross_attention_dim=20), 7, 5, [0, 999]),
    "lists": (unet([16, 24], "++", "++", layers_per_block=[1, 2], transformer_layers_per_block=[2, 1],
                   mid_block_type=None, cross_attention_dim=[10, 10]), 6, 4, [3]),
    "plain": (unet([8, 16], "--", "--", mid_block_type="UNetMidBlock2D", resnet_time_scale_shift="scale_shift"),
              7, 5, [10, 700]),
    "scaled": (unet([16, 16], "+-", "-+", resnet_time_scale_shift="scale_shift", mid_block_scale_factor=1.5,
                    only_cross_attention=True, use_linear_projection=True, transformer_layers_per_block=2), 4, 6, [321]),
    "embedding": (unet([12, 24], "-+", "+-", flip_sin_to_cos=False, freq_shift=1, center_input_sample=True,
                       act_fn="gelu", cross_attention_dim=[6, 8]), 4, 4, [999, 421]),
    "padding": (unet([8, 16, 16], "-+-", "+-+", downsample_padding=0, act_fn="relu", norm_eps=1e-3,
                     only_cross_attention=[False, True, False], attention_head_dim=[2, 4, 8]), 9, 6, [77]),
    "inpainting": (unet([16], "+", "+", in_channels=9, conv_in_kernel=1, conv_out_kernel=5,
                        mid_block_scale_factor=0.7071), 3, 5, [250]),
    "odd": (unet([9, 18], "+-", "++", norm_num_groups=3, attention_head_dim=3, layers_per_block=2, out_channels=3,
                 mid_block_type="UNetMidBlock2D", cross_attention_dim=[8, 8]), 5, 7, [600, 20]),
}


def vae(channels, **more):
    config = dict(
        block_out_channels=channels, down_block_types=["DownEncoderBlock2D"] * len(channels),
        up_block_types=["UpDecoderBlock2D"] * len(channels), layers_per_block=1, norm_num_groups=4)
    return config | more


# Name: (configuration, height and width of the picture).
vaes = {
    "sd": (vae([8, 16, 16], layers_per_block=2), 16, 24),
    "no-quantisation": (vae([8, 12], use_quant_conv=False, use_post_quant_conv=False, latent_channels=8), 10, 8),
    "no-attention": (vae([8, 8, 16], mid_block_add_attention=False), 12, 8),
    "odd": (vae([12, 8, 16], norm_num_groups=2, latent_channels=3, out_channels=4), 13, 11),
    "one-level": (vae([16], in_channels=1, out_channels=1, act_fn="gelu"), 5, 6),
}


def inner(x):
    """Channels innermost."""
    return x.permute(0, 2, 3, 1)


def outer(x):
    return x.permute(0, 3, 1, 2).contiguous()


def unet_inputs(config, height, width, timesteps):
    context = config["cross_attention_dim"]
    context = context if isinstance(context, int) else context[-1]
    return (
        outer(normal("sample", 2, height, width, config.get("in_channels", 4))),
        torch.tensor(timesteps), normal("context", 2, 5, context))


def main():
    golden = {"unets": [], "vaes": []}
    for name, (config, height, width, timesteps) in unets.items():
        model = UNet2DConditionModel(**config).eval()
        parameters = fill(model)
        sample, steps, context = unet_inputs(config, height, width, timesteps)
        with torch.no_grad():
            output = model(sample, steps, context).sample
        golden["unets"].append({
            "name": name, "config": config, "height": height, "width": width, "timesteps": timesteps,
            "parameters": parameters, "output": numbers(inner(output))})

    for name, (config, height, width) in vaes.items():
        model = AutoencoderKL(**config).eval()
        parameters = fill(model)
        pixels = outer(normal("pixels", 2, height, width, config.get("in_channels", 3)))
        with torch.no_grad():
            latents = model.encode(pixels).latent_dist
            z = outer(normal("latents", 2, *latents.mean.shape[2:], config.get("latent_channels", 4)))
            picture = model.decode(z).sample
        golden["vaes"].append({
            "name": name, "config": config, "height": height, "width": width, "parameters": parameters,
            "mean": numbers(inner(latents.mean)), "logVariance": numbers(inner(latents.logvar)),
            "picture": numbers(inner(picture))})

    for name in ["miniature", "scaled"]:
        config, height, width, timesteps = unets[name]
        model = UNet2DConditionModel(**config)
        fill(model)
        model.double()
        sample, steps, context = unet_inputs(config, height, width, timesteps)
        loss = model(sample.double(), steps, context.double()).sample.square().mean()
        loss.backward()
        next(entry for entry in golden["unets"] if entry["name"] == name).update(
            loss=float(loss.detach()), gradients=gradients(model))

    name = "odd"
    config, height, width = vaes[name]
    model = AutoencoderKL(**config)
    fill(model)
    model.double()
    latents = model.encode(outer(normal("pixels", 2, height, width, 3)).double()).latent_dist
    noise = outer(normal("noise", *inner(latents.mean).shape)).double()
    z = latents.mean + latents.std * noise
    loss = model.decode(z).sample.square().mean() + latents.kl().mean()
    loss.backward()
    next(entry for entry in golden["vaes"] if entry["name"] == name).update(
        loss=float(loss.detach()), gradients=gradients(model))

    with open(os.path.join(here, "models.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
