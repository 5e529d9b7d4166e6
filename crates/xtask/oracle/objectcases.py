"""What the vectors of all objects share: how a case is put to both SDKs, and the rules that several objects repeat."""

import samples as s
from jsontext import Number, write
from samples import change, drop
from sdk import GO, RS, measured, object_says, source
from wirefacts import expected

MISSING, TYPE, INTEGER = "member_missing", "member_type", "member_integer"
NULL = [TYPE, MISSING]
WIRE = source("spec2", "py", "ts")
WIRE_1 = source("spec1", "py", "ts")


class Cases:
    """One group of one object: every case is put to both SDKs."""

    def __init__(self, file, group, sources, kind, asked=True, **parameters):
        self.group, self.kind, self.asked = file.group(group, sources, **parameters), kind, asked

    def says(self, result, text, more):
        if not self.asked:
            return more
        return measured(result, object_says(self.kind, text) | (more or {}))

    def accept(self, comment, value, flags=(), rows=(), more=None):
        text = value if isinstance(value, str) else write(value)
        self.group.accept(
            comment, {"text": text}, expected(self.kind, text), flags=flags, rows=rows, says=self.says("accept", text, more)
        )

    def reject(self, comment, value, reason, flags=(), rows=(), more=None):
        text = value if isinstance(value, str) else write(value)
        self.group.reject(comment, {"text": text}, reason, flags=flags, rows=rows, says=self.says("reject", text, more))


def common_notes(file, *extra):
    notes = {
        "Optional": ("INTEROPERABILITY", "a member that one implementation writes as null and another refuses as null", []),
        "Unknown": ("INTEROPERABILITY", "members of a later version or of an extension are lost or refused", []),
        "Missing": ("MISSING_CHECK", "a reader invents a default for what the other side did not say", []),
        "Type": ("PARSER_DIFFERENTIAL", "a reader converts one JSON type into another", []),
        "Number": ("PARSER_DIFFERENTIAL", "a reader accepts other spellings of an integer", []),
        "Amount": (
            "PARSER_DIFFERENTIAL",
            "texts that one reader takes for a number and another refuses, or takes for another number",
            [],
        ),
        "Network": ("PARSER_DIFFERENTIAL", "a name that stands for different chains, or for several", []),
        "Version": ("DOWNGRADE", "an object of one version is judged by the rules of another", []),
        "Published": ("KNOWN_ANSWER", "a sample printed in the specification", []),
        "Order": ("INTEROPERABILITY", "an echo that reorders or loses members no longer equals what was sent", []),
    }
    for flag in extra:
        file.note(flag, *notes[flag])


AMOUNTS = [
    ("", "amount_empty", "empty text: BigInt reads it as zero", [28]),
    ("010000", "amount_leading_zero", "a leading zero", [28]),
    ("00", "amount_leading_zero", "two zeros", [28]),
    ("0x2710", "amount_digit", "hexadecimal", [28]),
    ("1e4", "amount_digit", "an exponent", [31]),
    ("1.0", "amount_digit", "a fraction", [31]),
    ("-1", "amount_digit", "negative", [31]),
    ("+10000", "amount_digit", "a plus sign", [28]),
    (" 10000", "amount_digit", "a leading space", [28]),
    ("10000 ", "amount_digit", "a trailing space", [28]),
    ("10,000", "amount_digit", "a separator", [31]),
    ("1_0000", "amount_digit", "an underscore, which Python's int takes", [28]),
    ("１００００", "amount_digit", "full-width digits, which Python's int takes", [28]),
    (str(2**256), "amount_too_large", "2^256", [29]),
]

NETWORKS = [
    ("base-sepolia", "network_colon", "a v1 name in a v2 object", [35]),
    ("", ["network_colon", "member_empty"], "empty", [35]),
    ("eip155:", "network_reference", "no reference", [35]),
    (":84532", "network_namespace", "no namespace", [35]),
    ("EIP155:84532", "network_namespace", "a namespace in capitals", [35]),
    ("eip155:084532", "network_chain_id", "a leading zero in the chain id", [35]),
    ("eip155:84532x", "network_chain_id", "a letter behind the chain id, which parseInt drops", [35]),
    ("eip155:*", "network_reference", "a pattern instead of a network", [35]),
    ("eip155:84532\u200b", "network_reference", "a zero-width space at the end", [35]),
    ("eip155:84532:1", "network_reference", "a second colon", [35]),
    (" eip155:84532", "network_namespace", "a leading space", [35]),
]

TIMEOUTS = [
    ("60.0", INTEGER, "60.0"),
    ("6e1", INTEGER, "6e1"),
    ("60.5", INTEGER, "60.5"),
    ("-1", INTEGER, "-1"),
    ("-0", INTEGER, "-0"),
    ('"60"', TYPE, "text"),
    ("true", TYPE, "true, which Python reads as 1"),
    ("null", NULL, "null"),
    ("[60]", TYPE, "an array"),
]


def requirement_rules(c, build, amount, sample, every=1):
    """What is refused in a requirement; `build` makes the object around it. An object around it repeats every third rule only."""
    amount_texts(c, build, amount, sample, every)
    requirement_shape(c, build, amount, sample, every)


def amount_texts(c, build, amount, sample, every=1):
    for text, reason, comment, rows in AMOUNTS[::every]:
        c.reject(f"{amount} is {comment}", build(change(sample, [amount], text)), reason, flags=["Amount"], rows=rows)


def requirement_shape(c, build, amount, sample, every=1):
    for literal in ["10000", "1e4", "null", "true", '["1"]'][::every]:
        c.reject(
            f"{amount} is the JSON value {literal}",
            build(change(sample, [amount], Number(literal))),
            NULL if literal == "null" else TYPE,
            flags=["Type"],
            rows=[30],
        )
    for literal, reason, comment in TIMEOUTS[::every]:
        c.reject(
            f"maxTimeoutSeconds is {comment}",
            build(change(sample, ["maxTimeoutSeconds"], Number(literal))),
            reason,
            flags=["Number"],
            rows=[39],
        )
    for name in ["scheme", "network", amount, "asset", "payTo", "maxTimeoutSeconds"]:
        c.reject(f"no {name}", build(drop(sample, [name])), MISSING, flags=["Missing"])
    for name in ["scheme", "network", "asset", "payTo"]:
        c.reject(f"{name} is a number", build(change(sample, [name], 1)), TYPE, flags=["Type"])
    for name in ["scheme", "asset", "payTo"]:
        c.reject(
            f"{name} is empty",
            build(change(sample, [name], "")),
            "member_empty",
            flags=["Missing"],
            rows=[36] if name == "scheme" else [],
        )
    c.reject("extra is an array", build(change(sample, ["extra"], [])), TYPE, flags=["Type"], more={RS: "accept"})
    c.reject("extra is text", build(change(sample, ["extra"], "USDC")), TYPE, flags=["Type"])
    c.reject("payTo in snake case", build({**drop(sample, ["payTo"]), "pay_to": s.PAY_TO}), MISSING, flags=["Missing"])
    c.reject(
        "payTo in other capitals",
        build({**drop(sample, ["payTo"]), "PayTo": s.PAY_TO}),
        MISSING,
        flags=["Missing"],
        more={GO: "accept"},
    )


def requirement_accepts(c, build, amount, sample):
    c.accept(
        "extra is null: read as absent and not written again", build(change(sample, ["extra"], None)), flags=["Optional"], rows=[43]
    )
    c.accept("extra is an empty object", build(change(sample, ["extra"], {})), flags=["Optional"], rows=[43])
    c.accept("no extra", build(drop(sample, ["extra"])), flags=["Optional"], rows=[43])
    c.accept("an unknown member is kept", build({**sample, "note": {"a": [1, None]}}), flags=["Unknown"], rows=[37])
    c.accept(
        "members inside extra are kept as they are, null and numbers too",
        build(change(sample, ["extra"], {"z": None, "a": Number("1.50"), "list": [{}]})),
        flags=["Unknown"],
    )
    c.accept("the order of members is kept", build(dict(reversed(sample.items()))), flags=["Order"], rows=[38])
    c.accept(f"{amount} is zero", build(change(sample, [amount], "0")), flags=["Amount"], rows=[59])
    c.accept(f"{amount} is 2^256 - 1", build(change(sample, [amount], str(2**256 - 1))), flags=["Amount"], rows=[29])
    c.accept("maxTimeoutSeconds is zero", build(change(sample, ["maxTimeoutSeconds"], 0)), flags=["Number"], rows=[39])
    c.accept("maxTimeoutSeconds is a year", build(change(sample, ["maxTimeoutSeconds"], 31536000)), flags=["Number"], rows=[193])
    c.accept("maxTimeoutSeconds is 2^53 - 1", build(change(sample, ["maxTimeoutSeconds"], 2**53 - 1)), flags=["Number"], rows=[193])
    c.accept("a scheme of another author", build(change(sample, ["scheme"], "auth-capture")), flags=["Unknown"])
    c.accept(
        "a scheme that only looks like exact is another scheme",
        build(change(sample, ["scheme"], "Exact")),
        flags=["Unknown"],
        rows=[36],
    )
    c.accept("an asset that is no address", build(change(sample, ["asset"], "USD")), flags=["Unknown"])
    c.accept("a payTo that is a role", build(change(sample, ["payTo"], "merchant")), flags=["Unknown"])


def versions(c, value, own):
    for literal in [f'"{own}"', f"{own}.0", f"{own}e0", "3", "0", "-1", "true", "null", "[]"]:
        c.reject(
            f"x402Version is {literal}",
            change(value, ["x402Version"], Number(literal)),
            "x402_version",
            flags=["Version"],
            rows=[27],
        )
    c.reject("no x402Version", drop(value, ["x402Version"]), "x402_version", flags=["Version"], rows=[27])


def networks(c, build, every=1):
    for text, reason, comment, rows in NETWORKS[::every]:
        c.reject(f"network is {comment}", build(change(s.REQUIREMENTS_2, ["network"], text)), reason, flags=["Network"], rows=rows)
    c.accept(
        "a network of another namespace",
        build(change(s.REQUIREMENTS_2, ["network"], "cosmos:cosmoshub-4")),
        flags=["Network"],
        rows=[35],
    )
    c.accept(
        "a chain this build does not know",
        build(change(s.REQUIREMENTS_2, ["network"], "eip155:999999999")),
        flags=["Network"],
        rows=[35],
    )
