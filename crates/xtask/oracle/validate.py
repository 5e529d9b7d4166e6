"""Checks `spec-vectors/`: `python validate.py DIR`.

Every file against its schema; what a schema cannot say: counts, ids, flags, duplicate cases; and that no schema is without a file.
"""

import json
import re
import sys
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource


def main(root):
    schemas = {path.name: load(path) for path in sorted((root / "schemas").glob("*.json"))}
    registry = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in schemas.items())
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
    problems, used, total = [], {"common.schema.json"}, 0
    files = sorted(path for path in root.rglob("*.json") if path.parent.name != "schemas")
    for path in files:
        document = load(path)
        where = path.relative_to(root).as_posix()
        name = document["schema"].removeprefix("schemas/")
        if name not in schemas:
            problems.append(f"{where}: no schema {name}")
            continue
        used.add(name)
        validator = Draft202012Validator(schemas[name], registry=registry)
        problems += [f"{where}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
        problems += [f"{where}: {problem}" for problem in check(document, path)]
        total += document["count"]
    problems += [f"{name}: no file uses this schema" for name in sorted(schemas.keys() - used)]
    for problem in problems:
        print(problem)
    print(f"{total} cases in {len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


def load(path):
    return json.loads(path.read_text(encoding="ascii"), object_pairs_hook=unique)


def unique(pairs):
    out = dict(pairs)
    assert len(out) == len(pairs), f"a name occurs twice: {[name for name, _ in pairs]}"
    return out


def check(document, path):
    cases = [case for group in document["groups"] for case in group["cases"]]
    if document["count"] != len(cases):
        yield f"count says {document['count']}, there are {len(cases)} cases"
    if [case["id"] for case in cases] != list(range(1, len(cases) + 1)):
        yield "ids are not 1, 2, 3, …"
    flags = {flag for case in cases for flag in case["flags"]}
    if flags != set(document["notes"]):
        yield f"flags and notes differ: {sorted(flags ^ set(document['notes']))}"
    if document["schema"] != f"schemas/{document['feature'].replace('/', '-')}.schema.json":
        yield "the schema is not that of the feature"
    names = [group["name"] for group in document["groups"]]
    if len(set(names)) != len(names):
        yield "two groups have one name"
    for group in document["groups"]:
        seen = {}
        for case in group["cases"]:
            key = json.dumps(case["input"], sort_keys=True)
            if key in seen:
                yield f"cases {seen[key]} and {case['id']} have the same input"
            seen[key] = case["id"]
            if re.search(r"\.\s*$", case["comment"]):
                yield f"case {case['id']}: the comment ends with a full stop"
    if not path.read_text(encoding="ascii").endswith("}\n"):
        yield "the file does not end with one line feed"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
