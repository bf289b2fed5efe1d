"""Loads a pipeline that Rhumb saved with diffusers and transformers, and samples from it what Rhumb sampled.

    RHUMB_SAVED_PIPELINE=/some/folder swift test --filter TinyPipelineTests
    python check_saved.py /some/folder

The folder holds a pipeline and `samples.json`, which has the keys of tiny-pipeline.golden.json. Ends
with an error for a weight that is missing or unexpected, a setting that is ignored, other token identifiers, or a
difference above 1e-4 of the largest value.
"""
import json
import logging
import os
import sys

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import AutoTokenizer, CLIPTextModel

from make_tiny_pipeline import sample

TOLERANCE = 1e-4


class Warnings(logging.Handler):
    """Collects what diffusers says of settings that it ignores."""
    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def main(folder):
    warnings = Warnings()
    for name in ["diffusers", "transformers"]:
        logging.getLogger(name).addHandler(warnings)
    for part, kind in [("unet", UNet2DConditionModel), ("vae", AutoencoderKL), ("text_encoder", CLIPTextModel)]:
        _, report = kind.from_pretrained(os.path.join(folder, part), output_loading_info=True)
        wrong = {key: list(value) for key, value in report.items() if len(value) > 0}
        assert not wrong, f"{part}: {wrong}"
        print(f"{part}: no weight missing or unexpected")
    DDIMScheduler.from_pretrained(os.path.join(folder, "scheduler"))

    with open(os.path.join(folder, "samples.json")) as file:
        saved = json.load(file)
    pipe = StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    ignored = [message for message in warnings.messages if "ignored" in message or "not expected" in message]
    assert not ignored, ignored
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(folder, "tokenizer"))
    length = len(saved["identifiers"][0])
    for made in [pipe.tokenizer, tokenizer]:
        ids = made(
            [saved["prompt"], saved["negative"]], padding="max_length", max_length=length, truncation=True).input_ids
        assert ids == saved["identifiers"], (ids, saved["identifiers"])
    print("tokenizer: the same identifiers")

    for entry in saved["samples"]:
        final, picture = sample(pipe, entry["eta"])
        for name, tensor in [("latents", final), ("picture", picture)]:
            theirs = tensor.reshape(-1).double()
            difference = (torch.tensor(entry[name], dtype=torch.float64) - theirs).abs().max() / theirs.abs().max()
            print(f"eta {entry['eta']:g}, {name}: largest difference {difference:.1e} of the largest value")
            assert difference < TOLERANCE


if __name__ == "__main__":
    main(sys.argv[1])
