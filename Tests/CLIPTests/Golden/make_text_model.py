"""Golden states of CLIPTextModel, by transformers 5.23.0 and PyTorch 2.15.0.

    python make_text_model.py

Weights and token identifiers come from the formula of make_towers.py. The states of the last layer after the final
norm are float32 with eager attention, tolerance 1e-5 of the largest value.
"""
import json
import os

import torch
from transformers import CLIPTextConfig, CLIPTextModel

from make_towers import text, texts, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

configs = {
    "sd1": text(60, 24, 96, 3, 4, 9, "quick_gelu", 59),
    "sd2": text(50, 32, 64, 5, 2, 8, "gelu", 49, layer_norm_eps=1e-5, projection_dim=16),
    "one layer": text(40, 16, 64, 1, 1, 7, "gelu", 2),
    "no layer": text(30, 8, 16, 0, 2, 6, "quick_gelu", 29),
}


def main():
    golden = []
    for name, config in configs.items():
        model = CLIPTextModel._from_config(CLIPTextConfig(**config), attn_implementation="eager").eval()
        # This version of transformers leaves out the prefix that the names have in a whole model.
        model.load_state_dict({
            key: torch.tensor(values(f"text_model.{key}", tuple(old.shape)), dtype=torch.float32)
            for key, old in model.state_dict().items()})
        ids = texts({"text_config": config}, 2, config["max_position_embeddings"])
        with torch.no_grad():
            states = model(input_ids=ids).last_hidden_state
        golden.append({
            "name": name, "config": config, "ids": ids.tolist(),
            "states": [float(f"{value:.7g}") for value in states.reshape(-1).tolist()]})
    with open(os.path.join(here, "text-model.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
