"""Golden token identifiers, by transformers 5.23.0 and tokenizers 0.23.3 (Python 3.11).

    python make_tokenizer.py [--vocabulary bpe_simple_vocab_16e6.txt.gz]

Trains a small vocabulary (seed 1) with CLIP's own pipeline where tokenizer/ has none yet (ties between merges fall
differently every time), and writes it as vocab.json and merges.txt; then tokenizes
10,000 strings (seed 2) with it: the identifiers of the first 200, and of every hundred strings a hash over all, with
truncation to 77 and without. The published CLIP vocabulary, from the open_clip_torch wheel, is too large to keep here;
with --vocabulary its hashes are written too. Identifiers must be identical.

tokenizer-kinds.golden.json has other tokenizers, each part in turn, and what the tokenizers library makes of 160 strings.
"""
import argparse
import gzip
import json
import os
import tempfile

import tokenizers
from tokenizers import trainers
from transformers import CLIPTokenizer

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


def kept(folder):
    vocabulary = json.load(open(os.path.join(folder, "vocab.json"), encoding="utf-8"))
    lines = open(os.path.join(folder, "merges.txt"), encoding="utf-8").read().split("\n")
    return vocabulary, [line for line in lines[1:] if line]


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


def kinds(vocabulary, merges):
    """Tokenizers that differ from CLIP's in one part, as tokenizer.json; the model is named, and stands apart."""
    text_parts = [{"SpecialToken": {"id": t, "type_id": 0}} for t in SPECIAL]
    template = {
        "type": "TemplateProcessing",
        "single": [text_parts[0], {"Sequence": {"id": "A", "type_id": 0}}, text_parts[1], text_parts[1]],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {t: {"id": t, "ids": [vocabulary[t]], "tokens": [t]} for t in SPECIAL},
    }
    bert = {"type": "BertProcessing", "sep": [SPECIAL[1], vocabulary[SPECIAL[1]]], "cls": [SPECIAL[0], vocabulary[SPECIAL[0]]]}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}

    def added(content, identifier, **flags):
        token = {"id": identifier, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
                 "normalized": False, "special": True}
        return token | flags

    def before(*parts):
        return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [*parts, byte_level]}}

    def split(pattern, behavior, invert=False):
        return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}

    behaviours = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
    gpt4 = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    classes = r"[^\W\d_a-f]+?(?=[\x{61}-\u0063])|\w{2,3}|[[^A-z]]|\S" .replace("[[^A-z]]", "[^A-Z\\]-]")
    cases = {
        "whitespace": before({"type": "Whitespace"}),
        "whitespace split": before({"type": "WhitespaceSplit"}),
        "digits": before({"type": "Digits", "individual_digits": False}),
        "individual digits": before({"type": "Digits", "individual_digits": True}),
        "gpt-2": {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}},
        "gpt-4": before(split({"Regex": gpt4}, "Isolated")),
        "classes": before(split({"Regex": classes}, "Isolated")),
        "lazy": before(split({"Regex": r"a.*?e|^.|.$|(?:ab|a)c?"}, "Isolated")),
        "literal": before(split({"String": "a."}, "Isolated")),
        "whole": {"pre_tokenizer": byte_level},
        "characters": {"pre_tokenizer": {"type": "WhitespaceSplit"}},
        "characters fused": {"pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"fuse_unk": True}},
        "words first": {**before({"type": "WhitespaceSplit"}), "model": {"ignore_merges": True}},
        "lower case": {"normalizer": {"type": "Lowercase"}, **before()},
        "replaced": {"normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": "é"}, **before()},
        "stripped": {"normalizer": {"type": "Strip", "strip_left": True, "strip_right": False}, **before()},
        "composed": {"normalizer": {"type": "NFC"}, **before()},
        "template": {"post_processor": template, **before({"type": "WhitespaceSplit"})},
        "bert": {"post_processor": bert, **before({"type": "WhitespaceSplit"})},
        "sequence": {"post_processor": {"type": "Sequence", "processors": [byte_level, template]}, **before()},
        "added": {
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]},
            **before(),
            "added_tokens": [
                added("<|startoftext|>", vocabulary[SPECIAL[0]], normalized=True),
                added("<|endoftext|>", vocabulary[SPECIAL[1]], lstrip=True, rstrip=True),
                added("photo", vocabulary["photo"], single_word=True, special=False),
                added("DOG", len(vocabulary), normalized=True, special=False, rstrip=True),
                added("a", vocabulary["a"], single_word=True, lstrip=True, special=False),
            ],
        },
    }
    for behaviour in behaviours:
        cases[f"split {behaviour}"] = before(split({"Regex": r"\s+|e"}, behaviour))
        cases[f"punctuation {behaviour}"] = before({"type": "Punctuation", "behavior": behaviour})
    bpe = {"type": "BPE", "dropout": None, "unk_token": SPECIAL[1], "continuing_subword_prefix": "",
           "end_of_word_suffix": "</w>", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    empty = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
             "pre_tokenizer": None, "post_processor": None, "decoder": None}
    result = []
    # What Unicode 8 knows as punctuation and later versions do not is left out: U+166D and U+111C9.
    strings = [t.replace("\u166d", "").replace("\U000111c9", "") for t in texts(3, 160)]
    for name, case in cases.items():
        model = bpe | case.pop("model", {})
        description = empty | case | {"model": model}
        whole = description | {"model": model | {"vocab": vocabulary, "merges": [m.split(" ") for m in merges]}}
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(whole))
        rows = [e.ids for e in tokenizer.encode_batch(strings)]
        result.append({"name": name, "tokenizer": description, "hashes": [hashed(rows[i : i + 16]) for i in range(0, 160, 16)]})

    words = ["[UNK]", "<s>", "</s>", *sorted({"a", "photo", "of", "dog", "cat", ",", ".", "!", "é", "e\u0301", "привет"})]
    word_level = {"type": "WordLevel", "vocab": {w: i for i, w in enumerate(words)}, "unk_token": "[UNK]"}
    for name, parts in {
        "words": {"normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}},
        "words and punctuation": {
            "normalizer": {"type": "NFC"},
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}],
            },
        },
    }.items():
        tokens = [added(w, i) for i, w in enumerate(words[:3])]
        description = empty | parts | {"added_tokens": tokens, "model": word_level}
        rows = [e.ids for e in tokenizers.Tokenizer.from_str(json.dumps(description)).encode_batch(strings)]
        result.append({"name": name, "tokenizer": description, "hashes": [hashed(rows[i : i + 16]) for i in range(0, 160, 16)]})
    return result


parser = argparse.ArgumentParser()
parser.add_argument("--vocabulary", help="bpe_simple_vocab_16e6.txt.gz of open_clip_torch")
options = parser.parse_args()

strings = texts(2, 10_000)
golden_file = os.path.join(here, "tokenizer.golden.json")
golden = json.load(open(golden_file)) if os.path.exists(golden_file) else {}
folder = os.path.join(here, "tokenizer")
if not os.path.exists(folder):
    os.makedirs(folder)
    write(*trained(), folder)
vocabulary, merges = kept(folder)
with open(os.path.join(here, "tokenizer-kinds.golden.json"), "w", encoding="utf-8") as file:
    json.dump(kinds(vocabulary, merges), file, indent=0)
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
