"""The config.json that diffusers 0.42.1 writes for some of the models of make_models.py.

    python make_configs.py
"""
import json
import os

from diffusers import AutoencoderKL, UNet2DConditionModel

from make_models import unets, vaes

here = os.path.dirname(os.path.abspath(__file__))


def written(model):
    return json.loads(model.to_json_string())


def main():
    golden = {
        "unets": [written(UNet2DConditionModel(**unets[name][0])) for name in ["sd1", "sd2", "lists", "embedding"]],
        "vaes": [written(AutoencoderKL(**vaes[name][0])) for name in ["sd", "no-quantisation", "odd"]],
    }
    with open(os.path.join(here, "configs.golden.json"), "w") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
