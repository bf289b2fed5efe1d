"""Golden token identifiers, by transformers 5.23.0 and tokenizers 0.23.3 (Python 3.11).

    python make_tokenizer.py [--vocabulary bpe_simple_vocab_16e6.txt.gz]

Trains a small vocabulary (seed 1) with CLIP's own pipeline, and writes it as vocab.json and merges.txt; then tokenizes
10,000 strings (seed 2) with it: the identifiers of the first 200, and of every hundred strings a hash over all, with
truncation to 77 and without. The published CLIP vocabulary, from the open_clip_torch wheel, is too large to keep here;
with --vocabulary its hashes are written too. Identifiers must be identical.
"""
import argparse
import gzip
import json
import os
import tempfile

import tokenizers
from tokenizers import trainers
from transformers import CLIPTokenizer, PreTrainedTokenizerFast

from texts import texts

here = os.path.dirname(os.path.abspath(__file__))
SPECIAL = ["<|startoftext|>", "<|endoftext|>"]


def byte_alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(b if b in printable else next(others)) for b in range(256)]


def trained():
    """A vocabulary laid out as CLIP's: bytes, bytes that end a word, merges, the two special tokens."""
    base = CLIPTokenizer(vocab={t: i for i, t in enumerate(SPECIAL)}, merges=[]).backend_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=2200, end_of_word_suffix="</w>", min_frequency=2, show_progress=False)
    fresh = tokenizers.Tokenizer(tokenizers.models.BPE(end_of_word_suffix="</w>"))
    fresh.normalizer, fresh.pre_tokenizer = base.normalizer, base.pre_tokenizer
    fresh.train_from_iterator(texts(1, 8000), trainer)
    merges = [tuple(m) for m in json.loads(fresh.to_str())["model"]["merges"]]
    alphabet = byte_alphabet()
    tokens = alphabet + [c + "</w>" for c in alphabet] + ["".join(m) for m in merges] + SPECIAL
    unique = list(dict.fromkeys(tokens))
    return {t: i for i, t in enumerate(unique)}, [" ".join(m) for m in merges]


def published(path):
    merges = gzip.open(path, "rt", encoding="utf-8").read().split("\n")[1 : 49152 - 256 - 2 + 1]
    base = [c for c in byte_alphabet() if ord(c) < 256] + [c for c in byte_alphabet() if ord(c) >= 256]
    tokens = base + [c + "</w>" for c in base] + ["".join(m.split()) for m in merges] + SPECIAL
    return {t: i for i, t in enumerate(tokens)}, merges


def write(vocabulary, merges, folder):
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as file:
        json.dump(vocabulary, file, ensure_ascii=False, separators=(",", ":"))
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "\n".join(merges) + "\n")
    settings = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        json.dump(settings, file)


def hashed(rows):
    """FNV-1a over the length and the identifiers of each row, as 32-bit little-endian words."""
    value = 0xCBF29CE484222325
    for row in rows:
        for word in [len(row), *row]:
            for byte in word.to_bytes(4, "little"):
                value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def hashes(tokenizer, strings):
    def blocks(**options):
        rows = tokenizer(strings, **options)["input_ids"]
        return [hashed(rows[start : start + 100]) for start in range(0, len(rows), 100)]

    return {"truncated": blocks(truncation=True, max_length=77), "whole": blocks()}


def tokenized(folder, strings):
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    return tokenizer, hashes(tokenizer, strings)


parser = argparse.ArgumentParser()
parser.add_argument("--vocabulary", help="bpe_simple_vocab_16e6.txt.gz of open_clip_torch")
options = parser.parse_args()

strings = texts(2, 10_000)
golden_file = os.path.join(here, "tokenizer.golden.json")
golden = json.load(open(golden_file)) if os.path.exists(golden_file) else {}
folder = os.path.join(here, "tokenizer")
os.makedirs(folder, exist_ok=True)
write(*trained(), folder)
tokenizer, golden["trained"] = tokenized(folder, strings)
golden["seed"], golden["count"] = 2, len(strings)
golden["samples"] = [
    {"text": t, "ids": tokenizer(t)["input_ids"], "decoded": tokenizer.decode(tokenizer(t)["input_ids"], skip_special_tokens=True)}
    for t in strings[:200]
    if len(t) < 400
]
padded = tokenizer(["a dog", "", "one two three"], padding=True)
golden["padded"] = {"ids": padded["input_ids"], "mask": padded["attention_mask"]}
if options.vocabulary:
    with tempfile.TemporaryDirectory() as temporary:
        write(*published(options.vocabulary), temporary)
        golden["published"] = tokenized(temporary, strings)[1]
with open(golden_file, "w", encoding="utf-8") as file:
    json.dump(golden, file, ensure_ascii=True, indent=0)
