"""Counts, with Python's csv and zipfile alone, what breaks the rules 305, 330,
331, 333, 503, 805, 806 and 807 in testdata/*.zip, per file
and column; written to keys.json. Usage: python3 keys.py (in this folder)."""
import csv, datetime, glob, io, json, os, re, zipfile

schema = json.load(open("../../../../../catalog/registers/roi_schema.json"))

CELL = r'(?:"(?:[^"]|"")*"|[^",]*)'
LINE = CELL + "(?:," + CELL + ")*"


def bad(typ, domain, v):
    if typ == "e":
        return "503" if v not in schema["domains"][domain] else None
    if typ == "d":
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", v):
                raise ValueError
            datetime.date.fromisoformat(v)
        except ValueError:
            return "330"
    if typ == "i" and not re.fullmatch(r"[+-]?\d{1,18}", v):
        return "331"
    if typ == "m" and not re.fullmatch(r"-?\d+(\.\d+)?", v):
        return "305"
    if typ == "t" and v != "true":
        return "333"


def check(path):
    z = zipfile.ZipFile(path)
    tables, broken = {}, set()
    for name, t in schema["tables"].items():
        file = next(n for n in z.namelist() if n.endswith("/" + t["file"]))
        rows = []
        lines = z.read(file).lstrip(b"\xef\xbb\xbf").split(b"\r\n")
        header = next(csv.reader([lines[0].decode()]))
        for line in lines[1:]:
            if not line:
                continue
            try:
                cells = next(csv.reader([line.decode()], strict=True))
            except (UnicodeDecodeError, csv.Error):
                cells = None
            sound = cells is not None and len(cells) == len(header) and re.fullmatch(LINE, line.decode()) and max(map(len, cells)) <= 32768
            if cells is None:
                cells = line.decode("latin-1").split(",")
            rows.append((sound, dict(zip(header, cells))))
        tables[name] = rows
    found = {}

    def add(rule, t, col):
        key = f"{rule} reports/{t['file']} {col}"
        found[key] = found.get(key, 0) + 1

    keys = {}
    for name, t in schema["tables"].items():
        keys[name] = set()
        for sound, r in tables[name]:
            k = tuple(r[c] for c in t["primary"])
            if not k:
                continue
            if "" in k:
                if sound:
                    for c in t["primary"]:
                        if r[c] == "":
                            add("805", t, c)
            elif k in keys[name]:
                if sound:
                    add("806", t, t["primary"][0])
            else:
                keys[name].add(k)
    for name, t in schema["tables"].items():
        for sound, r in tables[name]:
            if not sound:
                continue
            for c in t["columns"]:
                v = r[c["code"]]
                if v and (rule := bad(c["type"], c["domain"], v)):
                    add(rule, t, c["code"])
            for ref in t["references"]:
                k = tuple(r[c] for c in ref["columns"])
                if "" not in k and k not in keys[ref["table"]]:
                    add("807", t, ref["columns"][0])
    return dict(sorted(found.items()))


json.dump({os.path.basename(p): check(p) for p in sorted(glob.glob("../*.zip"))}, open("keys.json", "w"), indent=1)
