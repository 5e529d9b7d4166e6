"""Writes `spec-vectors/`: `python generate.py --out DIR [--only NAME]`.

Every module `vectors_*.py` beside this file has a function `files()` that returns `VectorFile` objects; every module `schemas_*.py`
has a function `schemas()` that returns JSON Schema documents by file name. Two runs write the same bytes: no clock, no random source,
and every implementation that is asked is pinned.
"""

import argparse
import importlib
import json
from pathlib import Path

HERE = Path(__file__).parent


def modules(prefix):
    return [importlib.import_module(path.stem) for path in sorted(HERE.glob(f"{prefix}_*.py"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, type=Path, help="the folder to write, usually spec-vectors")
    parser.add_argument("--only", help="only the vector modules and files whose name contains this")
    arguments = parser.parse_args()
    total = 0
    for module in modules("schemas"):
        for name, document in module.schemas().items():
            write(arguments.out / "schemas" / name, document)
    seen = set()
    for module in modules("vectors"):
        whole = arguments.only is None or arguments.only in module.__name__
        for file in module.files():
            if not whole and arguments.only not in file.path:
                continue
            assert file.path not in seen, f"{file.path} is written twice"
            seen.add(file.path)
            file.write(arguments.out)
            total += file.count
            print(f"{file.count:5} {file.path}")
    print(f"{total:5} cases in {len(seen)} files")


def write(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
