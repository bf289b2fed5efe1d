"""Texts as OpenCLIP's tokenizer takes them, by open_clip 3.3.0 with ftfy 6.3.1 and Python 3.11; and the tables for it.

    python make_text_cleaning.py

Writes Sources/Models/CLIP/Resources/text-repair.json: the names of HTML's references (html.entities.html5 of Python),
ftfy's tables, and its expression for text that was decoded wrongly; and text-cleaning.golden.json: token identifiers of
the texts below, and a hash of those of each of many varied texts (texts.py): 0 where ftfy would go on to look for the
right encoding, which Rhumb refuses; none for characters younger than Python's Unicode 14, which it and regex see otherwise.
"""
import html
import html.entities
import json
import os
import re
import unicodedata

import ftfy
import regex
from ftfy import badness, chardata, fixes
from open_clip.tokenizer import SimpleTokenizer, _clean_whitespace

from texts import Stream, text

here = os.path.dirname(os.path.abspath(__file__))
COUNT, SEED = 1600, 5

TEXTS = [
    "a red apple", "  A  RED\tapple \n\n of mine ", "", " ", "ham &amp; eggs", "ham &amp;amp; eggs",
    "ham &amp;amp;amp;amp; eggs",
    "&lt;b&gt;bold&lt;/b&gt;", "<b>ham &amp; eggs</b>", "one &amp; <b>\ntwo &amp;amp; three",
    "&copy 2020 &copy; 2021", "this&not that",
    "&notin; &notit; &nota", "P&EACUTE;REZ &Eacute; &eacute", "&#233;&#xE9;&#XE9; &#x1F600; &#128; &#150;",
    "&#0; &#13; &#xD800; &#x110000; &#1;",
    "&#99999999999999999999; &#x; &#; &#xg;", "&#59; &semi; &#x3b",
    "&CounterClockwiseContourIntegral; &fjlig; &NotEqualTilde;",
    "&amp;#39;s a dog&#39;s", "&nbsp;a&nbsp;dog&nbsp;", "&quot;a dog&quot;", "&hellip; &rarr; &hearts;",
    "a&b&c&;&&amp", "&SZLIG; &BUNDESSTRASSE;",
    "\u201ca dog\u2019s life\u201d", "don\u2019t", "\u2018a\u2019 \u201b",
    "\ufb01sh and \ufb02ower, o\ufb03ce \u0132", "ＬＯＵＤ　ＮＯＩＳＥＳ", "ﾊﾝｶｸ ￠ ￦",
    "a\r\nb\rc\u2028d\u2029e", "\x1b[36;44mblue\x1b[0m sky", "a\x00b\x07c\x7fd", "\ufeffa dog\ufffc",
    "e\u0301 cafe\u0301", "&#101;&#769; cafe&#769;", "한국어 가나다", "\u1112\u1161\u11ab",
    "ΟΔΥΣΣΕΥΣ", "ΣΑΣ Σ", "Σ\u0301Σ", "İSTANBUL I", "STRASSE ẞ", "It'S Ted'ſ WE'LL I'M you'RE",
    "<start_of_text> a dog <end_of_text>", "<END_OF_TEXT>", "!<end_of_text>",
    "&lt;end_of_text&gt;", "<|startoftext|> a dog <|endoftext|>", "a dog 🐕 and 👩‍👩‍👧 🇨🇭", "日本語のテキスト", "٣٤ 12 ½ x²",
    "a\x1cb\x1fc\x85d"[:4], "naïve café à la crème", "über Straße",
    "«Bonjour» 20 °C ±5 €", "price: £5 – 10 % … ok", "word " * 90, "mañana señor, ¿qué tal?", "Привет, мир", "ﷺ ﬀ",
    "a\u00a0b\u3000c\u200bd", "&amp;lt;i&amp;gt;", "☃ &#9731; &snowman;",
]
MOJIBAKE = [
    "cafÃ© au lait", "itâ€™s a dog", "â€œquotedâ€\x9d", "Ã¼ber", "schÃ¶n", "ä½\xa0å¥½", "a\x93dog\x94", "PÃ¡gina",
    "вЂ“ dash", "&Atilde;&copy;", "ÐŸÑ€Ð¸Ð²ÐµÑ‚",
]


def pattern():
    """BADNESS_RE without its comments, its spaces and Python's own shorthands."""
    out, inside, source, at = [], False, badness.BADNESS_RE.pattern, 0
    while at < len(source):
        c = source[at]
        if inside:
            out.append(c)
            inside = c != "]"
        elif c == "\\" and source[at + 1] in "sw":
            out.append({"s": r"[\s\x1C-\x1F]", "w": r"[\w\p{N}]"}[source[at + 1]])
            at += 1
        elif c == "#":
            at = source.index("\n", at)
        elif not c.isspace():
            out.append(c)
            inside = c == "["
        at += 1
    return "".join(out)


def tables():
    characters = dict(chardata.LIGATURES) | dict(chardata.WIDTH_MAP)
    singles = [chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000]
    characters |= {ord(c): "'" for c in singles if chardata.SINGLE_QUOTE_RE.match(c)}
    characters |= {ord(c): '"' for c in singles if chardata.DOUBLE_QUOTE_RE.match(c)}
    # One after the other in ftfy: a ligature may leave a quote.
    def become(text):
        return fixes.uncurl_quotes(fixes.fix_character_width(fixes.fix_latin_ligatures(text)))
    characters = {n: become(chr(n)) for n in characters}
    assert all(become(value) == value for value in characters.values())
    names = html.entities.html5
    numbers = {n: "" for n in html._invalid_codepoints} | dict(html._invalid_charrefs)
    assert all(value is None for value in chardata.CONTROL_CHARS.values())
    return {
        "about": "made by Tests/CLIPTests/Golden/make_text_cleaning.py from Python's html.entities and ftfy "
                 f"{ftfy.__version__} (Apache License 2.0, see LICENSE-ftfy.txt)",
        "names": names,
        "capitals": {k[1:]: v for k, v in chardata.HTML_ENTITIES.items() if k[1:] not in names},
        "numbers": {str(n): value for n, value in sorted(numbers.items())},
        "characters": {chr(n): value for n, value in sorted(characters.items())},
        "removed": "".join(chr(n) for n in sorted(chardata.CONTROL_CHARS)),
        "mojibake": pattern(),
    }


def is_suspect(whole):
    """Whether ftfy looks for a mistaken encoding anywhere on its way: `fix_text` with that step told apart."""
    reads = True
    for segment in re.findall(r"[^\n]*\n|[^\n]+", whole):
        reads = reads and "<" not in segment
        while True:
            before = segment
            if reads:
                segment = fixes.unescape_html(segment)
            if not segment.isascii() and badness.is_bad(segment):
                return True
            for fixer in (fixes.fix_c1_controls, fixes.fix_latin_ligatures, fixes.fix_character_width,
                          fixes.uncurl_quotes, fixes.fix_line_breaks, fixes.fix_surrogates,
                          fixes.remove_terminal_escapes, fixes.remove_control_chars):
                segment = fixer(segment)
            segment = unicodedata.normalize("NFC", segment)
            if segment == before:
                break
    return False


def is_young(whole):
    """Whether a character is younger than Python's Unicode, and not than that of the module regex."""
    return any(unicodedata.category(c) == "Cn" and regex.match(r"\P{Cn}", c) for c in whole)


def hashed(ids):
    """FNV-1a of the identifiers' bytes, low one first, two bytes each; its low 32 bits."""
    state = 0xCBF29CE484222325
    for n in ids:
        for byte in (n & 0xFF, n >> 8):
            state = (state ^ byte) * 0x100000001B3 % 2**64
    return state % 2**32


def main():
    with open(os.path.join(here, "../../../Sources/Models/CLIP/Resources/text-repair.json"), "w") as file:
        json.dump(tables(), file, separators=(",", ":"))
        file.write("\n")
    tokenizer = SimpleTokenizer()
    stream = Stream(SEED)
    varied = [text(stream, index) for index in range(COUNT)]
    assert all(is_suspect(t) for t in MOJIBAKE) and not any(is_suspect(t) for t in TEXTS)
    golden = {
        "texts": [[t, tokenizer.encode(t), _clean_whitespace(t)] for t in TEXTS], "mojibake": MOJIBAKE, "seed": SEED,
        "varied": [None if is_young(t) else 0 if is_suspect(t) else hashed(tokenizer.encode(t)) for t in varied],
    }
    with open(os.path.join(here, "text-cleaning.golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"), ensure_ascii=False)
        file.write("\n")
    print(sum(v == 0 for v in golden["varied"]), "refused and", golden["varied"].count(None), "left out of", COUNT)


if __name__ == "__main__":
    main()
