"""CLIP in files of weights alone, and the features that open_clip_torch 3.3.0 computes of them.

    python make_weights_alone.py

`weights-alone.golden.json` has, for OpenCLIP's and OpenAI's state dicts, names and shapes (weights by the formula of
make_towers.py), identifiers and features; OpenAI's keep `input_resolution`, `context_length` and `vocab_size`, and mean
QuickGELU. `scripted-clip.pt` is a TorchScript archive as OpenAI publishes its models, of half-precision weights; its
features are those of the same weights in float32. Tolerance 1e-5 of a row's largest value.
"""
import json
import os

import open_clip
import torch

from make_towers import stream, values

here = os.path.dirname(os.path.abspath(__file__))
CONFIG = {
    "embed_dim": 12,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 64, "patch_size": 8, "mlp_ratio": 1.0},
    "text_cfg": {"context_length": 10, "vocab_size": 50, "width": 64, "heads": 1, "layers": 1, "mlp_ratio": 2.0},
}


def features(model):
    ids = ((torch.tensor(stream("ids", 30)).reshape(3, 10) + 1) / 2 * 48).long()
    for row in range(3):
        ids[row, 3 * row + 2] = 49
        ids[row, 3 * row + 3 :] = 0
    pixels = torch.tensor(2 * stream("pixels", 2 * 3 * 16 * 16), dtype=torch.float32).reshape(2, 3, 16, 16)
    with torch.no_grad():
        return {"ids": ids.tolist(), "text": model.encode_text(ids).tolist(), "image": model.encode_image(pixels).tolist()}


def made(quick):
    model = open_clip.model.CLIP(**CONFIG, quick_gelu=quick).eval()
    state = model.state_dict()
    for key in state:
        state[key] = torch.tensor(values(key, tuple(state[key].shape)), dtype=torch.float32)
    model.load_state_dict(state)
    return model, state


cases = []
for name, quick in {"openclip": False, "openai": True}.items():
    model, state = made(quick)
    shapes = [[key, list(state[key].shape)] for key in state]
    if quick:
        shapes += [[key, []] for key in ["input_resolution", "context_length", "vocab_size"]]
    cases.append({"name": name, "weights": shapes} | features(model))
model, state = made(False)
model.half().float()
torch.jit.script(model.half()).save(os.path.join(here, "scripted-clip.pt"))
cases.append({"name": "scripted"} | features(model.float()))
with open(os.path.join(here, "weights-alone.golden.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
