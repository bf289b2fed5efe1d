"""SigLIP by transformers 5.24.0, PyTorch 2.15.0 and sentencepiece 0.2.3: tokens, features, logits and pictures, for
SigLIPTests.

    python make_siglip.py    # writes the folder siglip (tokenizers) and siglip.golden.json beside itself

Weights come from make_towers.py's formula. The sentencepiece model is trained on a few sentences; SigLIP 2's tokenizer is a small one of Gemma's kind. Features to 1e-5 of a row's largest value, tokens
identical, preprocessed pictures of PIL's processor to 8 bits.
"""
import io
import json
import os
import shutil

import numpy as np
import sentencepiece
import torch
from PIL import Image
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE
from transformers import SiglipConfig, SiglipModel, SiglipTokenizer
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

here = os.path.dirname(os.path.abspath(__file__))
source = open(os.path.join(here, "make_towers.py")).read()
exec(source.split("\ndef build")[0].replace("from transformers import CLIPConfig, CLIPModel", ""), globals())
torch.set_num_threads(1)
folder = os.path.join(here, "siglip")
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(os.path.join(folder, "first"))
os.makedirs(os.path.join(folder, "second"))

SENTENCES = [
    "a red apple on a table", "a photo of a dog and a cat", "two cats playing in the garden", "the quick brown fox",
    "a picture of a castle at night", "an apple, a pear and a banana", "a black and white photograph of a street",
    "une pomme rouge", "ein roter apfel", "dogs running along the beach", "a table with red flowers and apples",
] * 5
# Some rules of the library's nmt_nfkc, whose whole map has 240 kB: compatibility forms, spaces, what is dropped.
rules = {"ﬁ": "fi", "½": "1⁄2", "\u00a0": " ", "\u200b": " ", "\t": " ", "か\u3099": "が", "\u0007": "", "é": "e"}
table = "".join("\t".join(" ".join(f"{ord(c):X}" for c in part) for part in rule) + "\n" for rule in rules.items())
with open(os.path.join(folder, "rules.tsv"), "w") as file:
    file.write(table)
made = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(SENTENCES), model_writer=made, vocab_size=60, model_type="unigram", unk_id=2, bos_id=-1,
    eos_id=1, pad_id=0, unk_surface=" ?? ", normalization_rule_tsv=os.path.join(folder, "rules.tsv"), minloglevel=2)
os.remove(os.path.join(folder, "rules.tsv"))
with open(os.path.join(folder, "first", "spiece.model"), "wb") as file:
    file.write(made.getvalue())
first = SiglipTokenizer(os.path.join(folder, "first", "spiece.model"))
first.save_pretrained(os.path.join(folder, "first"))

# Gemma's kind: spaces are ▁, unknown characters are bytes.
letters = sorted(set("".join(SENTENCES)) - {" "})
tokens = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)] + ["▁"] + letters
merges = [("▁", "a"), ("a", "p"), ("ap", "p"), ("app", "l"), ("appl", "e"), ("▁", "d"), ("c", "a"), ("ca", "t")]
tokens += [a + b for a, b in merges]
own = Tokenizer(BPE(
    vocab={token: index for index, token in enumerate(tokens)}, merges=merges, fuse_unk=True, unk_token="<unk>",
    byte_fallback=True))
own.pre_tokenizer = pre_tokenizers.Split(pattern=" ", behavior="merged_with_previous", invert=False)
own.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "▁")])
own.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
own.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in tokens[:4]])
own.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
own.save(os.path.join(folder, "second", "tokenizer.json"))
with open(os.path.join(folder, "second", "tokenizer_config.json"), "w") as file:
    json.dump({
        "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>", "padding_side": "right", "model_max_length": 12,
        "tokenizer_class": "GemmaTokenizer"}, file)
second = Tokenizer.from_file(os.path.join(folder, "second", "tokenizer.json"))
second.enable_truncation(12)
second.enable_padding(length=12, pad_id=0, pad_token="<pad>")

TEXTS = [
    "a red apple", "A Photo of a DOG, and a cat!", "  two   cats\tplaying ", "", "don't (stop) <here>", "ﬁne café ½",
    "ΟΔΟΣ Σ", "漢字 and かな", "a</s> dog", "pomme_rouge...▁dog", "a" * 40, "か\u3099か caf\u00e9\u0007s", "x\u00a0y\u200bz", "apples " * 20, "</s>",
]
golden = {
    "texts": TEXTS,
    "first": first(TEXTS, padding="max_length", max_length=16, truncation=True).input_ids,
    "second": [row.ids for row in second.encode_batch(TEXTS)], "models": [],
}
TEXT = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2)
for name, config, ids in [
    ("first", dict(
        text_config=dict(TEXT, vocab_size=60, max_position_embeddings=16),
        vision_config=dict(TEXT, image_size=16, patch_size=8)), golden["first"][:3]),
    ("second", dict(
        text_config=dict(
            TEXT, hidden_size=12, vocab_size=len(tokens), max_position_embeddings=12, projection_size=16,
            hidden_act="gelu"),
        vision_config=dict(TEXT, image_size=18, patch_size=8, num_hidden_layers=1)), golden["second"][:3]),
]:
    model = SiglipModel._from_config(SiglipConfig(**config), attn_implementation="eager").eval()
    model.load_state_dict({
        key: torch.tensor(values(key, tuple(old.shape)), dtype=torch.float32) for key, old in model.state_dict().items()})
    size = config["vision_config"]["image_size"]
    pixels = torch.tensor(2 * stream("pixels", 2 * 3 * size * size), dtype=torch.float32).reshape(2, 3, size, size)
    with torch.no_grad():
        out = model(input_ids=torch.tensor(ids), pixel_values=pixels)
        rows = lambda t: [[float(f"{v:.7g}") for v in row] for row in t.tolist()]
        golden["models"].append({
            "name": name, "config": dict(config, model_type="siglip"), "ids": ids,
            "text": rows(out.text_model_output.pooler_output), "image": rows(out.vision_model_output.pooler_output),
            "logits": rows(out.logits_per_image), "names": sorted(model.state_dict())})
picture = np.array([[[(x * 7 + y * 3) % 256, (x * 5) % 256, (y * 11) % 256] for x in range(20)] for y in range(13)], np.uint8)
processor = SiglipImageProcessorPil(size={"height": 16, "width": 16})
golden["processor"] = json.loads(processor.to_json_string())
golden["pixels"] = [float(f"{v:.7g}") for v in np.asarray(
    processor(Image.fromarray(picture), return_tensors="np")["pixel_values"]).reshape(-1).tolist()]
with open(os.path.join(here, "siglip.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
print(golden["first"][:6])
print(os.path.getsize(os.path.join(here, "siglip.golden.json")))
