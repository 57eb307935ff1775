#!/usr/bin/python3
"""Oracle of internal/incident/correlate: makes small sectors of reports and says
which reports hang together, by the formulas of the package's documentation,
written down once more here, and networkx for the connected components.

    /usr/bin/python3 groups.py > groups.json     (Debian: python3-networkx)
"""
import json
import math
import random

import networkx as nx

HORIZON, LAG, BACKGROUND, WEIGHT, VAGUE = 90, 14, 365, 40, 2  # days; WEIGHT in reports
TYPICAL = dict(vendor=.02, technique=.10, **{"class": .20}, indicator=.001, vulnerability=.005, campaign=.005,
               institution=.005, reference=.001, description=.001)
MODELS = {  # field: (agree, differ, identifies)
    "duplicate": dict(prior=-12, scale=1, link=3, other=False, fields={
        "institution": (.98, 1, 1), "reference": (.80, 0, 1), "description": (.30, 0, 1), "vendor": (.95, 1, 0),
        "class": (.90, 1, 0), "technique": (.80, 1, 0), "indicator": (.70, 0, 0), "vulnerability": (.80, 0, 0),
        "campaign": (.80, 0, 0)}),
    "in_campaign": dict(prior=-12, scale=5, link=5, other=True, fields={
        "vendor": (.90, 1, 1), "technique": (.70, 1, 1), "class": (.90, 1, 0), "indicator": (.40, 0, 1),
        "vulnerability": (.60, 0, 1), "campaign": (.90, 0, 1)}),
}


def sector(rng):
    """Noise, eight waves that share vendor, techniques and indicators, and some
    reports told twice. Days are whole and half numbers, so that ties are frequent."""
    reports = []
    for i in range(90):
        if i and rng.random() < .1:
            again = json.loads(json.dumps(rng.choice(reports)))
            again.update(id=f"R{i:03}", day=again["day"] + rng.choice([0, .5, 1]))
            again["values"]["technique"] = again["values"]["technique"][:1]
            reports.append(again)
            continue
        wave = rng.randrange(8) if rng.random() < .4 else None
        values = {"institution": [f"i{rng.randrange(15)}"] if rng.random() < .9 else []}
        for field, n, p in (("vendor", 40, .7), ("class", 4, .9), ("indicator", 60, .3), ("vulnerability", 30, .1),
                            ("campaign", 10, .05), ("reference", 80, .1), ("description", 80, .1)):
            values[field] = [f"{field}{int(n * rng.random() ** 2)}"] if rng.random() < p else []
        values["technique"] = sorted({f"t{int(20 * rng.random() ** 2)}" for _ in range(rng.randrange(4))})
        day = rng.randrange(500) / 2
        if wave is not None:
            day = 60 + 20 * wave + rng.randrange(20) / 2
            for field, value in (("vendor", f"vendor{30 + wave}"), ("class", "class0"), ("indicator", f"bad{wave}")):
                values[field] = [value] if rng.random() < .8 else values[field]
            values["technique"] = sorted({*values["technique"][:1], f"t{wave + 5}", f"t{wave + 6}"})
        reports.append(dict(id=f"R{i:03}", day=day, span=rng.choice([0, 0, 0, 1, 3]), values=values))
    return reports


def frequency(reports, at, field, value):
    base = [r for r in reports if at - LAG - BACKGROUND <= r["day"] < at - LAG and r["values"][field]]
    n = sum(value in r["values"][field] for r in base)
    return (n + WEIGHT * TYPICAL[field]) / (len(base) + WEIGHT)


def score(reports, a, b, m):
    """log2 of the odds that the two belong together; None: they cannot be linked."""
    late, early = (a, b) if a["day"] >= b["day"] else (b, a)
    if late["day"] - early["day"] > HORIZON:
        return None
    bits = m["prior"]
    if max(a["span"], b["span"]) <= VAGUE:
        gap = max(0, late["day"] - early["day"] - early["span"])
        bits += math.log2(HORIZON / m["scale"]) - gap / m["scale"] * math.log2(math.e)
    identified = False
    for field, (agree, differ, identifies) in m["fields"].items():
        x, y = set(late["values"][field]), set(early["values"][field])
        if x & y:
            weights = sorted((max(0, math.log2(agree / frequency(reports, late["day"], field, v))) for v in x & y), reverse=True)
            bits += sum(w / 2 ** n for n, w in enumerate(weights))
            identified |= bool(identifies)
        elif x and y and differ:
            bits += math.log2(1 - agree)
    if m["other"] and set(a["values"]["institution"]) & set(b["values"]["institution"]):
        return None
    return bits if identified else None


def groups(reports):
    g, same = nx.Graph(), nx.Graph()
    g.add_nodes_from(r["id"] for r in reports)
    same.add_nodes_from(g)
    nearest = math.inf
    for i, a in enumerate(reports):
        for b in reports[:i]:
            for kind, m in MODELS.items():
                s = score(reports, a, b, m)
                if s is not None:
                    nearest = min(nearest, abs(s - m["link"]))
                if s is not None and s >= m["link"]:
                    g.add_edge(a["id"], b["id"])
                    if kind == "duplicate":
                        same.add_edge(a["id"], b["id"])
                    break
    assert nearest > 1e-9, "a score lies on the threshold: another seed"
    incidents = {r: min(c) for c in nx.connected_components(same) for r in c}
    return sorted([sorted(c), len({incidents[r] for r in c})] for c in nx.connected_components(g) if len(c) > 1)


def main():
    out = []
    for seed in range(12):
        reports = sector(random.Random(seed))
        out.append(dict(reports=reports, groups=groups(reports)))
    print(json.dumps(out, separators=(",", ":")))


main()
