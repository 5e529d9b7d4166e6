"""JSON text with nothing lost: member order and the spelling of numbers survive reading and writing.

This is the model of `decode -> encode` that the wire vectors expect: the same members in the same order, numbers as they were
written, no white space, the shortest string escapes, and no `null` where an optional member of the specification is absent.
"""

import base64
import json


class Number(str):
    """A number as it was written."""


def read(text):
    """Objects become dicts in the order of the text, numbers keep their spelling."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)


def write(value):
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{write(name)}:{write(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def without(value, *names):
    """The object without the named members."""
    return {name: item for name, item in value.items() if name not in names}


def without_nulls(value, names):
    """The object without those of the named members that are null."""
    return {name: item for name, item in value.items() if not (name in names and item is None)}


def header(text):
    """A header value: padded standard base64 of the UTF-8 text."""
    return base64.b64encode(text.encode()).decode()


def facts(value):
    """Numbers as JSON numbers again, for an `expected`."""
    if isinstance(value, Number):
        return json.loads(value)
    if isinstance(value, dict):
        return {name: facts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [facts(item) for item in value]
    return value
