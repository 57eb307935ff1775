"""Makes exact.json: quantiles (numpy.quantile, method "linear") and mid-rank
percentiles (scipy.stats.percentileofscore, kind "mean") that the exact
functions are held against. Run: python3 exact.py > exact.json"""
import json
import sys

import numpy as np
from scipy.stats import percentileofscore

rng = np.random.default_rng(20260401)
probs = [0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]
cases = []
for n in [1, 2, 3, 5, 8, 11, 12, 13, 29, 30, 31, 99, 254, 498]:
    for kind in ["continuous", "ties"]:
        v = rng.uniform(0, 100, n) if kind == "continuous" else rng.integers(0, 5, n) * 25.0
        v = np.sort(np.round(v, 6))
        owns = sorted({0.0, 25.0, 50.0, 100.0, float(v[0]), float(v[-1]), float(v[n // 2]), 33.25})
        cases.append({
            "values": v.tolist(),
            "quantiles": [[p, float(np.quantile(v, p, method="linear"))] for p in probs],
            "midranks": [[o, float(percentileofscore(v, o, kind="mean"))] for o in owns],
        })
json.dump({"numpy": np.__version__, "cases": cases}, sys.stdout)
