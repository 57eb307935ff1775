"""Writes and reads a plain sheet of 90 rows by 8 columns with openpyxl.

Prints what `measure workbooks` prints: "write" and "read", each with the median
wall time and the mean processor time of one workbook, in milliseconds. No
styles, no drop-downs, no protection: the least that openpyxl can do.
"""
import io
import statistics
import time

import openpyxl

ROWS, COLUMNS, TIMES = 90, 8, 100
CELLS = [[f"設問{row}の欄{column}の文言" if column < 6 else row for column in range(COLUMNS)] for row in range(ROWS)]


def write():
    book = openpyxl.Workbook()
    for row in CELLS:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = [[cell.value for cell in row] for row in book.active]
    assert rows == CELLS


def each(name, work):
    wall, before = [], time.process_time()
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        wall.append(time.perf_counter() - start)
    spent = (time.process_time() - before) / TIMES
    print(f"{name} {1e3 * statistics.median(wall):.2f} {1e3 * spent:.2f}")


data = write()
each("write", write)
each("read", lambda: read(data))
