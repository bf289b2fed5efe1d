"""Golden features of a CLIP's towers alone with their projections, by transformers 5.24.0 and PyTorch 2.15.0.

    python make_towers_alone.py

Weights, token identifiers and pixels come from the formula of make_towers.py, and the configurations are those that
`save_pretrained` writes. Features are float32 with eager attention, tolerance 1e-5 of the largest value of a row.
"""
import json
import os

import torch
from transformers import (CLIPTextConfig, CLIPTextModelWithProjection, CLIPVisionConfig,
                          CLIPVisionModelWithProjection)

from make_towers import pixels, text, texts, values, vision

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

TOWERS = [
    ("text", CLIPTextModelWithProjection, CLIPTextConfig, text(50, 16, 40, 2, 2, 9, "gelu", 49, projection_dim=12)),
    ("text, legacy end token", CLIPTextModelWithProjection, CLIPTextConfig,
     text(40, 16, 32, 1, 4, 7, "quick_gelu", 2, projection_dim=20)),
    ("image", CLIPVisionModelWithProjection, CLIPVisionConfig,
     vision(16, 4, 24, 48, 2, 3, "quick_gelu", projection_dim=12)),
    ("image, gelu", CLIPVisionModelWithProjection, CLIPVisionConfig,
     vision(14, 6, 16, 40, 1, 2, "gelu", projection_dim=20)),
]


def rows(tensor):
    return [[float(f"{value:.7g}") for value in row] for row in tensor.tolist()]


def main():
    golden = []
    for name, made, settings, config in TOWERS:
        model = made._from_config(settings(**config), attn_implementation="eager").eval()
        model.load_state_dict({key: torch.tensor(values(key, tuple(old.shape)), dtype=torch.float32)
                               for key, old in model.state_dict().items()})
        saved = model.config.to_dict() | {"architectures": [made.__name__]}
        entry = {"name": name, "config": saved, "names": sorted(model.state_dict())}
        with torch.no_grad():
            if "text" in name:
                ids = texts({"text_config": config}, 2, config["max_position_embeddings"])
                entry |= {"ids": ids.tolist(), "features": rows(model(input_ids=ids).text_embeds)}
            else:
                found = model(pixel_values=pixels({"vision_config": config}, 2)).image_embeds
                entry |= {"features": rows(found)}
        golden.append(entry)
    with open(os.path.join(here, "towers-alone.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"), default=str)
        file.write("\n")


if __name__ == "__main__":
    main()
