#!/usr/bin/env python3
"""Marginal maximum likelihood of the partial-credit model, independently.

Draws tables with fixed seeds, maximises the marginal likelihood over all
steps and log sd with BFGS on a dense grid, person by person and category by
category (no EM, no sufficient statistics), and takes standard errors from
central differences of the gradient. Needs numpy and scipy.

    /usr/bin/python3 mml.py            writes mml.json beside this file

Tables: "mixed" has items of one to four steps, lost answers and one category
that nobody has; "long" has 40 items, where posteriors are narrow; "lsat6" is
section 6 of the Law School Admission Test (Bock & Lieberman 1970,
Psychometrika 35, table 1: frequencies of the 32 answer patterns 00000…11111).
"""
import json
import pathlib

import numpy as np
from scipy import optimize

NODES = np.linspace(-7.5, 7.5, 401)
PRIOR = np.exp(-NODES**2 / 2)
PRIOR /= PRIOR.sum()

LSAT6 = [3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15,
         10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298]


def draw(seed, persons, maxima, sd, lost, skip=None):
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, sd, persons)
    table = np.empty((persons, len(maxima)), int)
    for i, top in enumerate(maxima):
        steps = np.sort(rng.normal(0, 1.2, top)) + rng.normal(0, 0.4, top)
        eta = np.arange(top + 1) * theta[:, None] - np.concatenate([[0], np.cumsum(steps)])
        if skip == i:
            eta[:, 2] = -np.inf
        p = np.exp(eta - eta.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        table[:, i] = (rng.random(persons)[:, None] > p.cumsum(1)).sum(1)
    table[rng.random(table.shape) < lost] = -1
    return table


class Model:
    """Parameters: beta of every category but an item's lowest observed one, then log sd."""

    def __init__(self, table):
        self.table = table
        self.cats = [sorted(set(col[col >= 0])) for col in table.T]
        self.size = sum(len(c) - 1 for c in self.cats) + 1

    def value_and_gradient(self, x):
        sd = np.exp(x[-1])
        theta = sd * NODES
        loglik = np.zeros((len(self.table), len(theta)))
        at, parts = 0, []
        for col, cats in zip(self.table.T, self.cats):
            beta = np.concatenate([[0], x[at:at + len(cats) - 1]])
            eta = np.outer(cats, theta) - beta[:, None]
            top = eta.max(0)
            logp = eta - top - np.log(np.exp(eta - top).sum(0))
            for c, k in enumerate(cats):
                loglik[col == k] += logp[c]
            parts.append((at, cats, np.exp(logp)))
            at += len(cats) - 1
        top = loglik.max(1, keepdims=True)
        joint = np.exp(loglik - top) * PRIOR
        total = joint.sum(1, keepdims=True)
        post = joint / total
        gradient = np.zeros(self.size)
        slope = np.zeros(loglik.shape)  # d log-likelihood / d theta
        for (at, cats, p), col in zip(parts, self.table.T):
            answered = col >= 0
            mass = post[answered].sum(0)
            mean = (np.array(cats)[:, None] * p).sum(0)
            slope[answered] += col[answered][:, None] - mean
            for c in range(1, len(cats)):
                gradient[at + c - 1] = (mass * p[c]).sum() - (col == cats[c]).sum()
        gradient[-1] = (post * slope * theta).sum()
        return -(np.log(total) + top).sum(), -gradient

    def fit(self):
        x = np.zeros(self.size)
        for method, options in (("BFGS", {"gtol": 1e-4, "maxiter": 2000}), ("BFGS", {"gtol": 1e-6, "maxiter": 500})):
            x = optimize.minimize(self.value_and_gradient, x, jac=True, method=method, options=options).x
        hessian = self.hessian(x)
        for _ in range(3):  # Newton steps, against an early stop of the line search
            x = x - np.linalg.solve(hessian, self.value_and_gradient(x)[1])
        return x, np.linalg.inv(self.hessian(x))

    def hessian(self, x, h=1e-4):
        rows = []
        for a in range(self.size):
            e = np.zeros(self.size)
            e[a] = h
            rows.append((self.value_and_gradient(x + e)[1] - self.value_and_gradient(x - e)[1]) / (2 * h))
        hessian = np.array(rows)
        return (hessian + hessian.T) / 2

    def result(self):
        x, cov = self.fit()
        value, gradient = self.value_and_gradient(x)
        items, at = [], 0
        for col, cats in zip(self.table.T, self.cats):
            beta = {cats[0]: None} | {k: at + c for c, k in enumerate(cats[1:])}
            steps, se = [], []
            for k in range(1, top_of(col, cats) + 1):
                if k not in beta or k - 1 not in beta:
                    steps.append(None)
                    se.append(None)
                    continue
                contrast = np.zeros(self.size)
                contrast[beta[k]] = 1
                if beta[k - 1] is not None:
                    contrast[beta[k - 1]] = -1
                steps.append(contrast @ x)
                se.append(np.sqrt(contrast @ cov @ contrast))
            items.append({"steps": steps, "se": se})
            at += len(cats) - 1
        sd = np.exp(x[-1])
        return {"items": items, "sd": sd, "sd_se": sd * np.sqrt(cov[-1, -1]),
                "loglik": -value, "gradient": np.abs(gradient).max()}


def top_of(col, cats):
    return int(cats[-1])


def digits(table):
    return ["".join("." if v < 0 else str(v) for v in row) for row in table]


def lsat6():
    rows = [[int(b) for b in f"{i:05b}"] for i, n in enumerate(LSAT6) for _ in range(n)]
    return np.array(rows)


def main():
    tables = {
        "mixed": draw(1970, 600, [1, 2, 3, 4, 3, 2, 1, 3], 1.3, 0.08, skip=3),
        "long": draw(1981, 250, [3] * 40, 0.9, 0.0),
        "lsat6": lsat6(),
    }
    out = {name: {"rows": digits(t)} | Model(t).result() for name, t in tables.items()}
    path = pathlib.Path(__file__).with_name("mml.json")
    path.write_text(json.dumps(out, indent=None, separators=(",", ":"), default=float) + "\n")
    for name, r in out.items():
        print(name, r["sd"], r["sd_se"], r["loglik"], r["gradient"])


if __name__ == "__main__":
    main()
