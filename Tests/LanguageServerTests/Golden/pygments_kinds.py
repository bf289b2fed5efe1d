"""Writes sample.kinds: for each character of sample.rhumb what the Pygments lexer of docs/editors takes it for.

    python pygments_kinds.py        (Pygments 2.21)
"""

import pathlib
import sys

from pygments.token import Comment, Keyword, Name, Number, Operator, String

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parents[2] / 'docs' / 'editors' / 'pygments'))
from rhumb_lexer import RhumbLexer  # noqa: E402

KINDS = [
    (Comment, 'c'), (Keyword, 'k'), (Number, 'n'), (String, 's'), (Name.Builtin, 'v'), (Name.Label, 'l'),
    (Operator, 'o'),
]
text = (here / 'sample.rhumb').read_text(encoding='utf-8')
kinds = ''
for kind, value in RhumbLexer(stripnl=False, ensurenl=False).get_tokens(text):
    letter = next((letter for known, letter in KINDS if kind in known), '.')
    kinds += ''.join('\n' if character == '\n' else letter for character in value)
(here / 'sample.kinds').write_text(kinds, encoding='utf-8')
