"""Draws small sectors and computes with networkx, apart from the Go code, what
docs/design/cascade.md and the measures of package network say of them. Written to
sectors.json, one sector a line. Usage: /usr/bin/python3 sectors.py (in this folder).

The cascade is not iterated: it is reachability. A node (x, h) stands for "the
outage of x is at least h hours", for every number of hours h that occurs, and an
edge for "then also". The outage of x is the largest h for which (x, h) is reached
from (failed provider, D). Hours of a chain member (equation 1) are the largest h
at which the links of at least h hours lead to the direct provider. Markets are
fractions."""
import json
import random
from collections import defaultdict
from fractions import Fraction

import networkx as nx

NEVER = 2**31 - 1
NOT_ASSESSED = 4320  # DefaultOptions: hours of a service that is not assessed
TOLERANCE = 24  # DefaultOptions: hours, where neither tolerance nor RTO is told
DURATIONS = [1, 7, 25, NEVER]


def lei(rng):
    base = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(18))
    digits = "".join(str(int(c, 36)) for c in base) + "00"
    return base + "%02d" % (98 - int(digits) % 97)


def draw(seed):
    rng = random.Random(seed)
    n = rng.randint(3, 9)
    providers = [{"name": chr(65 + i), "lei": "", "parent": -1} for i in range(n)]
    for i in range(1, n):
        if rng.random() < 0.3:
            providers[i]["parent"] = rng.randrange(i)
    institutions = []
    for b in range(rng.randint(2, 5)):
        inst = {"id": "bank%d" % b, "assets": rng.randint(1, 90), "functions": [], "contracts": [], "services": [], "links": [], "uses": []}
        if b < n and rng.random() < 0.4:  # serves others: its LEI is a provider's
            inst["id"] = providers[b]["lei"] = lei(rng)
        for _ in range(rng.randint(1, 4)):
            inst["functions"].append({"critical": rng.random() < 0.6, "rto": rng.choice([-1, 0, 2, 4, 12, 30]), "tolerance": rng.choice([-1, -1, -1, 1, 8])})
        for _ in range(rng.randint(1, 3)):
            inst["contracts"].append(rng.randint(1, 999))
        for s in range(rng.randint(1, 5)):
            inst["services"].append({"contract": rng.randrange(len(inst["contracts"])), "provider": rng.randrange(n), "type": rng.choice(["S01", "S02", "S03"]), "hours": rng.choice([-1, 0, 1, 3, 6, 9, 20, 50])})
            for _ in range(rng.randint(0, 5)):
                inst["links"].append({"service": s, "provider": rng.randrange(n), "recipient": rng.randrange(n), "rank": rng.randint(2, 5), "hours": rng.choice([-1, 1, 2, 5, 8, 15, 40])})
            for _ in range(rng.randint(0, 2)):
                inst["uses"].append({"service": s, "function": rng.randrange(len(inst["functions"])), "reliance": rng.choice([0, 0, 1, 2, 3, 4])})
        institutions.append(inst)
    return {"seed": seed, "providers": providers, "institutions": institutions}


def hours(h, otherwise):
    return otherwise if h < 0 else h


def chains(inst):
    """For every service: the graph of its links as counted, supplier to recipient,
    with the longest hours. A link from where the direct provider is not reached is
    one to the direct provider."""
    for s, service in enumerate(inst["services"]):
        direct = service["provider"]
        links = [l for l in inst["links"] if l["service"] == s]
        told = nx.DiGraph([(l["provider"], l["recipient"]) for l in links])
        told.add_node(direct)
        chain = nx.ancestors(told, direct) | {direct}
        g = nx.DiGraph()
        g.add_node(direct)
        for l in links:
            to = l["recipient"] if l["recipient"] in chain else direct
            h = hours(l["hours"], NEVER)
            if l["provider"] == to:
                continue
            if g.has_edge(l["provider"], to):
                h = max(h, g.edges[l["provider"], to]["hours"])
            g.add_edge(l["provider"], to, hours=h)
        yield s, service, g


def widest(g, q, direct, own):
    """Equation 1."""
    if q == direct:
        return own
    for h in sorted({d for _, _, d in g.edges(data="hours")}, reverse=True):
        wide = nx.DiGraph((a, b) for a, b, d in g.edges(data="hours") if d >= h)
        if wide.has_node(q) and wide.has_node(direct) and nx.has_path(wide, q, direct):
            return min(h, own)
    raise ValueError(q)


def constraints(sector, by_sector):
    """Edges (x, y, most hours passed on, threshold): o(y) >= min(o(x), most) where o(x) > threshold."""
    out, told = [], defaultdict(int)
    for b, inst in enumerate(sector["institutions"]):
        for s, service, g in chains(inst):
            own = hours(service["hours"], NOT_ASSESSED)
            for q in g:
                if not by_sector or q == service["provider"]:
                    out.append((("p", q), ("s", b, s), widest(g, q, service["provider"], own), -1))
            for q, r, h in g.edges(data="hours"):
                told[q, r] = max(told[q, r], h)
        for u in inst["uses"]:
            if u["reliance"] in (0, 3, 4):
                out.append((("s", b, u["service"]), ("f", b, u["function"]), NEVER, -1))
        for f, fn in enumerate(inst["functions"]):
            limit = fn["tolerance"] if fn["tolerance"] >= 0 else hours(fn["rto"], TOLERANCE)
            for p, provider in enumerate(sector["providers"]):
                if fn["critical"] and provider["lei"] and provider["lei"] == inst["id"]:
                    out.append((("f", b, f), ("p", p), NEVER, limit))
    if by_sector:
        out += [(("p", q), ("p", r), h, -1) for (q, r), h in told.items()]
    return out


def cascade(sector, by_sector):
    edges = constraints(sector, by_sector)
    levels = sorted({h for _, _, h, _ in edges if h > 0} | set(DURATIONS))
    g = nx.DiGraph()
    for x, y, most, threshold in edges:
        over = [h for h in levels if h > threshold]
        for h in levels:
            if h <= most and over:
                g.add_edge((x, max(h, over[0])), (y, h))
    for x in {n for n, _ in g} | {("p", p) for p in range(len(sector["providers"]))}:
        for low, high in zip(levels, levels[1:]):
            g.add_edge((x, high), (x, low))
    rows = []
    for p in range(len(sector["providers"])):
        for d in DURATIONS:
            reached = nx.descendants(g, (("p", p), d)) if g.has_node((("p", p), d)) else set()
            out = defaultdict(int)
            for x, h in reached:
                out[x] = max(out[x], h)
            rows.append({"provider": p, "hours": d, "sector": by_sector, "functions": [out["f", b, f] for b, i in enumerate(sector["institutions"]) for f in range(len(i["functions"]))]})
    return rows


def unit(sector, p, kind):
    while kind == "group" and sector["providers"][p]["parent"] >= 0:
        p = sector["providers"][p]["parent"]
    return p


def critical_services(inst):
    return {u["service"] for u in inst["uses"] if inst["functions"][u["function"]]["critical"]}


def markets(sector, kind):
    weights = defaultdict(lambda: defaultdict(Fraction))
    for b, inst in enumerate(sector["institutions"]):
        important = critical_services(inst)
        pairs = defaultdict(set)
        for s, service in enumerate(inst["services"]):
            p = unit(sector, service["provider"], kind)
            share = Fraction(inst["contracts"][service["contract"]], sum(o["contract"] == service["contract"] for o in inst["services"]))
            for word in ("", service["type"]):
                for critical in {False, s in important}:
                    weights[word, critical, "expense"][p] += share
                    pairs[word, critical].add(p)
        for (word, critical), units in pairs.items():
            for p in units:
                weights[word, critical, "users"][p] += 1
        for f, fn in enumerate(inst["functions"]):
            for critical in {False, fn["critical"]}:
                for word in ("", "S01", "S02", "S03"):
                    used = [inst["services"][u["service"]] for u in inst["uses"] if u["function"] == f]
                    for p in {unit(sector, s["provider"], kind) for s in used if word in ("", s["type"])}:
                        weights[word, critical, "functions"][p] += 1
    rows = []
    for (word, critical, basis), w in sorted(weights.items()):
        total = sum(w.values())
        shares = sorted((x / total for x in w.values()), reverse=True)
        rows.append({"service": word, "critical": critical, "unit": kind, "basis": basis, "providers": len(w),
                     "hhi": float(sum((100 * x) ** 2 for x in shares)), "cr1": float(shares[0]), "cr3": float(sum(shares[:3]))})
    return rows


def dependants(sector, kind):
    """Who is reached from a unit: in one step of provision, and by any way."""
    g, front = nx.DiGraph(), nx.DiGraph()
    for b, inst in enumerate(sector["institutions"]):
        important = critical_services(inst)
        for s, service, chain in chains(inst):
            name = lambda q: ("member", b, s, q)
            g.add_edges_from((name(q), name(r)) for q, r in chain.edges)
            g.add_edges_from((("unit", unit(sector, q, kind)), name(q)) for q in chain)
            front.add_edge(("unit", unit(sector, service["provider"], kind)), ("service", b, s))
            g.add_edge(name(service["provider"]), ("service", b, s))
            for h in (g, front):
                h.add_edge(("service", b, s), ("user", b))
                if s in important:
                    h.add_edge(("service", b, s), ("critical", b))
        for u in inst["uses"]:
            if inst["functions"][u["function"]]["critical"]:
                for h in (g, front):
                    h.add_edge(("service", b, u["service"]), ("function", b, u["function"]))
    assets = [i["assets"] for i in sector["institutions"]]

    def reach(h, p):
        found = nx.descendants(h, ("unit", p)) if h.has_node(("unit", p)) else set()
        who = lambda what: [x for x in found if x[0] == what]
        return {"users": len(who("user")), "assets": sum(assets[x[1]] for x in who("user")), "critical_users": len(who("critical")),
                "critical_assets": sum(assets[x[1]] for x in who("critical")), "functions": len(who("function"))}

    return [{"unit": kind, "provider": p, "direct": reach(front, p), "any": reach(g, p)}
            for p in range(len(sector["providers"])) if g.has_node(("unit", p))]


def main():
    with open("sectors.json", "w") as out:
        for seed in range(1, 25):
            s = draw(seed)
            s["outages"] = cascade(s, False) + cascade(s, True)
            s["markets"] = markets(s, "provider") + markets(s, "group")
            s["dependants"] = dependants(s, "provider") + dependants(s, "group")
            out.write(json.dumps(s, separators=(",", ":")) + "\n")


main()
