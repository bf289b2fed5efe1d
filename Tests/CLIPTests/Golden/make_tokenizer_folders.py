"""Tokenizer folders whose files disagree, or add tokens, and the identifiers that transformers 5.24.0 makes of texts.

    python make_tokenizer_folders.py

Every folder has the vocabulary of tokenizer/ beside the files that stand in the golden file, `tokenizer.json` (as
transformers writes it) where `has_json` says so. `sd21` has the published files of Stable Diffusion 2.1, whose padding
tokens differ. transformers 4.46.3 gives the same identifiers; run this with it and `--check` to see. Identifiers must be
identical.
"""
import json
import os
import shutil
import sys
import tempfile

import transformers
from transformers import CLIPTokenizer

here = os.path.dirname(os.path.abspath(__file__))
base = os.path.join(here, "tokenizer")
TEXTS = ["a red apple!", "a photo of <cat-toy>, two !!", "a <Dog-Toy> and a <lake>s <lake>", ""]


def token(content):
    return {"content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}


start, end = token("<|startoftext|>"), token("<|endoftext|>")
typed = {"__type": "AddedToken"}
sd21 = {
    "tokenizer_config.json": {
        "add_prefix_space": False, "bos_token": typed | start, "do_lower_case": True, "eos_token": typed | end,
        "errors": "replace", "model_max_length": 77, "name_or_path": "stabilityai/stable-diffusion-2",
        "pad_token": "<|endoftext|>", "special_tokens_map_file": "./special_tokens_map.json",
        "tokenizer_class": "CLIPTokenizer", "unk_token": typed | end},
    "special_tokens_map.json": {"bos_token": start, "eos_token": end, "pad_token": "!", "unk_token": end},
}
sd15 = {
    "tokenizer_config.json": sd21["tokenizer_config.json"] | {"name_or_path": "openai/clip-vit-large-patch14"},
    "special_tokens_map.json": sd21["special_tokens_map.json"] | {"pad_token": "<|endoftext|>"},
}
size = len(json.load(open(os.path.join(base, "vocab.json"), encoding="utf-8")))
toys = {"<cat-toy>": size, "<Dog-Toy>": size + 1}
decoder = {
    str(i): {"content": c, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
    for i, c in [(size - 2, "<|startoftext|>"), (size - 1, "<|endoftext|>"), (size, "<lake>")]}
cases = {
    "sd15": sd15,
    "sd21": sd21,
    "sd21 json": sd21,
    "added": sd15 | {"added_tokens.json": toys},
    "added json": sd15 | {"added_tokens.json": toys},
    "added special": sd15 | {
        "added_tokens.json": toys | {"<lake>": size + 2},
        "special_tokens_map.json": sd15["special_tokens_map.json"] | {"additional_special_tokens": ["<Dog-Toy>", "<lake>"]}},
    # A configuration with all tokens makes the other files say nothing.
    "whole": sd21 | {
        "tokenizer_config.json": sd21["tokenizer_config.json"] | {"added_tokens_decoder": decoder},
        "added_tokens.json": toys},
}


def identifiers(name, files):
    with tempfile.TemporaryDirectory() as folder:
        for file in ["vocab.json", "merges.txt"]:
            shutil.copy(os.path.join(base, file), folder)
        if name.endswith(" json"):
            CLIPTokenizer.from_pretrained(folder).backend_tokenizer.save(os.path.join(folder, "tokenizer.json"))
        for file, value in files.items():
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                json.dump(value, out)
        made = CLIPTokenizer.from_pretrained(folder)
        return made(TEXTS, padding="max_length", max_length=24, truncation=True)["input_ids"], made.pad_token


path = os.path.join(here, "tokenizer-folders.golden.json")
if "--check" in sys.argv:
    for case in json.load(open(path, encoding="utf-8"))["cases"]:
        if not case["has_json"]:
            same = identifiers(case["name"], case["files"]) == (case["ids"], case["padding"])
            print(case["name"], transformers.__version__, "same" if same else "OTHER")
else:
    made = []
    for name, files in cases.items():
        ids, padding = identifiers(name, files)
        made.append({"name": name, "has_json": name.endswith(" json"), "files": files, "padding": padding, "ids": ids})
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"texts": TEXTS, "length": 24, "cases": made}, file, separators=(",", ":"))
        file.write("\n")
