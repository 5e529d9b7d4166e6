"""The audit log: lines, chains of lines and everything that can be done to them, salted hashes, escaped text.

Nothing here asks our own code. A line is put together from the description in `AUDIT.md` with the canonical JSON of two
implementations and SHA-256 of two others.
"""

import json
from hashlib import sha256

from Crypto.Hash import SHA256

from evmfacts import SPEC_TO, USDC_BASE
from jsontext import without
from oracles import agree, canonical, json_sources, published, tool
from vectorlib import VectorFile

LOG = "00112233445566778899aabbccddeeff"
ZERO = "sha256:" + "00" * 32
TIME = {"local": "1740672100"}
OFFER = {
    "amount": "10000",
    "asset": USDC_BASE,
    "network": "eip155:8453",
    "payee": SPEC_TO,
    "terms_hash": "sha256:" + "7a" * 32,
}
SIGNED = {"signed_retry": "sha256:" + "51" * 32, "signature_stored": False}
POLICY = {"policy_decision": "allow", "policy_rule": "price_below_task_budget"}
BUDGET = {
    "budget": {"meter": "task", "limit": "50000", "before": "20000", "after": "30000"},
    "spend_limit": "task_budget_0.05_usdc",
    "next_action": "allow_until_0.05",
}
SETTLEMENT = {"amount": "10000", "transaction": "0x" + "ab" * 32, "block": "27000000", "attested": "chain"}


def files():
    return [entries(), logs(), salted(), escaped()]


def sources():
    return [*json_sources(), tool("pycryptodome")]


def sha(data):
    return agree("SHA-256", sha256(data).digest(), SHA256.new(data).digest())


TAG = sha(b"quittance-audit/1")


def written(event, seq, prev, log=LOG):
    """A line without its line feed, and its hash."""
    body = {"event": event, "log": log, "seq": str(seq), "v": 1}
    found = sha(TAG + bytes.fromhex(prev.removeprefix("sha256:")) + canonical(json.dumps(body)).encode())
    hash_ = "sha256:" + found.hex()
    return canonical(json.dumps({**body, "prev": prev, "hash": hash_})), hash_


def opened(generation=1):
    return {"stage": "opened", "generation": str(generation), "time": TIME}


def trip(stage, **members):
    return {
        "stage": stage,
        "side": "buyer",
        "request_id": "req_0902",
        "resource_category": "paid_report",
        "method": "GET",
        "time": TIME,
        **members,
    }


def entries():
    file = VectorFile(
        "guard/audit-entry.json",
        "guard/audit-entry",
        "An event of the audit log as JSON text, the id of the log, the number of the entry and the hash of the entry before, to the line and its "
        "hash. hash = SHA-256(SHA-256(`quittance-audit/1`) | prev | RFC 8785 of {event, log, seq, v}); the line is RFC 8785 of the six members. An "
        "event that is never written in this version of the format is refused.",
    )
    file.note("NotAnEvent", "PARSER_DIFFERENTIAL", "No writer of this format writes such an event; a reader that takes it reads something that nobody said.")
    file.note("Leak", "DATA_LEAK", "The member would carry what a log must not hold.")
    good = file.group("written", sources(), "Every stage, and every member.")

    def add(comment, event, rows=(226,), seq=7, prev="sha256:" + "3c" * 32):
        line, hash_ = written(event, seq, prev)
        asked = {"log": LOG, "seq": str(seq), "prev": prev, "event": json.dumps(event)}
        good.accept(comment, asked, {"line": line, "hash": hash_}, rows=rows)

    add("the log is opened", opened(), seq=0, prev=ZERO)
    add("it is opened again, at a late generation", opened(2**64 - 1), rows=[152])
    add("the first request", trip("requested"))
    add("by the clocks of both, us and the chain", {**trip("requested"), "time": {**TIME, "chain": "1740672098"}})
    add("with everything that names it", trip("requested", origin="https://api.example.com:8443", purchase="report-42", task="t:1", session="s.1"))
    add("by the seller, a tool", {**trip("requested"), "side": "seller", "method": "tools/call"})
    add("by a facilitator, a strange method", {**trip("requested"), "side": "facilitator", "method": "other"})
    add("the largest number", trip("requested"), seq=2**64 - 1)
    add("the terms", trip("quoted", **OFFER))
    add("no", trip("denied", policy_decision="deny", policy_rule="unknown_payee"))
    add("refused as malformed", {**trip("refused", refusal="malformed"), "side": "seller"}, rows=[18])
    add("refused as replayed", {**trip("refused", refusal="replayed"), "side": "seller"})
    add("yes, with the budget", trip("intent", **OFFER, **POLICY, **BUDGET, wallet_role="agent-limited-spend"))
    add("the budget used up", trip("intent", **OFFER, **POLICY, **{**BUDGET, "budget": {**BUDGET["budget"], "after": "50000"}, "next_action": "deny_until_raised"}))
    add(
        "a budget in atomic units, where no token is known",
        trip("denied", policy_decision="deny", policy_rule="x", budget=BUDGET["budget"], spend_limit="task_budget_50000_atomic", next_action="allow_until_50000"),
    )
    add("given up before signing", trip("abandoned", **OFFER, **POLICY))
    for stage in ("admitted", "signed", "sent", "settling", "unknown", "released", "reopened"):
        add(f"an attempt, {stage}", trip(stage, **OFFER, **SIGNED), rows=[225])
    add("settled, by the chain", trip("settled", **OFFER, **SIGNED, settlement=SETTLEMENT), rows=[225])
    add("settled, by the facilitator's word, without a block", trip("settled", **OFFER, **SIGNED, settlement={**without(SETTLEMENT, "block"), "attested": "answer"}), rows=[225])
    add("settled, nothing charged", trip("settled", **OFFER, **SIGNED, settlement={"amount": "0", "attested": "answer"}), rows=[225])
    add("the facilitator timed out", trip("unknown", **OFFER, **SIGNED, facilitator_result="fault", facilitator_reason="facilitator_timeout", retry_decision="no_retry_before_reconciliation"))
    add(
        "on another network, an account and a transaction whose grammar is unknown",
        trip("settled", **{**OFFER, "network": "hedera:mainnet", "asset": "0.0.1", "payee": "merchant\\u{5c}"}, **SIGNED, settlement={"amount": "1", "transaction": "withheld", "attested": "chain"}),
        rows=[221],
    )
    whole = trip(
        "answered",
        **OFFER,
        **POLICY,
        **BUDGET,
        **SIGNED,
        settlement=SETTLEMENT,
        facilitator_result="settled",
        service_version="2.3.1\\u{a}",
        output_validation="schema_pass source_links_pass freshness_fail",
        retry_decision="no_retry_without_human_review",
        wallet_role="agent-limited-spend",
        origin="https://api.example.com",
        purchase="report-42",
        task="research_report_42",
    )
    add("the one object that joins it all", whole, rows=[18, 221, 226])
    for verdict in ("holds", "stranger", "unchecked", "malformed", "not_signed"):
        add(f"a signed receipt: {verdict}", {**whole, "signed_receipt": verdict}, rows=[203])
    for other in ("network", "resource", "payer", "transaction", "time"):
        add(f"a signed receipt of another {other}", {**whole, "signed_receipt": f"other_{other}"}, rows=[203])
    add("nothing was checked", {**whole, "output_validation": "no_checks", "retry_decision": "not_needed"})

    bad = file.group("not written", sources(), "Events that no writer of this format writes.")

    def refuse(comment, event, flag="NotAnEvent", rows=()):
        asked = {"log": LOG, "seq": "7", "prev": "sha256:" + "3c" * 32, "event": json.dumps(event)}
        bad.reject(comment, asked, "audit_event", [flag], rows)

    settled = trip("settled", **OFFER, **SIGNED, settlement=SETTLEMENT)
    refuse("no stage", without(settled, "stage"))
    refuse("an unknown stage", {**settled, "stage": "paid"})
    refuse("a stage in capitals", {**settled, "stage": "Settled"})
    refuse("no time", without(settled, "time"))
    refuse("a time that is a number", {**settled, "time": {"local": 1740672100}}, rows=[226])
    refuse("a time with a zero in front", {**settled, "time": {"local": "01740672100"}}, rows=[226])
    refuse("an amount that is a number", {**settled, "amount": 10000}, rows=[226])
    refuse("an amount in hexadecimal", {**settled, "amount": "0x2710"}, rows=[226])
    refuse("an address without its checksum", {**settled, "payee": SPEC_TO.lower()})
    refuse("a member that is not known", {**settled, "note": "hello"}, "Leak", [220])
    refuse("the path of the request", {**settled, "path": "/v1/report/42"}, "Leak", [220])
    refuse("a signed receipt of an unknown worth", {**settled, "signed_receipt": "fine"})
    refuse("a signed receipt itself", {**settled, "signed_receipt": {"format": "jws", "signature": "e30.e30.AA"}}, "Leak", [220])
    refuse("an origin with a path", {**settled, "origin": "https://api.example.com/v1"}, "Leak", [220])
    refuse("an origin with a query", {**settled, "origin": "https://api.example.com?q=1"}, "Leak", [220])
    refuse("a signature that was stored", {**settled, "signature_stored": True}, "Leak", [220])
    refuse("a signature in place of its hash", {**settled, "signed_retry": "0x" + "5e" * 65}, "Leak", [220])
    refuse("a key as the request's name", {**settled, "request_id": "ab" * 32}, "Leak", [220])
    refuse("an address as the request's name", {**settled, "request_id": "anna@example.com"}, "Leak", [220])
    refuse("a category with a space", {**settled, "resource_category": "paid report"}, "Leak", [220])
    refuse("a version that is not escaped", {**settled, "service_version": "2\n3"}, "Leak", [221])
    refuse("a version with a space", {**settled, "service_version": "2 3"}, "Leak", [220])
    refuse("a version escaped though it need not be", {**settled, "service_version": "\\u{41}"})
    refuse("settled without evidence", without(settled, "settlement"), rows=[225])
    refuse("settled, something charged, without a transaction", {**settled, "settlement": without(SETTLEMENT, "transaction")}, rows=[225])
    refuse("a transaction of another network", {**settled, "settlement": {**SETTLEMENT, "transaction": "5" * 88}}, rows=[225])
    refuse("an attempt without the hash of its bytes", without(trip("sent", **OFFER, **SIGNED), "signed_retry", "signature_stored"), rows=[225])
    refuse("an attempt without its terms", trip("sent", **SIGNED), rows=[225])
    refuse("terms without an amount", without(trip("quoted", **OFFER), "amount"))
    refuse("a decision without a rule", trip("denied", policy_decision="deny"))
    refuse("a rule without a decision", trip("denied", policy_rule="x"))
    refuse("a spend limit that is not the budget's", trip("intent", **OFFER, **POLICY, **{**BUDGET, "spend_limit": "task_budget_5_usdc"}))
    refuse("a spend limit without a budget", trip("intent", **OFFER, **POLICY, **without(BUDGET, "budget")))
    refuse("a next action that is not the budget's", trip("intent", **OFFER, **POLICY, **{**BUDGET, "next_action": "allow_until_5"}))
    refuse("a reason without a result", {**settled, "facilitator_reason": "facilitator_timeout"})
    refuse("a fault that nobody knows", {**settled, "facilitator_result": "fault", "facilitator_reason": "sunspots"})
    refuse("checks in another order", {**settled, "output_validation": "freshness_fail schema_pass"})
    refuse("a retry decision that would pay again", {**settled, "retry_decision": "sign_again"}, rows=[204])
    refuse("a generation that is a number", {**opened(), "generation": 1})
    refuse("an opened log with the members of a trip", {**opened(), "side": "buyer"})
    return file


class Log:
    """Lines of one log, each with the line feed that ends it."""

    def __init__(self, log=LOG, generation=1):
        self.log, self.lines, self.prev = log, [], ZERO
        self.add(opened(generation))

    def add(self, event):
        line, self.prev = written(event, len(self.lines), self.prev, self.log)
        self.lines.append(line + "\n")
        return self

    def anchor(self):
        return f"{len(self.lines) - 1}@{self.prev}"


def purchase(request="req_0902", transaction="ab"):
    named = {"request_id": request}
    signed = {"signed_retry": "sha256:" + sha(request.encode()).hex(), "signature_stored": False}
    found = {**SETTLEMENT, "transaction": "0x" + transaction * 32}
    return [
        {**trip("intent", **OFFER, **POLICY), **named},
        {**trip("sent", **OFFER, **POLICY, **signed), **named},
        {**trip("settled", **OFFER, **POLICY, **signed, settlement=found), **named},
    ]


def whole(*trips, **parameters):
    log = Log(**parameters)
    for events in trips or [purchase()]:
        for event in events:
            log.add(event)
    return log


def logs():
    file = VectorFile(
        "guard/audit-log.json",
        "guard/audit-log",
        "A whole audit log, and where there is one the anchor that was kept elsewhere. Expected: the id of the log, the last generation of the store, the "
        "anchor of its last entry, the bytes of its entries, and how many bytes of a torn last line follow them. A log that does not hold is refused "
        "for what is wrong with the first entry that is not the one that belongs there, whose number is `firstBad`: a runner that finds another has failed.",
    )
    file.note("Torn", "EDGE_CASE", "The log ends in the middle of a line, as a crash leaves it: what is before it is valid.")
    file.note("Tampered", "MISSING_CHECK", "The log was changed after it was written.")
    file.note("Fork", "MISSING_CHECK", "Two writers wrote the same log.")
    good = file.group("hold", sources(), "Logs as they are written, and as a crash leaves them.")
    bad = file.group("broken", sources(), "Logs that somebody changed, or two wrote.")

    def hold(comment, log, generation="1", torn="", anchor=None, flags=(), rows=()):
        valid = "".join(log.lines)
        expected = {"log": log.log, "generation": generation, "anchor": log.anchor(), "validBytes": str(len(valid)), "tornBytes": str(len(torn))}
        asked = {"text": valid + torn} | ({"anchor": anchor} if anchor else {})
        good.accept(comment, asked, expected, flags, rows)

    def broken(comment, lines, first, reason, anchor=None, flags=("Tampered",), rows=(222,)):
        asked = {"text": "".join(lines), "firstBad": str(first)} | ({"anchor": anchor} if anchor else {})
        bad.reject(comment, asked, reason, flags, rows)

    log = whole()
    lines, anchor = log.lines, log.anchor()
    hold("just opened", Log())
    hold("a purchase", log)
    hold("a purchase, with the anchor of its end", log, anchor=anchor, rows=[222])
    hold("a purchase, with an anchor in the middle", log, anchor=f"1@{json.loads(lines[1])['hash']}", rows=[222])
    hold("two purchases", whole(purchase("r1", "a1"), purchase("r2", "b2")))
    hold("another log", whole(log="ff" * 16))
    hold("opened again", whole(purchase("r1", "a1"), [opened(2)], purchase("r2", "b2")), generation="2", rows=[152])
    hold("opened again at the same generation, after a start that did not get far", whole(purchase("r1", "a1"), [opened(1)]), rows=[152])
    hold("begun with a late generation", Log(generation=41), generation="41")
    following = log.add(trip("answered")).lines.pop()
    log = whole()
    for cut in (1, 2, len(following) // 2, len(following) - 1):
        hold(f"{cut} bytes of one more line", log, torn=following[:cut], flags=["Torn"], rows=[151])
        hold(f"{cut} bytes of one more line, anchored before", log, torn=following[:cut], anchor=anchor, flags=["Torn"], rows=[151])
    hold("zero bytes after the last line", log, torn="\0" * 512, flags=["Torn"], rows=[151])
    hold("words after the last line", log, torn="write failed", flags=["Torn"], rows=[151])

    broken("nothing", [], 0, "audit_empty", rows=[151])
    broken("nothing but a torn line", [lines[0][:40]], 0, "audit_empty", rows=[151])
    broken("an empty line", ["\n"], 0, "audit_json")
    broken("an empty line at the end", [*lines, "\n"], 4, "audit_json")
    broken("an empty line in between", [*lines[:2], "\n", *lines[2:]], 2, "audit_json")
    broken("a line that is longer than any entry", [lines[0], " " * 8193, "\n"], 1, "audit_too_long")
    broken("a torn line that is longer than any entry", [lines[0], "\0" * 8193], 1, "audit_too_long", rows=[151])
    broken("words in between", [*lines[:2], "hello\n", *lines[2:]], 2, "audit_json")
    broken("another object", [lines[0], "{}\n"], 1, "audit_shape")
    broken("an array", ["[]\n"], 0, "audit_shape")
    for at, line in enumerate(lines):
        rest = lines[at + 1 :]
        edit = lambda a, b: [*lines[:at], line.replace(a, b), *rest]  # noqa: E731
        broken(f"entry {at}, another time", edit('"1740672100"', '"1740672101"'), at, "audit_hash")
        broken(f"entry {at}, another version", edit('"v":1}', '"v":2}'), at, "audit_version")
        broken(f"entry {at}, a space", edit('"v":1}', '"v":1} '), at, "audit_canonical")
        broken(f"entry {at}, a carriage return", edit("\n", "\r\n"), at, "audit_canonical")
        broken(f"entry {at}, members in another order", [*lines[:at], json.dumps(dict(reversed(json.loads(line).items())), separators=(",", ":")) + "\n", *rest], at, "audit_canonical")
        broken(f"entry {at}, one more member", edit('"v":1}', '"v":1,"w":1}'), at, "audit_shape")
        broken(f"entry {at}, a number that is a number", edit(f'"seq":"{at}"', f'"seq":{at}'), at, "audit_shape")
        broken(f"entry {at}, a hash in capitals", [*lines[:at], line.replace(json.loads(line)["hash"], "sha256:" + json.loads(line)["hash"][7:].upper()), *rest], at, "audit_shape")
        broken(f"entry {at}, another hash", [*lines[:at], line.replace(json.loads(line)["hash"], "sha256:" + "11" * 32), *rest], at, "audit_hash")
        broken(f"entry {at}, another hash of the one before", [*lines[:at], line.replace(json.loads(line)["prev"], "sha256:" + "11" * 32), *rest], at, "audit_prev")
        broken(f"entry {at}, the id of another log", edit(LOG, "ff" * 16), at, "audit_foreign" if at else "audit_hash")
        broken(f"entry {at} twice", [*lines[: at + 1], *lines[at:]], at + 1, "audit_repeated")
        if rest:
            broken(f"without entry {at}", [*lines[:at], *rest], at, "audit_gap")
            broken(f"entries {at} and {at + 1} exchanged", [*lines[:at], rest[0], line, *rest[1:]], at, "audit_gap")
        if at:
            broken(f"cut off before entry {at}", lines[:at], at, "audit_cut", anchor)
            torn = [*lines[:at], line[:-1]]
            broken(f"cut off within entry {at}", torn, at, "audit_cut", anchor)

    def rewritten(at, **changes):
        """The same log with one event changed and every hash from there on mended."""
        other = Log()
        other.lines, other.prev = lines[:at], json.loads(lines[at - 1])["hash"]
        for number, line in enumerate(lines[at:], at):
            event = json.loads(line)["event"]
            other.add(event | changes if number == at else event)
        return other

    edited = rewritten(2, wallet_role="admin")
    hold("an edit whose hashes were mended, which only an anchor shows", edited, flags=["Tampered"], rows=[222])
    broken("an edit whose hashes were mended, against the anchor", edited.lines, 3, "audit_anchor", anchor)
    broken("an edit with its own hash mended", [*lines[:2], edited.lines[2], *lines[3:]], 3, "audit_prev")
    broken("another anchor's hash", lines, 3, "audit_anchor", "3@sha256:" + "11" * 32)
    broken("an anchor beyond the end", lines, 4, "audit_cut", "9@sha256:" + "11" * 32)
    other = whole(log="ff" * 16)
    broken("a line of another log", [*lines[:2], *other.lines[2:]], 2, "audit_foreign")
    broken("another log after this one", [*lines, *other.lines], 4, "audit_foreign")
    fork = whole(purchase("req_0903", "cd"))
    broken("two writers, one after the other", [*lines[:2], fork.lines[1], *lines[2:]], 2, "audit_repeated", flags=["Fork"], rows=[223])
    broken("two writers, one in place of the other", [*lines[:2], *fork.lines[2:]], 2, "audit_prev", flags=["Fork"], rows=[223])
    broken("two writers who both opened it", [lines[0], *whole([opened(2)]).lines[1:], *whole([opened(2)]).lines[1:]], 2, "audit_repeated", flags=["Fork"], rows=[223])
    broken("opened with an older store", whole([opened(2)], [opened(1)]).lines, 2, "audit_generation", rows=[152])
    unopened = Log()
    unopened.lines, unopened.prev = [], ZERO
    broken("not opened", unopened.add(trip("requested")).lines, 0, "audit_generation", rows=[152])
    broken("an event that is never written", Log().add(trip("requested", note="hello")).lines, 1, "audit_event", rows=[220])
    return file


def salted():
    file = VectorFile(
        "guard/salted-hash.json",
        "guard/salted-hash",
        "What stands in the audit log for bytes that must not: SHA-256(SHA-256(`quittance-audit-salted/1`) | salt | SHA-256(bytes)).",
    )
    group = file.group("hashes", [tool("pycryptodome")])
    zero, counted = bytes(32), bytes(range(32))
    for comment, salt, data in (
        ("nothing", zero, b""),
        ("nothing, another salt", counted, b""),
        ("a word", counted, b"signed"),
        ("the salt as bytes", counted, counted),
        ("a signature", counted, b"\x5e" * 65),
        ("a signature, another salt", b"\xff" * 32, b"\x5e" * 65),
        ("a header", counted, b"eyJ4NDAyVmVyc2lvbiI6Mn0="),
        ("every byte", counted, bytes(range(256))),
    ):
        found = sha(sha(b"quittance-audit-salted/1") + salt + sha(data))
        group.accept(comment, {"salt": "0x" + salt.hex(), "bytes": "0x" + data.hex()}, {"hash": "sha256:" + found.hex()}, rows=[220])
    return file


def shown(text):
    letters = [c for c in text if c.isascii() and c.isalnum()]
    run = longest = 0
    for c in text:
        run = run + 1 if c.isascii() and c.isalnum() else 0
        longest = max(longest, run)
    mixed = any(c.islower() for c in letters) and any(c.isupper() for c in letters) and any(c.isdigit() for c in letters)
    secret = len(text.encode()) > 32 and (longest > 32 or mixed)
    spaces = set(" \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000")
    if text == "" or len(text) > 64 or secret or "://" in text or set(text) & (set("@?=&%") | spaces):
        return "withheld"
    return "".join(c if "!" <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in text)


def escaped():
    file = VectorFile(
        "guard/escaped.json",
        "guard/escaped",
        "A short text of the other side, as the audit log shows it. Visible ASCII except the backslash stands for itself, everything else is \\u{…} with its "
        "code point in lower-case hexadecimal digits. `withheld` stands for a text that is empty, has more than 64 characters, white space that is no control "
        "character, one of @ ? = & % or ://, or looks like a secret: more than 32 bytes, and more than 32 ASCII letters and digits in a row or small letters, "
        "capitals and digits among them.",
    )
    file.note("Injection", "INJECTION", "Shown as it is, the text would end a line, move a cursor or turn the direction of writing.")
    file.note("Leak", "DATA_LEAK", "The text could carry somebody's data.")
    defined = [published("AUDIT.md", "1")]
    plain = file.group("harmless", defined, "Texts that are shown as they are.")
    injected = file.group("escaped", defined, "Texts that are shown escaped.")
    withheld = file.group("withheld", defined, "Texts that are not shown.")
    for comment, text in (("a version", "2.3.1"), ("a name with one", "report-api/2.3.1"), ("brackets and quotes", '{"a":[1]}'), ("32 letters", "a" * 32), ("a UUID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")):
        assert shown(text) == text
        plain.accept(comment, {"text": text}, {"shown": text}, rows=[221])
    for comment, text in (
        ("a line feed and a forged line", '2\n{"seq":"7"}'),
        ("a carriage return", "2\r"),
        ("a tab", "2\t3"),
        ("a zero byte", "2\0"),
        ("an escape sequence that clears the screen", "\u001b[2J2"),
        ("the control sequence introducer of eight bits", "\u009b2J"),
        ("delete", "2\u007f"),
        ("the right-to-left override", "\u202e1.2"),
        ("isolates", "\u20661\u2069"),
        ("a byte order mark", "\ufeff2"),
        ("a zero-width space", "2\u200b3"),
        ("a letter outside ASCII", "caf\u00e9"),
        ("a letter beyond the basic plane", "\U0001f600"),
        ("a backslash", "a\\b"),
        ("what looks escaped already", "\\u{a}"),
        ("64 of the last code point", "\U0010ffff" * 64),
    ):
        assert shown(text) not in (text, "withheld")
        injected.accept(comment, {"text": text}, {"shown": shown(text)}, ["Injection"], [18, 221])
    for comment, text in (
        ("nothing", ""),
        ("65 characters", "-" * 65),
        ("words", "Summarize the medical file"),
        ("a no-break space", "a\u00a0b"),
        ("an ideographic space", "a\u3000b"),
        ("an e-mail address", "anna@example.com"),
        ("a query", "?token=1"),
        ("an assignment", "key=1"),
        ("two parameters", "a&b"),
        ("an escaped space", "a%20b"),
        ("a URL", "https://x"),
        ("33 letters", "a" * 33),
        ("a key", "ab" * 32),
        ("an address", USDC_BASE),
        ("a token in base64", "q83vEjRWeJCrze_-q83vEjRWeJCrze8SNFZ4kKvN7xI"),
    ):
        assert shown(text) == "withheld"
        withheld.accept(comment, {"text": text}, {"shown": "withheld"}, ["Leak"], [220])
    return file
