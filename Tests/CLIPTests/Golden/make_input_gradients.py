"""Golden gradients of CLIP's inputs, by transformers 5.24.0 and PyTorch 2.15.0 (Python 3.11), in float64.

    python make_input_gradients.py

Models, identifiers and pixels are those of make_towers.py, by formula. The number that is differentiated is the sum of
the products of unit features with a pseudo-random row; the gradients are with respect to the pixels, and to the
embeddings of the tokens before positions are added. Of each gradient the file has its norm, its product with a
pseudo-random vector, and some elements. Tolerance: 1e-4 of the gradient's norm.
"""
import json
import os

import numpy as np
import torch

from make_towers import build, config, here, pixels, stream, text, vision

models = {
    "quick_gelu": config(8, text(30, 16, 32, 2, 2, 8, "quick_gelu", 29), vision(12, 4, 16, 40, 2, 4, "quick_gelu")),
    "gelu": config(10, text(25, 12, 24, 1, 3, 6, "gelu", 2), vision(10, 4, 20, 40, 2, 2, "gelu")),
}


def summary(key, tensor):
    flat = tensor.grad.reshape(-1).numpy()
    places = sorted({int(p) for p in np.linspace(0, flat.size - 1, 7)})
    return {
        "norm": float(np.linalg.norm(flat)),
        "product": float(flat @ stream("probe " + key, flat.size)),
        "elements": [[p, float(flat[p])] for p in places],
    }


golden = []
for name, c in models.items():
    model = build(c).double()
    row = torch.tensor(stream("row", c["projection_dim"]))
    unit = lambda x: torch.nn.functional.normalize(x, dim=-1)
    x = pixels(c, 2).double().requires_grad_()
    value = (unit(model.get_image_features(pixel_values=x).pooler_output) * row).sum()
    value.backward()
    end = c["text_config"]["vocab_size"] - 1
    ids = torch.tensor([[3, 7, 5, end], [1, 2, 11, end]])
    table = model.text_model.embeddings.token_embedding
    leaf = table(ids).detach().requires_grad_()
    hook = table.register_forward_hook(lambda *_: leaf)
    words = (unit(model.get_text_features(input_ids=ids).pooler_output) * row).sum()
    hook.remove()
    words.backward()
    golden.append({
        "name": name, "config": c, "ids": ids.tolist(), "image": value.item(), "text": words.item(),
        "pixels": summary("pixels", x), "embeddings": summary("embeddings", leaf),
    })
with open(os.path.join(here, "input-gradients.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
