"""Builds vector files: one deterministic writer, so that a second run reproduces every byte."""

import json
from pathlib import Path

FORMAT = "1.0.0"


class VectorFile:
    """One file of `spec-vectors/`: notes that explain each flag once, groups that share parameters, cases."""

    def __init__(self, path, feature, purpose):
        self.path, self.feature, self.purpose = path, feature, purpose
        self.notes, self.groups = {}, []

    def note(self, flag, bug_type, effect, links=()):
        self.notes[flag] = {"bugType": bug_type, "effect": effect, "links": list(links)}

    def group(self, name, source, comment="", **parameters):
        """`source` names the independent implementation (or publication) behind the expected values: [{"name", "version"}]."""
        group = {"name": name, "comment": comment, "source": source, **parameters, "cases": []}
        self.groups.append(group)
        return Group(self, group)

    @property
    def count(self):
        return sum(len(group["cases"]) for group in self.groups)

    def document(self):
        cases = [case for group in self.groups for case in group["cases"]]
        for number, case in enumerate(cases, 1):
            case["id"] = number
        used = {flag for case in cases for flag in case["flags"]}
        missing, unused = used - self.notes.keys(), self.notes.keys() - used
        assert not missing, f"{self.path}: flags without a note: {sorted(missing)}"
        assert not unused, f"{self.path}: notes without a case: {sorted(unused)}"
        return {
            "schema": f"schemas/{self.feature.replace('/', '-')}.schema.json",
            "format": FORMAT,
            "feature": self.feature,
            "purpose": self.purpose,
            "count": len(cases),
            "notes": dict(sorted(self.notes.items())),
            "groups": self.groups,
        }

    def write(self, root):
        target = Path(root) / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.document(), indent=1, ensure_ascii=True) + "\n"
        target.write_text(text, encoding="ascii", newline="\n")


class Group:
    def __init__(self, file, group):
        self.file, self.group = file, group

    def accept(self, comment, input, expected=None, flags=(), rows=(), says=None):
        """A case that must be accepted, with the value it must give."""
        self._add(comment, input, "accept", flags, rows, says, {} if expected is None else {"expected": expected})

    def reject(self, comment, input, reason, flags=(), rows=(), says=None):
        """A case that must be refused for one of the reasons named."""
        reasons = [reason] if isinstance(reason, str) else list(reason)
        self._add(comment, input, "reject", flags, rows, says, {"reason": reasons})

    def _add(self, comment, input, result, flags, rows, says, rest):
        case = {"id": 0, "comment": comment, "flags": list(flags), "input": input, "result": result, **rest}
        if rows:
            case["rows"] = list(rows)
        if says:
            case["says"] = dict(sorted(says.items()))
        self.group["cases"].append(case)
