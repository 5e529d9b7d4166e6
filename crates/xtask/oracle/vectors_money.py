"""Prices as sellers write them."""

from fractions import Fraction

from x402.schemas import convert_to_token_amount, parse_money

from sdk import GO, PY, RS, TS, outcome, source, ts
from vectorlib import VectorFile


def files():
    file = VectorFile(
        "types/money.json", "types/money", 'A price such as "$0.01" and the decimals of an asset: atomic units, exactly.'
    )
    file.note("Float", "LOSS_OF_PRECISION", "double arithmetic gives another amount", ["catalogue row 219"])
    file.note("TooFine", "LOSS_OF_FUNDS", "the references cut off what the asset is too coarse for, down to a price of nothing")
    file.note("Lenient", "PARSER_DIFFERENTIAL", "spellings that some reader takes and another does not")
    file.note("Boundary", "EDGE_CASE", "the largest amount, or one beyond it")
    accepts(file.group("accepted", source("ts", "py", "cpython"), comment="`ticker` is absent for dollars."))
    refuses(file.group("refused", source("map"), comment="Ours is the part of the grammar that every reference reads alike."))
    return [file]


def says(text, decimals):
    def python():
        parsed = parse_money(text)
        amount = convert_to_token_amount(parsed["amount"], decimals)
        return amount + (f" {parsed['symbol']}" if "symbol" in parsed else "")

    def typescript():
        parsed = ts().ask("money", text=text, decimals=decimals)
        return parsed["amount"] + (f" {parsed['symbol']}" if parsed["symbol"] else "")

    return {TS: outcome(typescript), PY: outcome(python)}


def accepts(group):
    def accept(comment, text, decimals, flags=(), rows=()):
        number, _, ticker = text.removeprefix("$").partition(" ")
        amount = Fraction(number) * 10**decimals
        assert amount.denominator == 1, text
        expected = {"amount": str(int(amount))} | ({"ticker": ticker.upper()} if ticker and ticker.upper() != "USD" else {})
        answer = f"accept: {expected['amount']}" + (f" {expected['ticker']}" if "ticker" in expected else "")
        answers = says(text, decimals)
        group.accept(
            comment,
            {"text": text, "decimals": decimals},
            expected,
            flags=flags,
            rows=rows,
            says=answers if set(answers.values()) != {answer} else None,
        )

    accept("a cent of a six-decimal token", "$0.01", 6)
    accept("without the dollar sign", "0.01", 6)
    accept("a whole dollar", "$1", 6)
    accept("one atomic unit", "$0.000001", 6)
    accept("nothing", "$0", 6, rows=[59])
    accept("nothing with decimals", "0.00", 6, rows=[59])
    accept("4.02: a double gives 4019999.9999999995", "$4.02", 6, ["Float"], [219])
    accept("0.1", "0.1", 18, ["Float"], [219])
    accept("0.3", "0.3", 18, ["Float"], [219])
    accept("1.005", "$1.005", 6, ["Float"], [219])
    accept("8.2: a double gives 8199999.999999999", "$8.2", 6, ["Float"], [219])
    accept("2^53 + 1 atomic units", "9007199254740993", 0, ["Float"], [219])
    accept("eighteen decimals in full", "123456789.123456789123456789", 18, ["Float"], [219])
    accept("a large price in eighteen decimals", "$1000000", 18)
    accept("no decimals", "5", 0)
    accept("two decimals, as ISO 4217 has them", "19.99", 2)
    accept("eight decimals", "0.00000001", 8)
    accept("zeros at the end carry no value", "$0.0000010", 6, ["TooFine"])
    accept("zeros behind a point with no decimals", "1.000", 0, ["TooFine"])
    accept("a ticker", "1.50 USDC", 6)
    accept("a ticker in small letters", "1.50 usdc", 6)
    accept("USD is dollars, not a ticker", "1.50 USD", 6)
    accept("usd too", "1.50 usd", 6)
    accept("a dollar sign and USD", "$5 USD", 6)
    accept("a dollar sign and a ticker", "$5 EURC", 6)
    accept("a ticker with a digit and a point", "0.25 USDC.e", 6)
    accept("2^256 - 1 atomic units", str(2**256 - 1), 0, ["Boundary"])
    accept("10^77 atomic units", "1", 77, ["Boundary"])
    accept("nothing needs no room", "0", 255, ["Boundary"])


def refuses(group):
    def reject(comment, text, reason, flags=(), rows=(), decimals=6, more=None):
        answers = says(text, decimals)
        lenient = any(answer != "reject" for answer in answers.values()) or more
        flags = [*flags, *(["Lenient"] if lenient and not flags else [])]
        group.reject(
            comment,
            {"text": text, "decimals": decimals},
            reason,
            flags=flags,
            rows=rows,
            says=answers | (more or {}) if lenient else None,
        )

    read = "accept (read)"
    reject(
        "a tenth of an atomic unit: the references make it free",
        "$0.0000001",
        "money_too_fine",
        ["TooFine"],
        [59],
        more={RS: "reject"},
    )
    reject("one and nine tenths of an atomic unit", "$0.0000019", "money_too_fine", ["TooFine"], more={RS: "reject"})
    reject("half a unit of an asset without decimals", "0.5", "money_too_fine", ["TooFine"], decimals=0)
    reject("a thirty-decimal price", "$0.000000000000000000000000000001", "money_too_fine", ["TooFine"], decimals=18)
    reject("2^256 atomic units", str(2**256), "money_too_large", ["Boundary"], decimals=0)
    reject("2^256 - 1 whole units of one decimal", str(2**256 - 1), "money_too_large", ["Boundary"], decimals=1)
    reject("10^78 atomic units", "1", "money_too_large", ["Boundary"], decimals=78)
    reject("negative", "-1", "money_sign", rows=[161], more={GO: read})
    reject("a negative dollar price", "$-1", "money_sign")
    reject("a minus before the dollar sign", "-$1", "money_sign")
    reject("a plus sign", "+1", "money_sign", more={GO: read})
    reject("an exponent", "1e3", "money_exponent", more={GO: read})
    reject("a capital exponent", "1E3", "money_exponent", more={GO: read})
    reject("a small price as JavaScript prints it", "1e-7", "money_exponent", more={GO: read})
    reject("thousands separators", "1,000", "money_separator", more={RS: read})
    reject("a decimal comma", "0,01", "money_separator", more={RS: read + ", as 001"})
    reject("underscores", "1_000", "money_separator", more={GO: read})
    reject("apostrophes", "1'000", "money_separator")
    for comment, text in [
        ("a leading space", " 1"),
        ("a trailing space", "1 "),
        ("a space after the dollar sign", "$ 1"),
        ("a space before the dollar sign", " $1"),
        ("two spaces before the ticker", "1  USD"),
        ("a space after the ticker", "1 USD "),
        ("a tab before the ticker", "1\tUSD"),
        ("a no-break space before the ticker", "1\u00a0USD"),
        ("a trailing line feed", "1\n"),
        ("one space", " "),
    ]:
        reject(comment, text, "money_space")
    for comment, text in [
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("hexadecimal", "0x10"),
        ("two dollar signs", "$$1"),
        ("the dollar sign behind", "1$"),
        ("the euro sign, which x402-rs drops", "€1"),
        ("two points", "1.2.3"),
        ("a ticker without a space", "1.50USDC"),
        ("a ticker alone", "USDC"),
        ("full-width digits", "１"),
        ("a Unicode minus", "\u22121"),
    ]:
        more = {RS: read} if "€" in text else {GO: read} if text in ("NaN", "Infinity") else None
        reject(comment, text, "money_symbol", more=more)
    reject("nothing", "", "money_empty")
    reject("the dollar sign alone", "$", "money_empty")
    reject("a leading zero", "$007", "money_leading_zero")
    reject("two zeros before the point", "00.1", "money_leading_zero")
    reject("no digit before the point", ".5", "money_whole_missing", more={GO: read})
    reject("no digit before the point of a dollar price", "$.5", "money_whole_missing", more={GO: read})
    reject("no digit behind the point", "5.", "money_fraction_missing", more={GO: read})
    reject("a point alone", ".", ["money_whole_missing", "money_fraction_missing"])
    reject("a ticker that begins with a digit", "1 0USD", "money_ticker")
    reject("a ticker with a minus", "1 US-D", "money_ticker")
    reject("a ticker that is not ASCII", "1 USD₮0", "money_ticker")
    reject("a ticker of seventeen characters", "1 ABCDEFGHIJKLMNOPQ", "money_ticker")
    reject("a number instead of a ticker", "1 000", "money_ticker")
