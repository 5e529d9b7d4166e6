"""JSON text: the grammar of RFC 8259, the limits of RFC 7493, the canonical spelling of RFC 8785."""

import json

import rfc8785

import strict
from jsontext import read, write
from sdk import JS_JSON, PY_JSON, measured, source, ts, verdict
from vectorlib import VectorFile

LIMITS = {"bytes": 8192, "depth": 32}
WIDE = {"bytes": 1024 * 1024, "depth": 32}


def files():
    file = VectorFile(
        "wire/json-text.json",
        "json/text",
        "One JSON document as bytes: what it means, in the canonical spelling of RFC 8785, or why it is refused.",
    )
    file.note("Grammar", "INTEROPERABILITY", "text that some readers repair and others refuse", ["RFC 8259"])
    file.note("DuplicateKey", "PARSER_DIFFERENTIAL", "readers keep the first, the last or both", ["RFC 7493 section 2.3"])
    file.note("Number", "PARSER_DIFFERENTIAL", "readers change the value", ["RFC 7493 section 2.2"])
    file.note("Unicode", "PARSER_DIFFERENTIAL", "readers see different text", ["RFC 7493 section 2.1", "RFC 3629"])
    file.note("Depth", "DENIAL_OF_SERVICE", "a recursive reader runs out of stack")
    file.note("Size", "DENIAL_OF_SERVICE", "memory without a bound")
    file.note("Canonical", "INTEROPERABILITY", "two spellings of one value must hash alike", ["RFC 8785 section 3.2"])
    accepted = source("rfc8785", "canonicalize")
    group = Cases(file.group("structure", accepted, limits=LIMITS, comment="Small documents that every reader takes."))
    structure(group)
    numbers(Cases(file.group("numbers", accepted, limits=LIMITS)))
    strings(Cases(file.group("strings", accepted, limits=LIMITS)))
    canonical(Cases(file.group("canonical order and spelling", accepted, limits=LIMITS)))
    refused(Cases(file.group("not JSON", source("json", "cpython"), limits=LIMITS)))
    disputed(Cases(file.group("JSON that readers read differently", source("ijson", "cpython"), limits=LIMITS, comment=DISPUTED)))
    depth(
        Cases(
            file.group(
                "depth", source("json"), limits=LIMITS, comment="The outermost array or object is level 1; level 32 is the deepest."
            )
        ),
        LIMITS,
    )
    wide = Cases(file.group("depth in a large body", source("json"), limits=WIDE))
    wide.reject(
        "100,000 opening brackets",
        {"repeat": {"before": "", "unit": "[", "times": 100000, "after": ""}},
        "json_depth",
        "Depth",
        rows=[24],
    )
    wide.reject(
        "100,000 nested objects",
        {"repeat": {"before": "", "unit": '{"a":', "times": 100000, "after": ""}},
        "json_depth",
        "Depth",
        rows=[24],
    )
    return [file]


DISPUTED = (
    "Conforming JSON on paper; in practice readers disagree about the value, and what two readers disagree about is an attack when one "
    "checks and another pays. `says` shows JavaScript and Python taking all of it."
)


class Cases:
    def __init__(self, group):
        self.group, self.limits = group, group.group["limits"]

    def accept(self, comment, text, flag, rows=()):
        data = text if isinstance(text, bytes) else text.encode()
        strict.check(comment, None, lambda: strict.document(data, self.limits["bytes"], self.limits["depth"]))
        canonical_text = rfc8785.dumps(json.loads(data)).decode()
        assert canonical_text == ts().ask("json", hex=data.hex()), (text, canonical_text)
        expected = {"canonical": canonical_text, "text": write(read(data.decode()))}
        self.group.accept(comment, given(data), expected, flags=[flag], rows=rows, says=measured("accept", says(data)))

    def reject(self, comment, text, reason, flag, rows=()):
        input = text if isinstance(text, dict) else given(text if isinstance(text, bytes) else text.encode())
        data = expand(input)
        reason = [reason] if isinstance(reason, str) else reason
        strict.check(comment, reason, lambda: strict.document(data, self.limits["bytes"], self.limits["depth"]))
        self.group.reject(
            comment, input, reason, flags=[flag], rows=rows, says=measured("reject", says(data)) if "repeat" not in input else None
        )


def given(data):
    """Text where it can stand in a JSON string unchanged, else bytes."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"hex": data.hex()}
    return (
        {"hex": data.hex()}
        if any(ord(ch) < 0x20 and ch not in "\t\r\n" for ch in text) or text.startswith("\ufeff")
        else {"text": text}
    )


def expand(input):
    if "text" in input:
        return input["text"].encode()
    if "hex" in input:
        return bytes.fromhex(input["hex"])
    parts = input["repeat"]
    return (parts["before"] + parts["unit"] * parts["times"] + parts["after"]).encode()


def says(data):
    return {JS_JSON: verdict(lambda: ts().ask("json", hex=data.hex())), PY_JSON: verdict(lambda: json.loads(data.decode()))}


def structure(c):
    for comment, text in [
        ("an empty object", "{}"),
        ("an empty array", "[]"),
        ("an empty text", '""'),
        ("null alone", "null"),
        ("true alone", "true"),
        ("false alone", "false"),
        ("a number alone", "0"),
        ("an array of every kind", '[null,true,false,0,"",[],{}]'),
        ("white space of all four kinds everywhere", ' \t\r\n{ \t"a" \r\n: \n[ 1 , \t2 ] \r}\n'),
        ("an empty name", '{"":0}'),
        ("objects within objects", '{"a":{"b":{"c":{}}}}'),
        ("arrays within arrays", "[[],[[]],[[],[]]]"),
        ("names that look like numbers", '{"1":1,"01":2,"1.0":3}'),
        ("names that look like words", '{"null":0,"true":1,"NaN":2}'),
        ("a name with a space", '{" ":0,"a b":1}'),
        ("__proto__, constructor and toString are names like others", '{"__proto__":{"a":1},"constructor":2,"toString":3}'),
    ]:
        c.accept(comment, text, "Grammar", rows=[40] if "__proto__" in text else ())
    c.accept("a null member stays", '{"a":null}', "Grammar", rows=[43])
    c.accept("names that differ in case", '{"A":1,"a":2}', "DuplicateKey", rows=[22])
    c.accept("one name at two levels", '{"a":{"a":{"a":0}}}', "DuplicateKey", rows=[22])
    c.accept("one name in two elements", '[{"a":0},{"a":0}]', "DuplicateKey", rows=[22])
    c.accept("composed and decomposed letters are two names", '{"\u00e9":1,"e\u0301":2}', "DuplicateKey", rows=[22, 42])


def numbers(c):
    for text in [
        "1",
        "-1",
        "10",
        "-0",
        "0.0",
        "-0.0",
        "0e0",
        "0E-0",
        "1.0",
        "1.10",
        "-1.5",
        "1e0",
        "1e+0",
        "1E2",
        "1e-2",
        "123456789012",
        "0.1",
    ]:
        c.accept(f"the literal {text}", text, "Number", rows=[26] if text.startswith("-0") else ())
    for comment, text in [
        ("2^53 - 1", "9007199254740991"),
        ("-(2^53 - 1)", "-9007199254740991"),
        ("a thousandth below one", "0.999"),
        ("many digits round to the nearest double", "0.1000000000000000055511151231257827"),
        ("more digits than a double holds, with an exponent", "9007199254740993.0e-3"),
        ("the largest double", "1.7976931348623157e308"),
        ("the smallest normal double", "2.2250738585072014e-308"),
        ("the smallest double", "5e-324"),
        ("rounds up to the smallest double", "3e-324"),
        ("the largest integer as a fraction", "9007199254740991.0"),
        ("an exponent that makes a large whole number", "9e15"),
        ("the first number that ECMAScript writes with an exponent", "1e21"),
        ("the last small number without an exponent", "1e-6"),
        ("the first small number with an exponent", "1e-7"),
        ("zero with a huge exponent", "0e99999"),
        ("negative zero with a huge negative exponent", "-0.0e-99999"),
        ("a hundred zeros after the point, then a digit", "0." + "0" * 100 + "1"),
        ("trailing zeros", "1." + "0" * 100),
        ("a leading zero in the exponent is legal", "1e01"),
        ("the sample numbers of RFC 8785", "[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]"),
        ("powers of ten", "[1e0,1e1,1e5,1e10,1e15,1e21,1e22,1e-1,1e-5]"),
        ("of two shortest texts as near as each other, the even one", "[2.98023223876953125e-8,8.589934592e9,1.490116119384765625e-8]"),
        ("shortest digits", "[5e-324,4.35,0.3,2.675,1.005,123456.789e3]"),
    ]:
        c.accept(comment, text, "Number", rows=[26])


def strings(c):
    for comment, text in [
        ("all short escapes", r'"\"\\\/\b\f\n\r\t"'),
        ("an escaped solidus comes out plain", r'"a\/b"'),
        ("escapes of printable letters come out plain", r'"\u0041\u00e9\u20ac"'),
        ("capital and small hexadecimal digits", r'"\u00E9\u00e9"'),
        ("a surrogate pair as escapes", r'"\ud83d\ude00"'),
        ("a surrogate pair with capital digits", r'"\uD83D\uDE00"'),
        ("the first and the last pair", r'"\ud800\udc00\udbff\udfff"'),
        ("the characters around the surrogates", r'"\ud7ff\ue000"'),
        ("NUL as an escape", r'"\u0000"'),
        (
            "every control character that has no short escape",
            '"' + "".join(f"\\u{i:04x}" for i in range(32) if i not in (8, 9, 10, 12, 13)) + '"',
        ),
        ("DEL needs no escape", '"\x7f"'),
        ("line and paragraph separators need no escape", '"\u2028\u2029"'),
        ("noncharacters are characters", '"\uffff\ufdd0"'),
        ("U+FEFF inside a string", '"a\ufeffb"'),
        ("right-to-left override", '"\u202eabc"'),
        ("two-, three- and four-byte characters", '"é₮😀"'),
        ("the last character", '"\U0010ffff"'),
        ("a token name of the registry", '{"name":"USD₮0"}'),
        ("decomposed text is not composed", '"Cafe\u0301"'),
        ("a backslash at the end, escaped", r'"\\"'),
        ("a quote inside", r'"\""'),
        ("an escape after an escape", r'"\\u0041"'),
        ("text that looks like JSON", r'"{\"a\":1}"'),
    ]:
        c.accept(comment, text, "Unicode", rows=[41] if "₮" in text else [42] if "Cafe" in text else ())


def canonical(c):
    for comment, text in [
        (
            "the property sample of RFC 8785, section 3.2.3",
            r'{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}',
        ),
        (
            "the sample of RFC 8785, section 3.2.2",
            r'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'
            + "'"
            + r'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}',
        ),
        ("names sort by UTF-16 units: an emoji before U+FB33", '{"\ufb33":1,"😀":2}'),
        ("a name sorts before the longer name it begins", '{"aa":1,"a":2,"":3}'),
        ("capitals before small letters", '{"b":1,"B":2,"a":3,"A":4}'),
        ("digits as text", '{"10":1,"9":2,"1":3}'),
        ("members sort at every level", '{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}'),
        ("array order stays", "[3,1,2]"),
        (
            "a payment requirement",
            '{"scheme":"exact","network":"eip155:84532","amount":"10000","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","maxTimeoutSeconds":60,"extra":{"version":"2","name":"USDC"}}',
        ),
        (
            "the same requirement in canonical order",
            '{"amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","extra":{"name":"USDC","version":"2"},"maxTimeoutSeconds":60,"network":"eip155:84532","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","scheme":"exact"}',
        ),
        ("60, 60.0 and 6e1 are one value", "[60,60.0,6e1]"),
        ("escaped and plain names are one name", '{"\\u0061mount":"1"}'),
    ]:
        c.accept(comment, text, "Canonical", rows=[38] if "requirement" in comment else ())


def refused(c):
    end, syntax, trailing = "json_end", "json_syntax", "json_trailing"
    for comment, text, reason in [
        ("an opening bracket", "[", end),
        ("an opening brace", "{", end),
        ("a quote", '"', end),
        ("an unfinished text", '"abc', end),
        ("a backslash before the end", '"\\', end),
        ("an unfinished escape", '"\\u00', end),
        ("a name without a value", '{"a"', end),
        ("a colon without a value", '{"a":', end),
        ("a comma before the end of an object", '{"a":1,', end),
        ("a comma before the end of an array", "[1,", end),
        ("an unclosed array", "[1", end),
        ("an unclosed object", '{"a":1', end),
        ("a minus", "-", end),
        ("a point before the end", "1.", end),
        ("an exponent before the end", "1e", end),
        ("a signed exponent before the end", "1e+", end),
        ("half of true", "tr", end),
        ("half of null", "nul", end),
        ("nested and unclosed", '{"a":[{"b":[', end),
        ("a comma after the last element", "[1,]", syntax),
        ("a comma after the last member", '{"a":1,}', syntax),
        ("a comma alone in an array", "[,]", syntax),
        ("a leading comma", "[,1]", syntax),
        ("two commas", "[1,,2]", syntax),
        ("a comma alone in an object", "{,}", syntax),
        ("no comma", "[1 2]", syntax),
        ("no colon", '{"a" 1}', syntax),
        ("two colons", '{"a"::1}', syntax),
        ("a colon in an array", '["a":1]', syntax),
        ("an object closed as an array", '{"a":1]', syntax),
        ("an array closed as an object", "[1}", syntax),
        ("a name without quotes", "{a:1}", syntax),
        ("a name in single quotes", "{'a':1}", syntax),
        ("a number as a name", "{1:1}", syntax),
        ("text in single quotes", "['a']", syntax),
        ("a closing bracket alone", "]", syntax),
        ("a closing brace alone", "}", syntax),
        ("a comma alone", ",", syntax),
        ("a colon alone", ":", syntax),
        ("a leading zero", "[01]", syntax),
        ("a negative leading zero", "[-01]", syntax),
        ("two zeros", "[00]", syntax),
        ("a point without a fraction", "[1.]", syntax),
        ("a point without a whole part", "[.5]", syntax),
        ("a negative point", "[-.5]", syntax),
        ("a plus", "[+1]", syntax),
        ("two minuses", "[--1]", syntax),
        ("a minus and a space", "[- 1]", syntax),
        ("an exponent without digits", "[1e]", syntax),
        ("a signed exponent without digits", "[1e-]", syntax),
        ("an exponent with a point", "[1e1.5]", syntax),
        ("a fraction of an exponent only", "[1.e5]", syntax),
        ("hexadecimal", "[0x10]", syntax),
        ("octal with a letter", "[0o7]", syntax),
        ("binary", "[0b1]", syntax),
        ("an underscore between digits", "[1_000]", syntax),
        ("a comma between digits makes two elements, a space does not", "[1 000]", syntax),
        ("a JavaScript bigint", "[1n]", syntax),
        ("a full-width digit", "[\uff11]", syntax),
        ("an Arabic digit", "[\u0661]", syntax),
        ("NaN", "[NaN]", syntax),
        ("Infinity", "[Infinity]", syntax),
        ("-Infinity", "[-Infinity]", syntax),
        ("undefined", "[undefined]", syntax),
        ("True", "[True]", syntax),
        ("None", "[None]", syntax),
        ("TRUE", "[TRUE]", syntax),
        ("nul with a letter too few", "[nul]", syntax),
        ("a line comment", "// x\n1", syntax),
        ("a block comment", "[1/* x */]", syntax),
        ("a hash comment", "# x\n1", syntax),
        ("an unknown escape", '["\\x41"]', syntax),
        ("an escaped single quote", '["\\\'"]', syntax),
        ("an escaped digit", '["\\0"]', syntax),
        ("a capital U escape", '["\\U0041"]', syntax),
        ("an escape with a wrong digit", '["\\u12g4"]', syntax),
        ("an escape cut short by the quote", '["\\u12"]', syntax),
        ("an escape in braces", '["\\u{41}"]', syntax),
        ("a backslash before a line feed", '["\\\n"]', syntax),
        ("a raw line feed in a text", '["a\nb"]', syntax),
        ("a raw tab in a text", '["a\tb"]', syntax),
        ("a raw carriage return in a text", '["a\rb"]', syntax),
        ("a raw NUL in a text", b'["a\x00b"]', syntax),
        ("a raw unit separator in a text", b'["a\x1fb"]', syntax),
        ("a raw tab in a name", '{"a\tb":1}', syntax),
        ("a NUL before the value", b"\x001", syntax),
        ("a form feed as white space", b"[\x0c1]", syntax),
        ("a vertical tab as white space", b"[\x0b1]", syntax),
        ("a no-break space as white space", "[\u00a01]", syntax),
        ("an ideographic space as white space", "[\u30001]", syntax),
        ("a byte order mark in the middle", '{"a":\ufeff1}', syntax),
        ("a template literal", "[`a`]", syntax),
        ("spread", "[...[1]]", syntax),
        ("XML", "<a/>", syntax),
        ("a word", "garbage", syntax),
        ("base64 text", "e30=", syntax),
        ("a second value", "1 2", trailing),
        ("a second object", "{}{}", trailing),
        ("a second array on the next line", "[]\n[]", trailing),
        ("a comma after the document", "{},", trailing),
        ("a closing bracket too many", "[]]", trailing),
        ("a closing brace too many", "{}}", trailing),
        ("a comment after the document", "{}//", trailing),
        ("a NUL after the document", b"{}\x00", trailing),
        ("a byte order mark after the document", "{}\ufeff", trailing),
        ("a no-break space after the document", "{}\u00a0", trailing),
        ("text after the document", '{}"', trailing),
        ("a letter after a word", "nullx", trailing),
        ("a digit after a leading zero", "01", trailing),
        ("a point after a text", '"a".', trailing),
    ]:
        c.reject(
            comment,
            text,
            reason,
            "Grammar",
            rows=[23] if reason == trailing else [26] if "digit" in comment or "Infinity" in comment or comment == "NaN" else [4],
        )
    c.reject("nothing", "", "empty", "Grammar", rows=[4])
    c.reject("white space only", " \t\r\n", "empty", "Grammar", rows=[4])


def disputed(c):
    dup = "json_duplicate_key"
    for comment, text in [
        ("two members, equal values", '{"a":1,"a":1}'),
        ("two members, different values", '{"a":1,"a":2}'),
        ("three members, two of them equal", '{"a":1,"b":2,"a":3}'),
        ("the second written as an escape", '{"amount":1,"amo\\u0075nt":2}'),
        ("two escapes with digits of different case", '{"\\u00e9":1,"\\u00E9":2}'),
        ("a pair of escapes and the character", '{"\\ud83d\\ude00":1,"😀":2}'),
        ("an escaped solidus and a plain one", '{"a\\/b":1,"a/b":2}'),
        ("a short escape and a long one", '{"\\n":1,"\\u000a":2}'),
        ("the empty name twice", '{"":1,"":2}'),
        ("__proto__ twice", '{"__proto__":1,"__proto__":2}'),
        ("in an inner object", '{"x":{"a":1,"a":2}}'),
        ("in an object in an array", '[{"a":1,"a":2}]'),
        ("in an object nobody reads", '{"ok":true,"unknown":{"deep":[{"a":1,"a":2}]}}'),
        ("with null as one value", '{"a":null,"a":1}'),
        ("with equal objects as values", '{"a":{},"a":{}}'),
    ]:
        c.reject(f"duplicate names: {comment}", text, dup, "DuplicateKey", rows=[22])
    many = ",".join(f'"k{i}":0' for i in range(60))
    c.reject(
        "duplicate names: the first of sixty-one again at the end", "{" + many + ',"k0":1}', dup, "DuplicateKey", rows=[22, 25]
    )
    for comment, text in [
        ("a high half", r'"\ud800"'),
        ("a low half", r'"\udc00"'),
        ("the last high half", r'"\udbff"'),
        ("the last low half", r'"\udfff"'),
        ("halves in the wrong order", r'"\udc00\ud800"'),
        ("two high halves", r'"\ud800\ud800"'),
        ("a high half and a letter", r'"\ud800a"'),
        ("a high half and an escaped letter", r'"\ud800\u0061"'),
        ("a high half and a short escape", r'"\ud800\n"'),
        ("a pair and then a half", r'"\ud83d\ude00\ud83d"'),
        ("in a name", r'{"\ud800":1}'),
        ("in a name nobody reads", r'{"a":{"b":{"\udfff":1}}}'),
    ]:
        c.reject(f"half a surrogate pair: {comment}", text, "json_surrogate", "Unicode", rows=[21])
    for comment, text in [
        ("2^53", "9007199254740992"),
        ("2^53 + 1", "9007199254740993"),
        ("-2^53", "-9007199254740992"),
        ("2^63 - 1", "9223372036854775807"),
        ("2^64", "18446744073709551616"),
        ("10^30", "1" + "0" * 30),
        ("10^400", "1" + "0" * 400),
        ("2^53 as a fraction, which RFC 8785 writes as an integer", "9007199254740992.0"),
        ("-2^53 with an exponent, likewise", "-9007199254740992e0"),
        ("a whole number whose exponent RFC 8785 takes away", "1e16"),
        ("the last power of ten of which it does so", "1e20"),
        ("the last double before that", "999999999999999868928.0"),
        ("overflow", "1e309"),
        ("negative overflow", "-1e309"),
        ("overflow by a large exponent", "1e99999"),
        ("underflow", "1e-324"),
        ("negative underflow", "-1e-400"),
        ("underflow by a large exponent", "1e-99999"),
        ("just below half of the smallest double", "2.4703282292062327e-324"),
        ("in an array nobody reads", '{"a":[[[1e999]]]}'),
        ("an exponent beyond every integer type", "1e99999999999999999999"),
    ]:
        c.reject(f"a number that readers change: {comment}", text, "json_number", "Number", rows=[26])
    utf8 = "utf8"
    for comment, data in [
        ("a lone continuation byte", b'"\x80"'),
        ("a lead byte before the quote", b'"\xc3"'),
        ("two of three bytes", b'"\xe2\x82"'),
        ("three of four bytes", b'"\xf0\x9f\x98"'),
        ("over-long two bytes", b'"\xc0\xaf"'),
        ("over-long three bytes", b'"\xe0\x80\xaf"'),
        ("over-long four bytes", b'"\xf0\x80\x80\xaf"'),
        ("a surrogate", b'"\xed\xa0\x80"'),
        ("a surrogate pair", b'"\xed\xa0\xbd\xed\xb8\x80"'),
        ("above U+10FFFF", b'"\xf4\x90\x80\x80"'),
        ("0xFE", b'"\xfe"'),
        ("0xFF outside a string", b"[1\xff]"),
        ("in a name", b'{"\xe9":1}'),
        ("after the document", b"{}\xff"),
        ("UTF-16 little-endian with a mark", b"\xff\xfe[\x00]\x00"),
        ("UTF-16 big-endian with a mark", b"\xfe\xff\x00[\x00]"),
    ]:
        c.reject(f"not UTF-8: {comment}", data, utf8, "Unicode", rows=[20])
    c.reject("a byte order mark before the document", b"\xef\xbb\xbf{}", "byte_order_mark", "Unicode", rows=[20])
    c.reject("a byte order mark alone", b"\xef\xbb\xbf", "byte_order_mark", "Unicode", rows=[20])
    c.reject("UTF-16 little-endian without a mark", b"[\x00]\x00", "json_syntax", "Unicode", rows=[20])
    c.reject("UTF-16 big-endian without a mark", b"\x00[\x00]", "json_syntax", "Unicode", rows=[20])


def depth(c, limits):
    levels = limits["depth"]
    c.accept("arrays at the limit", "[" * levels + "]" * levels, "Depth", rows=[24])
    c.accept("objects at the limit", '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1), "Depth", rows=[24])
    c.accept("a value inside the deepest array is no level", "[" * levels + "0" + "]" * levels, "Depth", rows=[24])
    c.accept("arrays and objects in turn", '[{"a":' * (levels // 2) + "0" + "}]" * (levels // 2), "Depth", rows=[24])
    c.accept("two branches at the limit", "[" + ",".join(["[" * (levels - 1) + "]" * (levels - 1)] * 2) + "]", "Depth", rows=[24])
    c.accept("brackets inside a text are no levels", '"' + "[" * 64 + '"', "Depth", rows=[24])
    c.reject("arrays one beyond the limit", "[" * (levels + 1) + "]" * (levels + 1), "json_depth", "Depth", rows=[24])
    c.reject("objects one beyond the limit", '{"a":' * levels + "{}" + "}" * levels, "json_depth", "Depth", rows=[24])
    c.reject(
        "an empty object one beyond the limit, in the last element",
        "[" * levels + "0,{}" + "]" * levels,
        "json_depth",
        "Depth",
        rows=[24],
    )
    c.reject("128 levels, the default of a common Rust reader", "[" * 128 + "]" * 128, "json_depth", "Depth", rows=[24])
    c.reject(
        "5,000 opening brackets, never closed",
        {"repeat": {"before": "", "unit": "[", "times": 5000, "after": ""}},
        "json_depth",
        "Depth",
        rows=[24],
    )
    c.reject(
        "one byte too many", {"repeat": {"before": '"', "unit": "a", "times": 8191, "after": '"'}}, "too_large", "Size", rows=[11]
    )
    c.reject(
        "white space counts", {"repeat": {"before": "1", "unit": " ", "times": 8192, "after": ""}}, "too_large", "Size", rows=[11]
    )
    c.reject(
        "100,000 opening brackets: too long is said first",
        {"repeat": {"before": "", "unit": "[", "times": 100000, "after": ""}},
        "too_large",
        "Size",
        rows=[11, 24],
    )
