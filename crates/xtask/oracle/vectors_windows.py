"""Windows of authorizations: the chain's own edges, the margin before them, and what the references accept instead."""

from sdk import PY, RS, TS, source
from vectorlib import VectorFile

NOW = 1740672100
U64 = 2**64 - 1
TEN_YEARS = 315_576_000
MARGIN = 6
RULES = {
    "eip3009": ("usdc", "EIP-3009 as USDC implements it: now > validAfter and now < validBefore"),
    "permit2": ("permit2", "Permit2 through the x402 proxy: now >= validAfter and now <= deadline"),
}


def files():
    file = VectorFile(
        "terms/window.json",
        "terms/window",
        "Whether an authorization can be settled now: a transfer rule, a clock, two times and a margin in seconds.",
    )
    file.note("Edge", "EDGE_CASE", "one second beside an edge of the chain's rule or of the margin")
    file.note(
        "Stricter", "LOSS_OF_FUNDS", "a reference says valid where the chain reverts: the work is done and nothing is paid (S4)"
    )
    file.note("Inverted", "MISSING_CHECK", "a window that closes before it opens can never be settled")
    file.note("Absurd", "MISSING_CHECK", "milliseconds for seconds, or no end: an authorization that outlives every record of it")
    file.note("Overflow", "INTEGER_OVERFLOW", "now + margin beyond 2^64", ["catalogue row 53"])
    for rule, (where, text) in RULES.items():
        edges(Cases(file.group(f"{rule}: edges", source(where), comment=text, rule=rule, now=str(NOW)), rule, NOW))
        extremes(Cases(file.group(f"{rule}: extremes", source(where), comment=text, rule=rule, now=str(NOW)), rule, NOW))
        for now, name in [
            (0, "at the beginning of time"),
            (1, "one second later"),
            (U64, "at the end of 64 bits"),
            (U64 - 3, "three seconds before the end of 64 bits"),
        ]:
            clocks(Cases(file.group(f"{rule}: {name}", source(where), comment=text, rule=rule, now=str(now)), rule, now))
    return [file]


class Cases:
    """The verdict is the chain's rule with whole numbers, then the margin; `says` computes the references' comparisons the same way."""

    def __init__(self, group, rule, now):
        self.group, self.rule, self.now = group, rule, now

    def add(self, comment, after, before, margin=MARGIN, rows=(), flags=()):
        reason = judge(self.rule, self.now, after, before, margin)
        chain = on_chain(self.rule, self.now, after, before)
        says = {"chain": "accept" if chain else "reject"}
        if margin == MARGIN:
            says |= {TS + " (read)": references(self.now, after, before), PY + " (read)": references(self.now, after, before)}
            says |= (
                {RS: "panics" if self.now + MARGIN > U64 else references(self.now, after, before)} if self.rule == "eip3009" else {}
            )
        result = "reject" if reason else "accept"
        assert chain or reason, f"{comment}: more generous than the chain"
        says = says if any(answer != result for answer in says.values()) else None
        input = {"validAfter": str(after), "validBefore": str(before), "margin": str(margin)}
        flags = list(flags)
        if says and not chain and "accept" in says.values() and reason != "window_inverted":
            flags.append("Stricter")
        if reason:
            self.group.reject(comment, input, reason, flags=flags, rows=rows, says=says)
        else:
            self.group.accept(comment, input, flags=flags, rows=rows, says=says)


def on_chain(rule, now, after, before):
    return after < now < before if rule == "eip3009" else after <= now <= before


def references(now, after, before):
    """TypeScript, Python and x402-rs: validAfter <= now, validBefore >= now + 6, whatever the transfer method."""
    return "accept" if after <= now and before >= now + MARGIN else "reject"


def judge(rule, now, after, before, margin):
    if after >= before:
        return "window_inverted"
    if before - now < max(margin, 1 if rule == "eip3009" else 0):
        return "window_expired"
    if before - now > TEN_YEARS:
        return "window_absurd"
    if after > now or (rule == "eip3009" and after == now):
        return "window_not_yet"
    return None


def edges(c):
    n, edge = c.now, ["Edge"]
    c.add("the window of a client that signs now", n - 600, n + 60)
    c.add("validAfter zero", 0, n + 60)
    c.add("the window of the specification's sample", 1740672089, 1740672154)
    for shift, comment in [
        (-2, "two seconds ago"),
        (-1, "one second ago"),
        (0, "this very second"),
        (1, "in one second"),
        (2, "in two seconds"),
        (600, "in ten minutes"),
    ]:
        c.add(f"it opens {comment}", n + shift, n + 660, flags=edge, rows=[50, 51] if shift == 0 else [49] if shift > 0 else [])
    for shift, comment in [
        (-60, "a minute ago"),
        (-1, "one second ago"),
        (0, "this very second"),
        (1, "in one second"),
        (2, "in two seconds"),
        (5, "in five seconds"),
        (6, "in six seconds, the margin"),
        (7, "in seven seconds"),
    ]:
        c.add(f"it closes {comment}", n - 600, n + shift, flags=edge, rows=[46] if shift < 0 else [47] if shift < 6 else [])
    for margin in [0, 1, 30, 3600]:
        for shift in sorted({margin - 1, margin, margin + 1} - {-1} | ({0} if margin == 0 else set())):
            c.add(f"margin {margin}: {shift} seconds are left", n - 600, n + shift, margin=margin, flags=edge, rows=[47])
    c.add("margin 0: it closed one second ago", n - 600, n - 1, margin=0, flags=edge, rows=[46])
    c.add("it opens and closes around now as tightly as the chain allows, margin 0", n - 1, n + 1, margin=0, flags=edge)
    c.add("it opens now and closes in one second, margin 0", n, n + 1, margin=0, flags=edge, rows=[50, 51])
    c.add("it opened one second ago and closes now, margin 0", n - 1, n, margin=0, flags=edge, rows=[51])
    c.add("not open yet and soon closed: the end is looked at first", n + 1, n + 3, flags=edge, rows=[47, 49])


def extremes(c):
    n = c.now
    for after, before, comment in [
        (n, n, "both are now"),
        (n + 60, n + 60, "both in a minute"),
        (n + 60, n - 600, "the two exchanged"),
        (n + 1, n, "one second apart, exchanged"),
        (0, 0, "both zero"),
        (U64, U64, "both 2^64 - 1"),
        (U64, 0, "from the end to the beginning"),
        (U64, n + 60, "opens at 2^64 - 1"),
    ]:
        c.add(comment, after, before, flags=["Inverted"], rows=[52])
    for before, comment in [
        (n + TEN_YEARS, "ten years to the second"),
        (n + TEN_YEARS + 1, "ten years and a second"),
        (n * 1000, "milliseconds"),
        (n * 1_000_000, "microseconds"),
        (2**53, "2^53"),
        (2**63 - 1, "2^63 - 1"),
        (2**63, "2^63"),
        (U64 - 1, "2^64 - 2"),
        (U64, "2^64 - 1"),
        (9999999999, "the deadline of a test in the TypeScript SDK"),
    ]:
        c.add(f"it closes far away: {comment}", n - 600, before, flags=["Absurd"], rows=[53])
    c.add("both in milliseconds", (n - 600) * 1000, (n + 60) * 1000, flags=["Absurd"], rows=[53])
    c.add("open since the beginning, closing at 2^64 - 1", 0, U64, flags=["Absurd"], rows=[53])
    c.add("a year, which a seller may have asked for", n - 600, n + 31_536_000, rows=[54])
    c.add("a margin of 2^64 - 1 seconds", n - 600, n + 600, margin=U64, flags=["Overflow"], rows=[53])
    c.add("a margin of 2^63 seconds", n - 600, n + 600, margin=2**63, flags=["Overflow"], rows=[53])
    c.add(
        "a margin longer than ten years: no window is long enough and short enough",
        n - 600,
        n + TEN_YEARS,
        margin=TEN_YEARS + 1,
        flags=["Overflow"],
        rows=[53],
    )


def clocks(c):
    n = c.now
    c.add("a window from the sample's time", 1740672089, 1740672154, rows=[55, 56])
    if n + 60 <= U64:
        c.add("from zero to a minute later", 0, n + 60, flags=["Overflow"], rows=[53])
    c.add("from zero to the last second", 0, U64, flags=["Overflow"], rows=[53])
    c.add("a second before to a second later", max(n - 1, 0), min(n + 1, U64), margin=0, flags=["Edge"])
    c.add(
        "a second before to a second later, with the margin", max(n - 1, 0), min(n + 1, U64), flags=["Edge", "Overflow"], rows=[53]
    )
