"""The other side of the benchmarks of internal/sheet and internal/peer.

usage: openpyxl_pandas.py            write and read a plain 90 x 8 workbook with openpyxl
       openpyxl_pandas.py LONG.csv   read a long CSV with pandas; distribution, quantiles, ranks

Needs Debian's python3-openpyxl and python3-pandas. Prints one line per measure.
"""
import io
import resource
import sys
import time


def best(run, times=7):
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        spent.append(time.perf_counter() - start)
    return min(spent)


def workbooks():
    import openpyxl

    def write():
        book = openpyxl.Workbook()
        sheet = book.active
        for r in range(90):
            sheet.append([f"item{r:03d}", r, f"Question {r}", "help", "Option 3", "", "comment", "last year"])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    data = write()
    print(f"openpyxl write 90x8: {best(write) * 1000:.1f} ms")

    def read():
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        return [[c.value for c in row] for row in sheet.iter_rows()]

    print(f"openpyxl read 90x8: {best(read) * 1000:.1f} ms")


def long_csv(path):
    import pandas as pd

    start = time.perf_counter()
    table = pd.read_csv(path, dtype={"party": "category", "item": "category", "value": "category"}, usecols=["party", "item", "value"])
    read = time.perf_counter() - start
    start = time.perf_counter()
    shares = table.groupby(["item", "value"], observed=True).size()
    table["score"] = table["value"].cat.codes
    per_party = table.groupby("party", observed=True)["score"].mean()
    quantiles = per_party.quantile([0.1, 0.25, 0.5, 0.75, 0.9])
    ranks = table.groupby("item", observed=True)["score"].rank(method="average", pct=True)
    stats = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"pandas read {len(table)} rows: {read:.2f} s")
    print(f"pandas distribution, quantiles, ranks: {stats:.2f} s ({len(shares)}, {len(quantiles)}, {len(ranks)})")
    print(f"pandas peak memory: {peak:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        long_csv(sys.argv[1])
    else:
        workbooks()
