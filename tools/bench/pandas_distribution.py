"""The distributions, quantiles and ranks of a sector in pandas.

usage: pandas_distribution.py FOLDER [plain]   (parties.csv, levels.csv, answers.csv of tools/bench/gen)

Computes what `measure distribution` computes and prints the same lines. It is
written as somebody who knows pandas would: the answers counted once in the
smallest groups and added up, no loops over rows, only the columns needed, and
these as categories. With "plain" the file is read as read_csv does by itself.
"""
import sys
from pathlib import Path

import pandas as pd

QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9]


def main(folder, plain):
    how = {} if plain else {"usecols": ["party", "item", "value"], "dtype": "category"}
    answers = pd.read_csv(folder / "answers.csv", **how).dropna(subset=["value"])
    parties = pd.read_csv(folder / "parties.csv", usecols=["id", "sector", "size"], dtype="category").set_index("id")
    parties["leaf"] = (parties["sector"].astype(str) + "/" + parties["size"].astype(str)).astype("category")
    counts(answers, parties)
    positions(scores(answers, folder), parties)


def counts(answers, parties):
    answers["leaf"] = answers["party"].map(parties["leaf"]).astype("category")
    small = answers.groupby(["item", "leaf", "value"], observed=True).size().reset_index(name="n")
    sector = small["leaf"].astype(str).str.split("/").str[0]
    for group in (small["leaf"], sector, pd.Series("all", index=small.index)):
        table = small.groupby([small["item"], group.rename("group"), small["value"]], observed=True)["n"].sum()
        for (item, name, value), n in table.items():
            print(f"count,{item},{name},{value},{n}")


def scores(answers, folder):
    """Section scores, 0 to 100: a row for each party, a column for each section."""
    levels = pd.read_csv(folder / "levels.csv")
    part = answers[["party", "item", "value"]].merge(
        levels.assign(part=100 * levels["level"] / levels["max"])[["item", "section", "value", "part"]].astype(
            {"item": answers["item"].dtype, "section": "category", "value": answers["value"].dtype}),
        on=["item", "value"])
    # rounded so that equal scores are equal whatever the order of the sum
    return part.groupby(["party", "section"], observed=True)["part"].mean().unstack().round(9)


def positions(table, parties):
    of = parties.reindex(table.index)
    for by in (pd.Series("all", index=table.index), of["sector"].astype(str), of["leaf"].astype(str)):
        groups = table.groupby(by)
        quantiles = groups.quantile(QUANTILES)
        # the mean rank among all, less the party itself
        ranks = 100 * (groups.rank() - 1).div(groups.transform("count") - 1)
        squares = (ranks ** 2).groupby(by).sum()
        for (name, q), row in quantiles.iterrows():
            for section, v in row.items():
                print(f"quantile,{section},{name},{q:g},{v:.6f}")
        for name, row in squares.iterrows():
            for section, v in row.items():
                print(f"ranks,{section},{name},squares,{v:.6f}")


main(Path(sys.argv[1]), "plain" in sys.argv[2:])
