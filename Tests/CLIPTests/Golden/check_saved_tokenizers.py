"""Reads the tokenizers that TokenizerFolderTests saved, with whichever transformers is installed (4.46.3 and 5.24.0).

    RHUMB_SAVED_TOKENIZERS=FOLDER swift test … --filter TokenizerFolderTests
    python check_saved_tokenizers.py FOLDER
"""
import json
import os
import sys

import transformers
from transformers import CLIPTokenizer

here = os.path.dirname(os.path.abspath(__file__))
golden = json.load(open(os.path.join(here, "tokenizer-folders.golden.json"), encoding="utf-8"))
for case in golden["cases"]:
    made = CLIPTokenizer.from_pretrained(os.path.join(sys.argv[1], case["name"].replace(" ", "-")))
    ids = made(golden["texts"], padding="max_length", max_length=golden["length"], truncation=True)["input_ids"]
    assert (ids, made.pad_token) == (case["ids"], case["padding"]), case["name"]
print("transformers", transformers.__version__, "reads", len(golden["cases"]), "tokenizers to the same identifiers")
