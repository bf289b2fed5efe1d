"""Whether transformers reads what Rhumb saved: not part of the tests, run by hand.

    RHUMB_SAVE_FOLDER=FOLDER swift test --filter CLIPTests.EmbedderTests/testFoldersForTransformers
    python check_folder.py FOLDER/bytes FOLDER/words

Loads each folder with transformers (checked with 5.23.0), reports missing and unexpected weights, and compares
identifiers, preprocessed pixels and features with those in the folder's expected.json: identifiers equal, pixels to
1e-6, features to 1e-5 of a row's largest value.
"""
import json
import os
import sys

import numpy as np
import torch
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer, CLIPImageProcessorPil, CLIPModel

from make_preprocessing import picture


def difference(ours, theirs):
    ours, theirs = np.asarray(ours, dtype=np.float64), theirs.numpy().astype(np.float64)
    return float((np.abs(ours - theirs).max(-1) / np.abs(theirs).max(-1)).max())


for folder in sys.argv[1:]:
    expected = json.load(open(os.path.join(folder, "expected.json"), encoding="utf-8"))
    model, info = CLIPModel.from_pretrained(folder, output_loading_info=True)
    for kind in ["missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"]:
        assert not info.get(kind), (kind, info[kind])
    model.eval()
    tokenizer, processor = AutoTokenizer.from_pretrained(folder), AutoProcessor.from_pretrained(folder)
    for tool in [tokenizer, processor.tokenizer]:
        batch = tool(expected["texts"], padding=True, truncation=True, return_tensors="pt")
        for ours, theirs, mask in zip(expected["ids"], batch["input_ids"].tolist(), batch["attention_mask"].tolist()):
            assert ours == [i for i, m in zip(theirs, mask) if m], (ours, theirs)
    image = Image.fromarray(picture(*expected["picture"]))
    pixels = CLIPImageProcessorPil.from_pretrained(folder)(images=image, return_tensors="pt")["pixel_values"]
    assert np.abs(pixels.numpy().reshape(-1) - np.asarray(expected["pixels"])).max() < 1e-6
    with torch.no_grad():
        text = model.get_text_features(**{k: batch[k] for k in ["input_ids", "attention_mask"]}).pooler_output
        seen = model.get_image_features(pixel_values=pixels).pooler_output
    text, seen = difference(expected["text"], text), difference(expected["image"], seen)
    assert max(text, seen) < 1e-5, (text, seen)
    print(f"{folder}: {type(tokenizer).__name__}, {type(processor).__name__}, text {text:.1e}, image {seen:.1e}")
