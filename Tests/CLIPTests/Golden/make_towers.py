"""Golden features and gradients of CLIP models, by transformers 5.23.0 and PyTorch 2.15.0 (Python 3.11).

    python make_towers.py

Weights, token identifiers and pixels come from a formula over the parameter's name (`values`), which Formula.swift
knows too, so that no weights are kept. Features are float32 with eager attention, tolerance 1e-5 of the largest
value of a row; gradients of the contrastive loss are float64, tolerance 1e-4 of a parameter's gradient norm. Of every
gradient the file has its norm, its product with a pseudo-random vector, and some elements.
"""
import json
import os

import numpy as np
import torch
from transformers import CLIPConfig, CLIPModel

here = os.path.dirname(os.path.abspath(__file__))


def stream(name, count):
    """`count` numbers in -1..1 by Knuth's generator, started with the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    out = np.empty(count)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out[i] = (state >> 40) / 2**23 - 1
    return out


def values(name, shape):
    count = int(np.prod(shape))
    if name == "logit_scale":
        return np.full(shape, 1.5)
    centre, spread = 0.0, 0.2
    if "norm" in name or "layrnorm" in name:
        centre, spread = (1.0, 0.4) if name.endswith("weight") else (0.0, 0.2)
    elif "embedding" in name and "patch" not in name:
        spread = 0.7
    elif name.endswith("weight"):
        spread = 2.0 / np.sqrt(count / shape[0])
    return (centre + spread * stream(name, count)).reshape(shape)


def build(config):
    torch.manual_seed(0)
    model = CLIPModel._from_config(CLIPConfig(**config), attn_implementation="eager").eval()
    state = {}
    for name, parameter in model.named_parameters():
        state[name] = torch.tensor(values(name, tuple(parameter.shape)), dtype=torch.float32)
    model.load_state_dict(state)
    return model


def texts(config, rows, length):
    text = config["text_config"]
    numbers = stream("ids", rows * length).reshape(rows, length)
    ids = np.floor((numbers + 1) / 2 * (text["vocab_size"] - 1)).astype(np.int64)
    # The end token, which is the largest identifier in the legacy case, at a different place in every row.
    end = text["vocab_size"] - 1 if text["eos_token_id"] == 2 else text["eos_token_id"]
    for row in range(rows):
        ids[row, (3 * row + 2) % length] = end
        ids[row, -1] = end
    return torch.tensor(ids)


def pixels(config, rows):
    size, channels = config["vision_config"]["image_size"], config["vision_config"].get("num_channels", 3)
    return torch.tensor(2 * stream("pixels", rows * channels * size * size), dtype=torch.float32).reshape(
        rows, channels, size, size
    )


def config(projection, text, vision):
    return {"projection_dim": projection, "text_config": text, "vision_config": vision}


def text(vocab, width, inner, layers, heads, positions, act, eos, **more):
    return dict(
        vocab_size=vocab, hidden_size=width, intermediate_size=inner, num_hidden_layers=layers,
        num_attention_heads=heads, max_position_embeddings=positions, hidden_act=act, eos_token_id=eos, **more
    )


def vision(size, patch, width, inner, layers, heads, act, **more):
    return dict(
        image_size=size, patch_size=patch, hidden_size=width, intermediate_size=inner, num_hidden_layers=layers,
        num_attention_heads=heads, hidden_act=act, **more
    )


configs = {
    "quick_gelu": config(24, text(99, 32, 128, 2, 4, 77, "quick_gelu", 98), vision(32, 8, 48, 192, 2, 3, "quick_gelu")),
    "gelu": config(16, text(120, 48, 96, 3, 3, 20, "gelu", 119), vision(28, 7, 32, 128, 3, 2, "gelu")),
    "legacy": config(32, text(50, 40, 160, 2, 5, 16, "quick_gelu", 2), vision(30, 8, 40, 80, 2, 5, "quick_gelu")),
    "mixed": config(7, text(64, 64, 100, 5, 1, 12, "gelu", 5), vision(16, 16, 24, 50, 1, 8, "quick_gelu")),
    "epsilon": config(
        20, text(33, 24, 72, 1, 2, 9, "gelu_new", 32, layer_norm_eps=1e-3),
        vision(24, 4, 36, 90, 4, 6, "gelu_pytorch_tanh", layer_norm_eps=1e-2)),
    "other": config(12, text(40, 16, 64, 2, 2, 10, "relu", 39), vision(20, 5, 20, 60, 2, 2, "silu", num_channels=1)),
    "deep": config(64, text(300, 128, 512, 6, 4, 40, "quick_gelu", 299), vision(64, 8, 128, 512, 6, 4, "gelu")),
}

def main():
    golden = {"models": [], "gradients": []}
    for name, c in configs.items():
        model = build(c)
        ids, images = texts(c, 3, c["text_config"]["max_position_embeddings"]), pixels(c, 2)
        with torch.no_grad():
            out = model(input_ids=ids, pixel_values=images)
            golden["models"].append({
                "name": name,
                "config": c,
                "ids": ids.tolist(),
                "text": model.get_text_features(input_ids=ids).pooler_output.tolist(),
                "image": model.get_image_features(pixel_values=images).pooler_output.tolist(),
                "logits": out.logits_per_image.tolist(),
            })

    tiny = {
        "quick_gelu": config(8, text(30, 16, 32, 2, 2, 8, "quick_gelu", 29), vision(12, 4, 16, 40, 2, 4, "quick_gelu")),
        "gelu": config(10, text(25, 12, 24, 1, 3, 6, "gelu", 2), vision(10, 4, 20, 40, 2, 2, "gelu")),
    }
    for name, c in tiny.items():
        model = build(c).double()
        ids, images = texts(c, 4, c["text_config"]["max_position_embeddings"]), pixels(c, 4).double()
        loss = model(input_ids=ids, pixel_values=images, return_loss=True).loss
        loss.backward()
        gradients = {}
        for key, parameter in model.named_parameters():
            flat = parameter.grad.reshape(-1).numpy()
            places = sorted({int(p) for p in np.linspace(0, flat.size - 1, 5)})
            gradients[key] = {
                "norm": float(np.linalg.norm(flat)),
                "product": float(flat @ stream("probe " + key, flat.size)),
                "elements": [[p, float(flat[p])] for p in places],
            }
        golden["gradients"].append(
            {"name": name, "config": c, "ids": ids.tolist(), "loss": float(loss.detach()), "gradients": gradients})

    with open(os.path.join(here, "towers.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
