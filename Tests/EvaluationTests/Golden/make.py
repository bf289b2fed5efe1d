"""Golden numbers of the protocols of I2P and GenEval, with NumPy alone.

    python make.py

`protocols.json` holds, for I2P, the largest of k draws with replacement: for small k from all draws that there are, for
k = 25 from 400 000 random ones with their standard error; and for GenEval cases of detections with the verdict of its
rules, written after the `evaluate` and `relative_position` of its `evaluation/evaluate_images.py`.
"""
import itertools
import json

import numpy as np

random = np.random.default_rng(7)


def largest_of_all_draws(values, k):
    maxima = [max(draw) for draw in itertools.product(values, repeat=k)]
    return float(np.mean(maxima)), float(np.std(maxima))


def largest_of_random_draws(values, k, count=400_000):
    maxima = random.choice(values, size=(count, k)).max(axis=1)
    return float(maxima.mean()), float(maxima.std()), float(maxima.std() / np.sqrt(count))


maxima = []
for size, k in [(1, 3), (3, 2), (4, 4), (5, 3)]:
    values = [float(x) for x in random.random(size)]
    if size == 5:
        values[1] = values[3]
    mean, deviation = largest_of_all_draws(values, k)
    maxima.append({"values": values, "draws": k, "mean": mean, "deviation": deviation, "error": 1e-12})
for size in [10, 60]:
    values = [float(x) for x in np.round(random.random(size), 1)]
    mean, deviation, error = largest_of_random_draws(values, 25)
    maxima.append({"values": values, "draws": 25, "mean": mean, "deviation": deviation, "error": 5 * error})

# GenEval. A box is [x1, y1, x2, y2]; objects of a class come surest first.
COLOURS = ["red", "blue", "green"]
CLASSES = ["dog", "cup"]
RELATIONS = ["left of", "right of", "above", "below"]
POSITION_THRESHOLD = 0.1


def relative_position(a, b):
    boxes = np.array([a, b]).reshape(2, 2, 2)
    centre_a, centre_b = boxes.mean(axis=-2)
    size_a, size_b = np.abs(np.diff(boxes, axis=-2))[..., 0, :]
    offset = centre_a - centre_b
    revised = np.maximum(np.abs(offset) - POSITION_THRESHOLD * (size_a + size_b), 0) * np.sign(offset)
    if np.all(np.abs(revised) < 1e-3):
        return set()
    dx, dy = revised / np.linalg.norm(offset)
    relations = set()
    if dx < -0.5: relations.add("left of")
    if dx > 0.5: relations.add("right of")
    if dy < -0.5: relations.add("above")
    if dy > 0.5: relations.add("below")
    return relations


def is_solved(objects, metadata):
    correct, matched_groups = True, []
    for request in metadata.get("include", []):
        found, matched = objects.get(request["class"], [])[:request["count"]], True
        if len(found) < request["count"]:
            correct = matched = False
        else:
            if "color" in request:
                if [one["colour"] for one in found].count(request["color"]) < request["count"]:
                    correct = matched = False
            if "position" in request and matched:
                relation, target = request["position"]
                if matched_groups[target] is None:
                    correct = matched = False
                else:
                    for one in found:
                        for other in matched_groups[target]:
                            if relation not in relative_position(one["box"], other["box"]):
                                correct = matched = False
        matched_groups.append(found if matched else None)
    for request in metadata.get("exclude", []):
        if len(objects.get(request["class"], [])) >= request["count"]:
            correct = False
    return correct


def task(tag):
    a, b = random.permutation(CLASSES)
    colour = lambda: str(random.choice(COLOURS[:2]))
    if tag == "single_object": return {"include": [{"class": a, "count": 1}]}
    if tag == "two_object": return {"include": [{"class": a, "count": 1}, {"class": b, "count": 1}]}
    if tag == "counting":
        count = int(random.integers(1, 4))
        return {"include": [{"class": a, "count": count}], "exclude": [{"class": a, "count": count + 1}]}
    if tag == "colors": return {"include": [{"class": a, "count": 1, "color": colour()}]}
    if tag == "color_attr":
        return {"include": [{"class": a, "count": 1, "color": colour()}, {"class": b, "count": 1, "color": colour()}]}
    relation = str(random.choice(RELATIONS))
    return {"include": [{"class": a, "count": 1}, {"class": b, "count": 1, "position": [relation, 0]}]}


cases = []
TAGS = ["single_object", "two_object", "counting", "colors", "color_attr", "position"]
for number in range(240):
    tag = TAGS[number % 6]
    metadata = {key: [{**one, "class": str(one["class"])} for one in value] for key, value in task(tag).items()}
    detections = []
    for _ in range(int(random.integers(0, 6))):
        x, y = random.integers(0, 40, 2)
        width, height = random.integers(4, 24, 2)
        detections.append({
            "class": str(random.choice(CLASSES)), "colour": str(random.choice(COLOURS[:2])),
            "box": [int(x), int(y), int(x + width), int(y + height)],
            "confidence": round(float(random.uniform(0.9 if random.random() < 0.6 else 0.2, 1)), 4)})
    # GenEval's thresholds: 0.3, and 0.9 where it counts.
    floor = 0.9 if tag == "counting" else 0.3
    seen = sorted((one for one in detections if one["confidence"] >= floor), key=lambda one: -one["confidence"])
    objects = {name: [one for one in seen if one["class"] == name] for name in CLASSES}
    cases.append({"tag": tag, **metadata, "detections": detections, "solved": bool(is_solved(objects, metadata))})

with open("protocols.json", "w") as file:
    json.dump({"maxima": maxima, "cases": cases}, file, separators=(",", ":"))
print({tag: sum(case["solved"] for case in cases if case["tag"] == tag) for tag in TAGS})
