"""Takes the pictures of the world's concepts out of Noto Color Emoji 2.042: its own PNG files of 136 × 128 pixels.

    python3 extract.py NotoColorEmoji.ttf ../../Scenes/Concept+Table.swift      # needs fonttools
"""
import re
import sys

from fontTools.ttLib import TTFont

font = TTFont(sys.argv[1])
assert abs(font["head"].fontRevision - 2.042) < 1e-3, font["head"].fontRevision
names = font.getBestCmap()
pictures = font["CBDT"].strikeData[0]
points = re.findall(r"^ +(1F[0-9A-F]{3}|2[0-9A-F]{3}) ", open(sys.argv[2]).read(), re.M)
for point in points:
    with open(f"{point}.png", "wb") as file:
        file.write(pictures[names[int(point, 16)]].imageData)
print(len(points), "pictures")
