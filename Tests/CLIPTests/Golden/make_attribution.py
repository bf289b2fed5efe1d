"""Golden attributions of a CLIP's inputs, by transformers 5.24.0 and PyTorch 2.15.0 (Python 3.11), in float64.

    python make_attribution.py

Weights and pixels come from the formulas of make_towers.py, the direction from its stream, texts go through the tokenizer
in `tokenizer`. Words: the difference without the word's tokens, slope times embedding, and integrated gradients from
embeddings of 0 by 64 midpoints. Pictures: a grey square of 2 patches moved by a patch, averaged over the squares that cover a
patch; and Grad-ECLIP's last-layer map (gradient at the class token's attention before it is projected, times the patches'
values, times the cosine of query and key brought to 0..1), without its ReLU. Tolerance: 1e-4 of the largest number.
"""
import json
import os

import numpy as np
import torch
from transformers import AutoTokenizer

from make_towers import build, config, here, pixels, stream, text, vision

tokenizer = AutoTokenizer.from_pretrained(os.path.join(here, "tokenizer"))
c = config(
    12, text(2400, 16, 32, 2, 2, 24, "quick_gelu", tokenizer.eos_token_id), vision(32, 8, 16, 32, 2, 2, "quick_gelu"))
model = build(c).double()
v = torch.tensor(stream("row", 12))
v = v / v.norm()
unit = lambda x: torch.nn.functional.normalize(x, dim=-1)
table = model.text_model.embeddings.token_embedding


def of_ids(ids):
    return unit(model.get_text_features(input_ids=torch.tensor([ids])).pooler_output) @ v


def of_embeddings(ids, leaf):
    hook = table.register_forward_hook(lambda *_: leaf)
    value = unit(model.get_text_features(input_ids=torch.tensor([ids])).pooler_output) @ v
    hook.remove()
    return value


golden = {"config": c, "texts": []}
for sentence in ("a red apple", "two unbelievable dogs  and a tree"):
    words = sentence.split()
    tokens = [tokenizer(word, add_special_tokens=False).input_ids for word in words]
    ids = tokenizer(sentence).input_ids
    assert ids[1:-1] == sum(tokens, [])
    places, at = [], 1
    for piece in tokens:
        places.append(list(range(at, at + len(piece))))
        at += len(piece)
    whole = of_ids(ids).item()
    out = [whole - of_ids([t for i, t in enumerate(ids) if i not in p]).item() for p in places]
    x = table(torch.tensor([ids])).detach()
    mask = torch.zeros_like(x)
    mask[:, 1:-1] = 1

    def slopes(factor):
        leaf = (x * (1 - mask) + x * mask * factor).requires_grad_()
        of_embeddings(ids, leaf).sum().backward()
        return (leaf.grad * x).sum((0, 2))

    here_ = slopes(1.0)
    path = sum(slopes((k + 0.5) / 64) for k in range(64)) / 64
    golden["texts"].append({
        "text": sentence, "words": words, "value": whole,
        "baseline": of_embeddings(ids, x * (1 - mask)).item(), "leavingOut": out,
        "gradient": [here_[p].sum().item() for p in places], "integrated": [path[p].sum().item() for p in places],
    })

image = pixels(c, 1).double()


def of_pixels(x):
    return unit(model.get_image_features(pixel_values=x).pooler_output) @ v


whole = of_pixels(image).item()
sums, counts = np.zeros((4, 4)), np.zeros((4, 4))
for row in range(3):
    for column in range(3):
        covered = image.clone()
        covered[:, :, row * 8:(row + 2) * 8, column * 8:(column + 2) * 8] = 0
        sums[row:row + 2, column:column + 2] += whole - of_pixels(covered).item()
        counts[row:row + 2, column:column + 2] += 1
golden["occlusion"] = (sums / counts).flatten().tolist()

kept = {}
attention = model.vision_model.encoder.layers[-1].self_attn


def keep(name):
    def hook(module, inputs, output):
        kept[name] = output
    return hook


attention.q_proj.register_forward_hook(keep("q"))
attention.k_proj.register_forward_hook(keep("k"))
attention.v_proj.register_forward_hook(keep("v"))


def before_projection(module, inputs):
    kept["attended"] = inputs[0]
    kept["attended"].retain_grad()


attention.out_proj.register_forward_pre_hook(before_projection)
of_pixels(image).sum().backward()
gradient = kept["attended"].grad[0, 0]
q, k, values = (kept[name][0].detach() for name in "qkv")
cosine = unit(k[1:]) @ unit(q[0])
cosine = (cosine - cosine.min()) / (cosine.max() - cosine.min())
golden["relevance"] = ((values[1:] @ gradient) * cosine).tolist()
with open(os.path.join(here, "attribution.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
