"""Adapters of the tiny pipeline in the layouts that programs write, and what diffusers 0.42.1 with PEFT 0.21.2 samples.

    python make_lora.py

Writes `lora/NAME/…` (a folder as diffusers or PEFT load it) and `lora.golden.json`: the latents of each after the sampling
of make_tiny_pipeline.py with eta 0. Tolerance 1e-4 of the largest value.

* rslora, patterns      diffusers' metadata with use_rslora, and with a rank and an alpha of their own for some layers
* ranks                 two ranks and no alpha
* peft                  PEFT's save_pretrained: adapter_model.safetensors and adapter_config.json, with patterns
* kohya                 lora_unet_…, an alpha a layer, convolutions of 3×3 and of 1×1 among them
* processor             diffusers before 0.20
* convolutions          PEFT's layout with convolutions alone
* lcm                   the layers of LCM-LoRA in kohya's names: time embedding, conv_in, up- and downsamplers among them
* text                  both parts in diffusers' layout, each with metadata of its own
* kohya-text            both parts in kohya's
* old-text              both parts as diffusers wrote them before 0.24 (lora_linear_layer), as .bin

and of several at once, by `set_adapters` with weights (several) and by `fuse_lora` (fused, with some fused weights).
"""
import json
import os
import shutil

import torch
from diffusers import StableDiffusionPipeline
from peft import LoraConfig
from safetensors.torch import save_file

from formula import numbers, stream
from make_tiny_pipeline import sample

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
NAME, BIN = "pytorch_lora_weights.safetensors", "pytorch_lora_weights.bin"
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]


def pipe():
    return StableDiffusionPipeline.from_pretrained(os.path.join(here, "tiny-pipeline"), dtype=torch.float32)


def modules(unet, endings, kinds=(torch.nn.Linear, torch.nn.Conv2d)):
    return {n: m for n, m in unet.named_modules()
            if isinstance(m, kinds) and any(n == e or n.endswith("." + e) for e in endings)}


def matrices(name, module, rank):
    """Down and up by formula."""
    if isinstance(module, torch.nn.Conv2d):
        down = (rank, module.in_channels, *module.kernel_size)
        up = (module.out_channels, rank, 1, 1)
    else:
        down, up = (rank, module.in_features), (module.out_features, rank)
    make = lambda what, shape: torch.tensor(
        stream(f"{name} {what}", torch.Size(shape).numel()), dtype=torch.float32).reshape(shape) * 0.4
    return make("down", down), make("up", up)


def write(folder, tensors, metadata=None, name=NAME):
    os.makedirs(os.path.join(here, "lora", folder))
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(here, "lora", folder, name),
              metadata={"format": "pt", **(metadata or {})})


def load(pipeline, name, **options):
    folder = os.path.join(here, "lora", name)
    pipeline.load_lora_weights(folder, weight_name=NAME if os.path.exists(os.path.join(folder, NAME)) else BIN, **options)


def metadata(**settings):
    return {"lora_adapter_metadata": json.dumps({f"unet.{k}": v for k, v in settings.items()})}


TEXT = ["q_proj", "v_proj", "mlp.fc1"]


def main():
    shutil.rmtree(os.path.join(here, "lora"), ignore_errors=True)
    unet = pipe().unet

    def peft(endings, rank, prefix="unet."):
        tensors = {}
        for n, m in modules(unet, endings).items():
            down, up = matrices(n, m, rank(n))
            tensors |= {f"{prefix}{n}.lora_A.weight": down, f"{prefix}{n}.lora_B.weight": up}
        return tensors

    write("rslora", peft(["attn2.to_k"], lambda n: 4), metadata(
        r=4, lora_alpha=2, use_rslora=True, target_modules=["attn2.to_k"], peft_type="LORA"))
    pattern = {"^mid_block.attentions.0.transformer_blocks.0.attn2.to_k": 1, "attn1.to_q": 3}
    write("patterns", peft(["attn2.to_k", "attn1.to_q"], lambda n: 3 if "attn1.to_q" in n else 1 if "mid" in n else 2), metadata(
        r=2, lora_alpha=2, rank_pattern=pattern, alpha_pattern={"attn1.to_q": 1.5}, target_modules=["attn2.to_k", "attn1.to_q"],
        peft_type="LORA"))
    write("ranks", peft(["to_q", "to_v"], lambda n: 1 if n.endswith("to_q") else 3))
    write("convolutions", peft(["conv1", "conv_shortcut", "proj_in"], lambda n: 2))

    tensors = {}
    for n, m in modules(unet, ATTENTION + ["ff.net.0.proj", "conv1", "proj_in"]).items():
        down, up = matrices(n, m, 2)
        key = "lora_unet_" + n.replace(".", "_")
        tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up,
                    f"{key}.alpha": torch.tensor(1.0 if "attn1" in n else 3.0)}
    write("kohya", tensors)

    tensors = {}
    for n, m in modules(unet, ATTENTION).items():
        down, up = matrices(n, m, 2)
        head, layer = n.rsplit(".to_", 1)
        key = f"unet.{head}.processor.to_{layer.removesuffix('.0')}_lora"
        tensors |= {f"{key}.down.weight": down, f"{key}.up.weight": up}
    write("processor", tensors)

    lcm = ["conv_in", "conv_out", "linear_1", "linear_2", "time_emb_proj", "conv1", "conv2", "conv_shortcut", "conv",
           "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"] + ATTENTION
    tensors = {}
    for n, m in modules(unet, lcm).items():
        down, up = matrices(n, m, 2)
        key = "lora_unet_" + n.replace(".", "_")
        tensors |= {f"{key}.lora_down.weight": down * 0.5, f"{key}.lora_up.weight": up * 0.5, f"{key}.alpha": torch.tensor(2.0)}
    write("lcm", tensors)

    # transformers 5 leaves the tower's name out, which all files have.
    text = {"text_model." + n.removeprefix("text_model."): m for n, m in modules(pipe().text_encoder, TEXT).items()}
    ours = {n: matrices("text " + n, m, 3) for n, m in text.items()}
    tensors = peft(["attn2.to_k"], lambda n: 2)
    for n, (down, up) in ours.items():
        tensors |= {f"text_encoder.{n}.lora_A.weight": down, f"text_encoder.{n}.lora_B.weight": up}
    both = json.loads(metadata(r=2, lora_alpha=1, target_modules=["attn2.to_k"], peft_type="LORA")["lora_adapter_metadata"])
    both |= {"text_encoder.r": 3, "text_encoder.lora_alpha": 6, "text_encoder.target_modules": TEXT, "text_encoder.peft_type": "LORA"}
    write("text", tensors, {"lora_adapter_metadata": json.dumps(both)})

    tensors = {}
    for n, m in modules(unet, ["attn2.to_k"]).items():
        down, up = matrices(n, m, 3)
        key = "lora_unet_" + n.replace(".", "_")
        tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(1.5)}
    for n, (down, up) in ours.items():
        key = "lora_te_" + n.replace(".", "_")
        tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(1.5)}
    write("kohya-text", tensors)

    tensors = {}
    for n, m in modules(unet, ATTENTION).items():
        down, up = matrices(n, m, 2)
        head, layer = n.rsplit(".to_", 1)
        key = f"unet.{head}.processor.to_{layer.removesuffix('.0')}_lora"
        tensors |= {f"{key}.down.weight": down, f"{key}.up.weight": up}
    for n, (down, up) in ours.items():
        key = f"text_encoder.{n}.lora_linear_layer"
        tensors |= {f"{key}.down.weight": down, f"{key}.up.weight": up}
    os.makedirs(os.path.join(here, "lora", "old-text"))
    torch.save(tensors, os.path.join(here, "lora", "old-text", BIN))

    golden = {}
    for name in ["rslora", "patterns", "ranks", "convolutions", "processor", "lcm", "text", "old-text"]:
        one = pipe()
        load(one, name)
        golden[name] = numbers(sample(one, 0.0)[0])

    one = pipe()
    for name in ["rslora", "processor"]:
        load(one, name, adapter_name=name)
    one.set_adapters(["rslora", "processor"], [0.8, 0.5])
    golden["several"] = numbers(sample(one, 0.0)[0])
    one.fuse_lora(adapter_names=["rslora", "processor"])
    one.unload_lora_weights()
    golden["fused"] = numbers(sample(one, 0.0)[0])
    golden |= {f"fused {n}": numbers(m.weight) for n, m in modules(one.unet, ["attn2.to_k", "attn1.to_out.0"]).items()
               if n.startswith("mid_block")}

    def correct(module, key, rank, scale):
        down, up = matrices(key, module, rank)
        with torch.no_grad():
            module.weight += scale * (up.reshape(up.shape[0], rank) @ down.reshape(rank, -1)).reshape(module.weight.shape)

    # By definition: of kohya's text encoders diffusers 0.42.1 leaves the attention out where transformers is 5.
    one = pipe()
    for n, m in modules(one.unet, ["attn2.to_k"]).items():
        correct(m, n, 3, 0.5)
    for n, m in modules(one.text_encoder, TEXT).items():
        correct(m, "text text_model." + n.removeprefix("text_model."), 3, 0.5)
    golden["kohya-text"] = numbers(sample(one, 0.0)[0])

    # kohya's by its definition, W + alpha / rank · up down: of unequal alphas diffusers takes the commonest for all.
    one = pipe()
    with torch.no_grad():
        for n, m in modules(one.unet, ATTENTION + ["ff.net.0.proj", "conv1", "proj_in"]).items():
            down, up = matrices(n, m, 2)
            product = (up.reshape(up.shape[0], 2) @ down.reshape(2, -1)).reshape(m.weight.shape)
            m.weight += (1.0 if "attn1" in n else 3.0) / 2 * product
    golden["kohya"] = numbers(sample(one, 0.0)[0])

    # PEFT itself, around the UNet.
    from peft import get_peft_model
    one = pipe()
    model = get_peft_model(one.unet, LoraConfig(
        r=2, lora_alpha=1, target_modules=["attn2.to_k", "attn2.to_v"], rank_pattern={"mid_block.*to_v": 2},
        alpha_pattern={"attn2.to_v": 4}, init_lora_weights=False))
    model.peft_config["default"].rank_pattern = {}
    state = {}
    for n, m in modules(unet, ["attn2.to_k", "attn2.to_v"]).items():
        down, up = matrices(n, m, 2)
        state |= {f"base_model.model.{n}.lora_A.default.weight": down, f"base_model.model.{n}.lora_B.default.weight": up}
    missing = model.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys
    model.save_pretrained(os.path.join(here, "lora", "peft"))
    os.remove(os.path.join(here, "lora", "peft", "README.md"))
    golden["peft"] = numbers(sample(one, 0.0)[0])

    plain = pipe()
    golden["none"] = numbers(sample(plain, 0.0)[0])
    with open(os.path.join(here, "lora.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
