"""Schemas of the guard's features: what `input` and `expected` hold. The frame is in `common.schema.json`."""

from schemas_evm import HEX, TEXT, UINT, WORD, described, exact, feature

HASH = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
LOG_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
ANCHOR = {"type": "string", "pattern": "^(0|[1-9][0-9]*)@sha256:[0-9a-f]{64}$"}


def schemas():
    return {
        "guard-audit-entry.schema.json": feature(
            "guard/audit-entry",
            exact(log=LOG_ID, seq=UINT, prev=HASH, event=described("the event as JSON text")),
            exact(line=described("without the line feed"), hash=HASH),
        ),
        "guard-audit-log.schema.json": feature(
            "guard/audit-log",
            exact(
                {"anchor", "firstBad"},
                text=described("the bytes of the log, which are ASCII"),
                anchor=ANCHOR,
                firstBad={**UINT, "description": "of a refused log: the number of the first entry that is not the one that belongs there"},
            ),
            exact(log=LOG_ID, generation=UINT, anchor=ANCHOR, validBytes=UINT, tornBytes=UINT),
        ),
        "guard-salted-hash.schema.json": feature("guard/salted-hash", exact(salt=WORD, bytes=HEX), exact(hash=HASH)),
        "guard-escaped.schema.json": feature("guard/escaped", exact(text=TEXT), exact(shown=TEXT)),
    }
