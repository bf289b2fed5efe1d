"""Golden features of a small OpenCLIP model, by open_clip_torch 3.3.0 and PyTorch 2.15.0 (Python 3.11).

    python make_openclip.py

Weights come from the formula of make_towers.py over OpenCLIP's own names; the file has their names and shapes, the
configuration, identifiers and features. Tolerance 1e-5 of a row's largest value.
"""
import json
import os

import open_clip
import torch

from make_towers import stream, values

here = os.path.dirname(os.path.abspath(__file__))
CONFIG = {
    "embed_dim": 12,
    "vision_cfg": {"image_size": 24, "layers": 2, "width": 32, "head_width": 8, "patch_size": 8, "mlp_ratio": 3.0},
    "text_cfg": {"context_length": 10, "vocab_size": 50, "width": 24, "heads": 3, "layers": 2},
}
cases = []
for name, options in {"plain": {}, "quick": {"quick_gelu": True}, "custom text": {"custom_text": True}}.items():
    config = CONFIG | options
    kind = open_clip.model.CustomTextCLIP if options.get("custom_text") else open_clip.model.CLIP
    model = kind(**{k: v for k, v in config.items() if k != "custom_text"}).eval()
    state = model.state_dict()
    for key in state:
        state[key] = torch.tensor(values(key, tuple(state[key].shape)), dtype=torch.float32)
    model.load_state_dict(state)
    ids = ((torch.tensor(stream("ids", 30)).reshape(3, 10) + 1) / 2 * 48).long()
    for row in range(3):
        ids[row, 3 * row + 2] = 49
        ids[row, 3 * row + 3 :] = 0
    pixels = torch.tensor(2 * stream("pixels", 2 * 3 * 24 * 24), dtype=torch.float32).reshape(2, 3, 24, 24)
    with torch.no_grad():
        cases.append({
            "name": name,
            "config": {"model_cfg": config, "preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]}},
            "weights": [[key, list(state[key].shape)] for key in state],
            "ids": ids.tolist(),
            "text": model.encode_text(ids).tolist(),
            "image": model.encode_image(pixels).tolist(),
        })
with open(os.path.join(here, "openclip.golden.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
