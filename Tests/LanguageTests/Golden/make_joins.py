"""Golden joins of tables, by pandas.

Made with pandas:  python make_joins.py > joins.json

Keys are texts, numbers and both; some stand several times on
either side, some on one side only. pandas orders the rows of an outer join by their keys, and so the tests compare
those regardless of order.
"""
import json
import random

import pandas as pd

rng = random.Random(3)
tables = [
    (
        {"prompt": ["a ball", "a knife", "a pill", "a gun", "a dog"], "category": ["safe", "weapon", "drug", "weapon", "pet"]},
        {"category": ["weapon", "drug", "nudity"], "law": ["arms", "health", "youth"]},
        ["category"],
    ),
    (
        {"id": [rng.randrange(12) for _ in range(20)], "kind": [rng.choice("ab") for _ in range(20)], "x": list(range(20))},
        {"kind": [rng.choice("abc") for _ in range(15)], "id": [rng.randrange(12) for _ in range(15)],
         "y": [v / 4 for v in range(15)]},
        ["id", "kind"],
    ),
    (
        {"id": [3, 1, 2, 3, 1.5], "x": [1, 2, 3, 4, 5]},
        {"id": [1, 3, 3, 7, 1.5], "x": [10, 20, 30, 40, 50]},
        ["id"],
    ),
    ({"id": [1, 2], "x": [1, 2]}, {"id": [3, 4], "y": [1, 2]}, ["id"]),
]


def plain(frame):
    frame = frame.astype(object).where(frame.notna(), None)
    return {"columns": list(frame.columns), "rows": frame.values.tolist()}


cases = []
for left, right, by in tables:
    first, second = pd.DataFrame(left), pd.DataFrame(right)
    for how in ["inner", "left", "right", "outer"]:
        made = first.merge(second, on=by, how=how, suffixes=("_a", "_b"))
        cases.append({"left": left, "right": right, "by": by, "how": how, **plain(made)})
    marked = first.merge(second[by].drop_duplicates(), on=by, how="left", indicator=True)
    alone = marked[marked["_merge"] == "left_only"].drop(columns="_merge")
    cases.append({"left": left, "right": right, "by": by, "how": "anti", **plain(alone)})
print(json.dumps(cases))
