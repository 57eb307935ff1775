"""For every provider, the institutions that depend on it through any chain:
Yagura, networkx and igraph on one list of edges, in turn, in one run. Prints the
times of each and whether all counts are the same (exit code 1 if not).

    go build -o reach ./tools/bench/reach
    /usr/bin/python3 tools/bench/reach/reach.py ./reach [institutions [services [providers [runs]]]]

Needs Debian's python3-networkx and python3-igraph. The graph of the two: provider
→ its place in a service's chain → the place it supplies → … → institution. For
igraph the faster of its two ways is reported: one call of neighborhood for all
providers, or subcomponent for each."""
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time

import igraph
import networkx as nx


def read(name):
    """Numbered nodes (institutions first, then providers, then places) and edges."""
    rows = list(csv.reader(open(name)))[1:]
    institutions = 1 + max(int(r[0]) for r in rows)
    providers = 1 + max(int(r[3]) for r in rows)
    place, edges = {}, []

    def at(i, s, p):
        key = (i, s, p)
        if key not in place:
            place[key] = institutions + providers + len(place)
            edges.append((institutions + int(p), place[key]))
        return place[key]

    for i, s, recipient, p in rows:
        edges.append((at(i, s, p), at(i, s, recipient) if recipient else int(i)))
    return institutions, providers, institutions + providers + len(place), edges


def yagura(program, name):
    done = subprocess.run([program, "count", "-edges", name], capture_output=True, text=True, check=True)
    build, count = map(float, done.stderr.split())
    return build, count, {int(a): int(b) for a, b in (line.split(",") for line in done.stdout.split())}


def with_networkx(institutions, providers, n, edges):
    start = time.perf_counter()
    g = nx.DiGraph()
    g.add_nodes_from(range(n))
    g.add_edges_from(edges)
    built = time.perf_counter()
    out = {}
    for p in range(providers):
        out[p] = sum(x < institutions for x in nx.descendants(g, institutions + p))
    return built - start, time.perf_counter() - built, out


def with_igraph(institutions, providers, n, edges):
    start = time.perf_counter()
    g = igraph.Graph(n=n, edges=edges, directed=True)
    built = time.perf_counter()
    found = g.neighborhood(range(institutions, institutions + providers), order=n, mode="out")
    out = {p: sum(x < institutions for x in found[p]) for p in range(providers)}
    whole = time.perf_counter()
    for p in range(providers):
        sum(x < institutions for x in g.subcomponent(institutions + p, mode="out"))
    return built - start, min(whole - built, time.perf_counter() - whole), out


def main():
    program = sys.argv[1]
    institutions, services, providers, runs = (list(map(int, sys.argv[2:])) + [2000, 40, 2000, 3][len(sys.argv) - 2:])[:4]
    times, agree = {}, True
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "edges.csv")
        subprocess.run([program, "gen", "-institutions", str(institutions), "-services", str(services), "-providers", str(providers), "-out", name], check=True)
        graph = read(name)
        print("%d institutions, %d providers, %d nodes and %d edges; %d runs, min-median-max" % (*graph[:3], len(graph[3]), runs))
        for _ in range(runs):
            results = {"Yagura": yagura(program, name), "networkx " + nx.__version__: with_networkx(*graph), "igraph " + igraph.__version__: with_igraph(*graph)}
            counts = [{p: n for p, n in r[2].items() if n} for r in results.values()]
            agree = agree and bool(counts[0]) and counts[0] == counts[1] == counts[2]
            for who, (build, count, _) in results.items():
                times.setdefault(who, []).append((build, count))
    middle = lambda who, part: statistics.median(t[part] for t in times[who])
    for who, rows in times.items():
        part = lambda i: "-".join("%.1f" % (1000 * x) for x in (min(r[i] for r in rows), middle(who, i), max(r[i] for r in rows)))
        print("%-15s build %s ms, count %s ms; count %.1f x, both %.1f x of Yagura" % (
            who, part(0), part(1), middle(who, 1) / middle("Yagura", 1),
            (middle(who, 0) + middle(who, 1)) / (middle("Yagura", 0) + middle("Yagura", 1))))
    print("the counts are the same" if agree else "THE COUNTS DIFFER")
    sys.exit(not agree)


main()
