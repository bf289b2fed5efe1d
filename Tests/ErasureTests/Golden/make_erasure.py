"""Golden numbers of UCE and RECE on the tiny pipeline that diffusers saved, solved in double precision by NumPy.

    python make_erasure.py > erasure.golden.json

Equations: 7 of arXiv 2308.14761 (UCE), 3 and 8 of arXiv 2407.12383 (RECE). States come from transformers' text encoder.
Of every edited matrix W the file has W x, x = cos(0), cos(1), ..., and one matrix whole.
"""
import json
import os

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from transformers import AutoTokenizer, CLIPTextModel

FOLDER = os.path.join(os.path.dirname(__file__), "../../DiffusionTests/Golden/tiny-pipeline")
ERASED = ["a red cat", "dog"]
REPLACEMENTS = ["", "a cat"]
PRESERVED = ["a tree"]

encoder = CLIPTextModel.from_pretrained(os.path.join(FOLDER, "text_encoder"), dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(os.path.join(FOLDER, "tokenizer"))
length = encoder.config.max_position_embeddings
unet = UNet2DConditionModel.from_pretrained(os.path.join(FOLDER, "unet"), torch_dtype=torch.float32)
NAMES = [n for n, _ in unet.named_parameters() if ".attn2.to_k." in n or ".attn2.to_v." in n]
ORIGINAL = {n: dict(unet.named_parameters())[n].detach().numpy().astype(np.float64) for n in NAMES}


def states(texts, which):
    """[n, width]: of the last token before the end, or of all tokens, padding included."""
    rows = []
    for text in texts:
        made = tokenizer(text, padding="max_length", max_length=length, truncation=True, return_tensors="pt")
        with torch.no_grad():
            all_states = encoder(made.input_ids)[0][0].numpy().astype(np.float64)
        last = int(made.attention_mask.sum()) - 2
        rows.append(all_states if which == "all" else all_states[last:last + 1])
    return np.concatenate(rows)


def edit(matrices, erased, replacements, preserved, erase, preserve, penalty):
    """Equation 7: (λ W + Σ s v* cᵀ + Σ p W k kᵀ)(λ I + Σ s c cᵀ + Σ p k kᵀ)⁻¹."""
    result = {}
    for name, w in matrices.items():
        left = penalty * w + erase * (w @ replacements.T) @ erased + preserve * (w @ preserved.T) @ preserved
        right = penalty * np.eye(w.shape[1]) + erase * erased.T @ erased + preserve * preserved.T @ preserved
        result[name] = np.linalg.solve(right.T, left.T).T
    return result


def adversaries(concept, matrices, regularisation):
    """Equation 8: (r I + Σ W'ᵀ W')⁻¹ Σ W'ᵀ W c, as rows."""
    left = regularisation * np.eye(concept.shape[1]) + sum(w.T @ w for w in matrices.values())
    right = sum(matrices[n].T @ ORIGINAL[n] for n in NAMES)
    return np.linalg.solve(left, right @ concept.T).T


def shown(matrices):
    x = np.cos(np.arange(next(iter(matrices.values())).shape[1]))
    return {"products": {n: (w @ x).tolist() for n, w in matrices.items()}, "first": matrices[NAMES[0]].ravel().tolist()}


def uce(which, erase, preserve, penalty):
    return edit(ORIGINAL, states(ERASED, which), states(REPLACEMENTS, which), states(PRESERVED, which),
                erase, preserve, penalty)


def rece(rounds, erase, preserve, penalty, regularisation):
    concept = states(ERASED, "all")
    matrices = uce("all", erase, preserve, penalty)
    for _ in range(rounds):
        matrices = edit(matrices, adversaries(concept, matrices, regularisation), states(REPLACEMENTS, "all"),
                        states(PRESERVED, "all"), erase, preserve, penalty)
    return matrices


print(json.dumps({
    "erased": ERASED, "replacements": REPLACEMENTS, "preserved": PRESERVED,
    "uce_last": shown(uce("last", 1, 1, .5)),
    "uce_all": shown(uce("all", 1, .25, .1)),
    "rece": shown(rece(2, 1, .1, .1, .1)),
}, indent=1))
