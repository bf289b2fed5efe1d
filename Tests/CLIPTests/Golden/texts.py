"""Varied strings from a seed; Texts.swift makes the same ones."""
import json
import os

pools = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "texts.json"), encoding="utf-8"))


class Stream:
    """Knuth's 64-bit linear congruential generator; the upper 31 bits are drawn."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def of(self, name):
        return pools[name][self.below(len(pools[name]))]

    def scalar(self, name):
        low, high = pools["ranges"][name][self.below(len(pools["ranges"][name]))]
        return chr(low + self.below(high - low + 1))

    def many(self, most, draw):
        return [draw() for _ in range(self.below(most) + 1)]

    def run(self, name, most):
        return "".join(self.many(most, lambda: self.scalar(name)))


def text(s, index):
    kind = index % 16
    if kind == 0:
        return " ".join(s.many(12, lambda: s.of("words")))
    if kind == 1:
        return s.run("ascii", 60)
    if kind == 2:
        return " ".join(s.many(8, lambda: s.run("latin", 10)))
    if kind == 3:
        return "".join(s.many(8, lambda: s.of("emoji") + (s.of("words") if s.below(2) else s.scalar("symbols"))))
    if kind == 4:
        return s.run("cjk", 30)
    if kind == 5:
        return s.run("hangul", 20)
    if kind == 6:
        return "".join(s.many(12, lambda: s.of("spaces") + s.of("words") if s.below(2) else s.scalar("control")))
    if kind == 7:
        return "".join(s.many(10, lambda: s.of("entities") + (" " if s.below(2) else "") + s.of("words")))
    if kind == 8:
        return "".join(s.many(6, lambda: s.of("specials") if s.below(3) else s.of("words") + s.of("spaces")))
    if kind == 9:
        return " ".join(s.many(6, lambda: s.run("scripts", 12)))
    if kind == 10:
        return "".join(s.many(12, lambda: s.scalar(("latin", "ascii", "scripts")[s.below(3)]) + s.run("marks", 4)))
    if kind == 11:
        return s.run("planes", 20)
    if kind == 12:
        return "".join(s.many(30, lambda: s.scalar(("bmp", "astral", "digits", "ascii")[s.below(4)])))
    if kind == 13:
        return s.run("digits", 12) + s.of("words") + s.run("digits", 3)
    if kind == 14:
        return "" if s.below(4) == 0 else "".join(s.many(3, lambda: s.of("spaces")))
    separator = " " if s.below(4) else ""
    return separator.join(s.many(400, lambda: s.of("words")))


def texts(seed, count):
    s = Stream(seed)
    return [text(s, index) for index in range(count)]
