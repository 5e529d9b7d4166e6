"""Typed data that must be refused, for each reason."""

import json

from evmfacts import ANVIL0_ADDRESS, FULL_WORD, fields
from oracles import evm_sources, says_of_typed_data

DOMAIN_TYPE = fields("string name,string version,uint256 chainId")
DOMAIN = {"name": "Typed data", "version": "1", "chainId": 1}


def refusals(file):
    shape(file)
    names(file)
    type_forms(file)
    domain_types(file)
    members(file)
    integers(file)
    other_values(file)
    arrays(file)
    json_text(file)


def document(types=None, message=None, primary="T", **changes):
    """`{"T": "uint8 v"}` with the message `{"v": 1}`, or what the case puts in their place."""
    types = {"T": "uint8 v"} if types is None else types
    parsed = {name: fields(listed) if isinstance(listed, str) else listed for name, listed in types.items()}
    whole = {
        "types": {"EIP712Domain": DOMAIN_TYPE, **parsed},
        "primaryType": primary,
        "domain": DOMAIN,
        "message": {"v": 1} if message is None else message,
    }
    return {**whole, **changes}


class Refusals:
    def __init__(self, group, flag, rows=()):
        self.group, self.flag, self.rows = group, flag, rows

    def refuse(self, comment, what, reason, rows=None):
        text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, separators=(",", ":"))
        says = says_of_typed_data(text)
        self.group.reject(comment, {"typedData": text}, reason, [self.flag], self.rows if rows is None else rows, says)


def shape(file):
    file.note("Shape", "EDGE_CASE", "The document is not the four members that it must be.")
    cases = Refusals(file.group("refused: the document", evm_sources(), "What is around the message."), "Shape")
    for name in ("types", "primaryType", "domain", "message"):
        cases.refuse(f"no {name}", {key: value for key, value in document().items() if key != name}, "member_missing")
        cases.refuse(f"{name} is null", {**document(), name: None}, "member_type")
    cases.refuse("a fifth member", document(extra=1), "typed_data_unknown_member")
    cases.refuse("an array", [document()], "member_type")
    cases.refuse("the document as text within JSON", json.dumps(json.dumps(document())), "member_type")
    cases.refuse("types is a list", {**document(), "types": []}, "member_type")
    cases.refuse("primaryType is a number", document(primary=1), "member_type")
    cases.refuse("primaryType is not declared", document(primary="U"), "typed_data_unknown_type")
    cases.refuse("primaryType is empty", document(primary=""), "typed_data_unknown_type")
    cases.refuse(
        "primaryType is an array of a declared type", document(primary="T[]", message=[{"v": 1}]), "typed_data_unknown_type"
    )
    cases.refuse("primaryType is an atomic type", document(primary="uint8", message=1), ["typed_data_unknown_type", "member_type"])
    cases.refuse("primaryType in other case", document(primary="t"), "typed_data_unknown_type")
    cases.refuse(
        "primaryType is the domain's: there is no message to sign",
        document(primary="EIP712Domain", message={}),
        "typed_data_unknown_type",
    )
    cases.refuse("the message is a list", document(message=[]), "member_type")
    cases.refuse("a type is no list", document({"T": {"name": "v", "type": "uint8"}}), "member_type")
    cases.refuse("a member of a type is text", document({"T": ["uint8 v"]}), "member_type")
    cases.refuse("a member of a type has no name", document({"T": [{"type": "uint8"}]}), "member_missing")
    cases.refuse("a member of a type has no type", document({"T": [{"name": "v"}]}), "member_missing")
    cases.refuse(
        "a member of a type has a third member",
        document({"T": [{"name": "v", "type": "uint8", "indexed": True}]}),
        "typed_data_unknown_member",
    )
    cases.refuse("a member's type is a number", document({"T": [{"name": "v", "type": 8}]}), "member_type")
    many = {"T": "uint8 v", **{f"U{index}": "uint8 v" for index in range(63)}}
    cases.refuse("65 types with the domain's", document(many), "typed_data_too_many_types", [98])
    undeclared = document(many)
    del undeclared["types"]["EIP712Domain"]
    cases.refuse("64 types without the domain's, which counts all the same", undeclared, "typed_data_too_many_types", [98])


def names(file):
    file.note("Name", "AUTH_BYPASS", "A name that the text of a type could not hold unambiguously: two types could have one hash.")
    cases = Refusals(file.group("refused: names", evm_sources(), "Names of types and members."), "Name", [91])
    for comment, name in (
        ("empty", ""),
        ("begins with a digit", "1T"),
        ("has a space", "T U"),
        ("has a parenthesis, which would begin a second type", "T(uint8 v)U"),
        ("has a comma", "T,U"),
        ("has brackets", "T[]"),
        ("has a hyphen", "T-1"),
        ("has a dot", "a.T"),
        ("has a letter outside ASCII", "T\u00e9"),
        ("is a Cyrillic look-alike", "\u0422"),
        ("is that of an atomic type", "uint256"),
        ("is that of a dynamic type", "bytes"),
        ("is that of a type that readers take for uint256", "uint"),
        ("is that of an atomic type that does not exist", "bytes33"),
    ):
        cases.refuse(f"the type's name {comment}", document({name: "uint8 v"}, primary=name), "typed_data_name")
    cases.refuse(
        "the type's name has a colon, as one exchange uses it: not an identifier of the EIP",
        document({"Exchange:Send": "uint8 v"}, primary="Exchange:Send"),
        "typed_data_name",
    )
    for comment, name in (
        ("empty", ""),
        ("begins with a digit", "1v"),
        ("has a space", "a b"),
        ("has a comma and a second member", "a,uint8 b"),
        ("has a closing parenthesis", "v)"),
        ("has a letter outside ASCII", "\u00e9"),
        ("has a dot", "a.b"),
    ):
        cases.refuse(f"a member's name {comment}", document({"T": [{"name": name, "type": "uint8"}]}, {name: 1}), "typed_data_name")
    cases.refuse("two members have one name", document({"T": "uint8 v,uint8 v"}), "typed_data_repeated_member")
    cases.refuse("two members have one name and differ in type", document({"T": "uint8 v,bool v"}), "typed_data_repeated_member")


def type_forms(file):
    file.note(
        "TypeForm",
        "AUTH_BYPASS",
        "A type that is not written as the EIP writes it. Another spelling has another hash, and readers that repair it disagree.",
    )
    cases = Refusals(
        file.group("refused: types of members", evm_sources(), "Types in no canonical form, and types nobody declares."),
        "TypeForm",
        [91],
    )
    for kind in (
        "uint",
        "int",
        "uint0",
        "uint7",
        "uint12",
        "uint264",
        "uint08",
        "uint 8",
        "int1",
        "int512",
        "bytes0",
        "bytes33",
        "bytes032",
        "",
        " uint8",
        "uint8 ",
        "uint8\t",
        "address payable",
        "mapping(address => uint8)",
        "uint8()",
    ):
        cases.refuse(f"`{kind}`", document({"T": [{"name": "v", "type": kind}]}), "typed_data_type_form")
    for kind in (
        "uint8[0]",
        "uint8[01]",
        "uint8[-1]",
        "uint8[+1]",
        "uint8[1.0]",
        "uint8[0x1]",
        "uint8[ ]",
        "uint8[",
        "uint8]",
        "uint8[]]",
        "uint8[][",
        "uint8[1]x",
        "[]uint8",
        "uint8[18446744073709551616]",
    ):
        cases.refuse(f"`{kind}`", document({"T": [{"name": "v", "type": kind}]}, {"v": [1]}), "typed_data_type_form")
    for kind in ("U", "U[]", "Uint8", "UINT8", "boolean", "byte", "function", "tuple", "fixed", "EIP712Domain", "any"):
        value = [1] if kind.endswith("]") else 1
        cases.refuse(
            f"`{kind}`, which nothing declares",
            document({"T": [{"name": "v", "type": kind}]}, {"v": value}),
            "typed_data_unknown_type",
        )
    cases.refuse(
        "a type that the message does not use refers to one that nothing declares",
        document({"T": "uint8 v", "U": "W w"}),
        "typed_data_unknown_type",
    )


def domain_types(file):
    file.note(
        "DomainType",
        "AUTH_BYPASS",
        "EIP712Domain lists other members than the domain has. One reader hashes the list, another the members: two digests.",
        ["https://github.com/circlefin/arc-node/issues/190"],
    )
    cases = Refusals(file.group("refused: domains", evm_sources(), "The domain, and the list of its members."), "DomainType", [88])

    def listed(comment, text):
        cases.refuse(
            comment, {**document(), "types": {"EIP712Domain": fields(text), "T": fields("uint8 v")}}, "typed_data_domain_type"
        )

    listed("an empty list, as one wallet inserts it", "")
    listed("the list lacks the chain", "string name,string version")
    listed(
        "the list has a contract that the domain has not", "string name,string version,uint256 chainId,address verifyingContract"
    )
    listed("the list is in another order", "string version,string name,uint256 chainId")
    listed("the chain as another type", "string name,string version,uint64 chainId")
    listed("the chain as an alias of its type", "string name,string version,uint chainId")
    listed("a member twice", "string name,string version,uint256 chainId,uint256 chainId")
    listed("a member of our own", "string name,string version,uint256 chainId,string extra")
    cases.refuse(
        "the list is no list",
        {**document(), "types": {"EIP712Domain": {}, "T": fields("uint8 v")}},
        ["typed_data_domain_type", "member_type"],
    )

    def domain(comment, reason, **changes):
        kept = {**DOMAIN, **changes}
        kinds = {
            "name": "string name",
            "version": "string version",
            "chainId": "uint256 chainId",
            "verifyingContract": "address verifyingContract",
            "salt": "bytes32 salt",
        }
        text = ",".join(kinds[name] for name in kinds if name in kept)
        cases.refuse(comment, {**document(domain=kept), "types": {"EIP712Domain": fields(text), "T": fields("uint8 v")}}, reason)

    domain("a member that the EIP does not know", "typed_data_unknown_member", chainid=1)
    domain("the chain in a network's name", "typed_data_integer", chainId="eip155:1")
    domain("a negative chain", "typed_data_range", chainId=-1)
    domain("chain 2^256", "typed_data_range", chainId=str(2**256))
    domain("a chain with a fraction", "typed_data_integer", chainId=1.5)
    domain("a chain that is null", "member_type", chainId=None)
    domain("a chain that is true", "member_type", chainId=True)
    domain("a name that is a number", "member_type", name=1)
    domain("a version that is a number", "member_type", version=1)
    domain("a contract with a wrong checksum", "address_checksum", verifyingContract="0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    domain("a contract without prefix", "address_prefix", verifyingContract=ANVIL0_ADDRESS[2:])
    domain("a contract that is a name", "address_prefix", verifyingContract="token.eth")
    domain("a salt of 31 bytes", "hex_length", salt=FULL_WORD[:-2])
    domain("a salt of 33 bytes", "hex_length", salt=FULL_WORD + "ff")
    domain("a salt that is text", "hex_prefix", salt="salt")


def members(file):
    file.note(
        "Members",
        "AUTH_BYPASS",
        "A member that the type lacks, or a value that the message lacks. What a wallet leaves out of the hash a person may have read; what it "
        "fills in with zeros nobody wrote.",
    )
    cases = Refusals(
        file.group("refused: members", evm_sources(), "Messages that have not exactly the members of their types."), "Members", [91]
    )
    point = {"T": "P p,P[] ps", "P": "uint8 x,uint8 y"}
    whole = {"p": {"x": 1, "y": 2}, "ps": [{"x": 1, "y": 2}]}
    cases.refuse("a member is missing", document(message={}), "member_missing")
    cases.refuse("a member is missing in a struct", document(point, {**whole, "p": {"x": 1}}), "member_missing")
    cases.refuse(
        "a member is missing in a struct of an array",
        document(point, {**whole, "ps": [{"x": 1, "y": 2}, {"y": 2}]}),
        "member_missing",
    )
    cases.refuse("a struct is missing", document(point, {"ps": []}), "member_missing")
    cases.refuse("a member in other case", document(message={"V": 1}), ["member_missing", "typed_data_unknown_member"])
    cases.refuse("a member that the type has not", document(message={"v": 1, "w": 2}), "typed_data_unknown_member")
    cases.refuse(
        "a member that the struct has not", document(point, {**whole, "p": {"x": 1, "y": 2, "z": 3}}), "typed_data_unknown_member"
    )
    cases.refuse(
        "a member that the struct of an array has not",
        document(point, {**whole, "ps": [{"x": 1, "y": 2, "z": 3}]}),
        "typed_data_unknown_member",
    )
    cases.refuse(
        "a member named __proto__",
        '{"types":{"T":[{"name":"v","type":"uint8"}]},"primaryType":"T","domain":{},"message":{"v":1,"__proto__":{}}}',
        "typed_data_unknown_member",
        [40],
    )
    for kind in ("uint8", "bool", "string", "bytes", "bytes4", "address", "P", "uint8[]"):
        types = {"T": f"{kind} v", "P": "uint8 x"}
        cases.refuse(f"null for {kind}", document(types, {"v": None}), "member_type")


def integers(file):
    file.note(
        "Integer",
        "EDGE_CASE",
        "Not a whole number, or one beyond the type. Readers that repair it sign something else than was shown.",
    )
    cases = Refusals(file.group("refused: integers", evm_sources(), "Values of integer types."), "Integer", [28])

    def range_(kind, value):
        cases.refuse(
            f"{json.dumps(value)} for {kind}" if len(str(value)) < 30 else f"a number beyond {kind} that begins {str(value)[:12]}",
            document({"T": f"{kind} v"}, {"v": value}),
            "typed_data_range",
        )

    for kind, value in (
        ("uint8", 256),
        ("uint8", "256"),
        ("uint8", "0x100"),
        ("uint8", -1),
        ("uint8", "-1"),
        ("uint16", 65536),
        ("uint40", 2**40),
        ("uint128", str(2**128)),
        ("uint248", str(2**248)),
        ("uint256", str(2**256)),
        ("uint256", "-1"),
        ("uint256", "0x1" + "00" * 32),
        ("uint256", "9" * 100),
        ("int8", 128),
        ("int8", -129),
        ("int8", "0xff"),
        ("int16", 32768),
        ("int64", str(2**63)),
        ("int128", str(-(2**127) - 1)),
        ("int256", str(2**255)),
        ("int256", str(-(2**255) - 1)),
        ("int256", str(-(2**256))),
        ("int256", "0x" + "ff" * 32),
    ):
        range_(kind, value)
    for comment, value in (
        ("empty text", ""),
        ("a space", " "),
        ("a space in front", " 1"),
        ("a space behind", "1 "),
        ("a plus sign", "+1"),
        ("a leading zero", "01"),
        ("two signs", "--1"),
        ("a sign alone", "-"),
        ("a fraction of zero", "1.0"),
        ("an exponent", "1e2"),
        ("a thousands comma", "1,000"),
        ("an underscore", "1_0"),
        ("binary", "0b1"),
        ("octal", "0o7"),
        ("hexadecimal without digits", "0x"),
        ("hexadecimal with a capital X", "0X1"),
        ("hexadecimal with a sign", "-0x1"),
        ("hexadecimal with a letter too many", "0xg"),
        ("hexadecimal without prefix", "ff"),
        ("fullwidth digits", "\uff11"),
        ("Arabic digits", "\u0661"),
        ("a word", "one"),
        ("infinity", "Infinity"),
        ("a number with its unit", "1n"),
    ):
        cases.refuse(f"text: {comment}", document({"T": "uint256 v"}, {"v": value}), "typed_data_integer")
    cases.refuse("text: minus zero", document({"T": "int256 v"}, {"v": "-0"}), "typed_data_integer")
    cases.refuse("text: minus and a leading zero", document({"T": "int256 v"}, {"v": "-01"}), "typed_data_integer")

    def literal(comment, number, reason):
        text = json.dumps(document({"T": "int256 v"}, {"v": 77777}), separators=(",", ":")).replace("77777", number)
        cases.refuse(f"JSON: {comment}", text, reason, [26])

    literal("a fraction", "1.5", "typed_data_integer")
    literal("a fraction of zero", "1.0", "typed_data_integer")
    literal("an exponent", "1e2", "typed_data_integer")
    literal("minus zero", "-0", "typed_data_integer")
    literal("2^53, which a double cannot tell from its neighbour", str(2**53), "json_number")
    literal("2^64", str(2**64), "json_number")
    literal("beyond a double", "1e400", "json_number")
    literal("a leading zero", "01", "json_syntax")
    literal("a plus sign", "+1", "json_syntax")
    literal("hexadecimal", "0x1", "json_syntax")
    for name, value in (("true", True), ("a list", [1]), ("an object", {})):
        cases.refuse(f"{name} for an integer", document({"T": "uint256 v"}, {"v": value}), "member_type")


def other_values(file):
    file.note(
        "Value", "EDGE_CASE", "A value that its type does not allow. Readers that coerce it sign something else than was shown."
    )
    cases = Refusals(file.group("refused: other values", evm_sources(), "Values of the other types."), "Value")

    def refuse(comment, kind, value, reason):
        cases.refuse(f"{kind}: {comment}", document({"T": f"{kind} v"}, {"v": value}), reason)

    for value in (0, 1, "true", "false", "", "0", [], {}):
        refuse(f"{json.dumps(value)}", "bool", value, "member_type")
    address = ANVIL0_ADDRESS
    for comment, value, reason in (
        ("wrong checksum", address[:-1] + "7", "address_checksum"),
        ("one letter in other case", "0xF" + address[3:], "address_checksum"),
        ("no prefix", address[2:], "address_prefix"),
        ("prefix with a capital X", "0X" + address[2:], "address_prefix"),
        ("empty", "", "address_prefix"),
        ("a name", "vitalik.eth", "address_prefix"),
        ("39 digits", address[:-1], "address_length"),
        ("41 digits", address + "0", "address_length"),
        ("a letter that is no digit", "0xg" + address[3:], "address_digit"),
        ("a number", 1, "member_type"),
        ("as a word", "0x" + "00" * 12 + address[2:], "address_length"),
    ):
        refuse(comment, "address", value, reason)
    for comment, value in (("a number", 1), ("true", True), ("a list", ["a"]), ("an object", {})):
        refuse(comment, "string", value, "member_type")
    for comment, value, reason in (
        ("no prefix", "deadbeef", "hex_prefix"),
        ("text", "hello", "hex_prefix"),
        ("empty", "", "hex_prefix"),
        ("prefix with a capital X", "0Xdeadbeef", "hex_prefix"),
        ("odd number of digits", "0xabc", "hex_length"),
        ("a letter that is no digit", "0xzz", "hex_digit"),
        ("a space in an even number of characters", "0xde a", "hex_digit"),
        ("a number", 1, "member_type"),
        ("a list of numbers", [222, 173], "member_type"),
    ):
        refuse(comment, "bytes", value, reason)
    for kind, size in (("bytes1", 1), ("bytes4", 4), ("bytes20", 20), ("bytes32", 32)):
        refuse("one byte too few", kind, "0x" + "ab" * (size - 1), "hex_length")
        refuse("one byte too many", kind, "0x" + "ab" * (size + 1), "hex_length")
    refuse("half a byte too few", "bytes32", FULL_WORD[:-1], "hex_length")
    refuse("text", "bytes32", "0x" + "zz" * 32, "hex_digit")
    refuse("a number", "bytes32", 0, "member_type")
    refuse("decimal text, as a nonce on Permit2", "bytes32", "1", "hex_prefix")
    for comment, value in (("text", "x"), ("a list", [1]), ("a number", 1)):
        cases.refuse(f"struct: {comment}", document({"T": "P v", "P": "uint8 x"}, {"v": value}), "member_type")


def arrays(file):
    file.note(
        "ArrayShape",
        "EDGE_CASE",
        "An array of another length or depth than its type. The length is not part of the hash of the values, so it has to be checked.",
    )
    cases = Refusals(file.group("refused: arrays", evm_sources(), "Arrays that do not fit their types."), "ArrayShape")

    def refuse(comment, kind, value, reason):
        cases.refuse(f"{kind}: {comment}", document({"T": f"{kind} v"}, {"v": value}), reason)

    refuse("one too few", "uint8[3]", [1, 2], "typed_data_array_length")
    refuse("one too many", "uint8[3]", [1, 2, 3, 4], "typed_data_array_length")
    refuse("none", "uint8[1]", [], "typed_data_array_length")
    refuse("inner one too few", "uint8[2][]", [[1, 2], [3]], "typed_data_array_length")
    refuse("outer one too few", "uint8[][2]", [[1, 2]], "typed_data_array_length")
    refuse("the two lengths exchanged", "uint8[2][3]", [[1, 2, 3], [4, 5, 6]], "typed_data_array_length")
    refuse("a value alone", "uint8[]", 1, "member_type")
    refuse("text", "uint8[]", "0x0102", "member_type")
    refuse("an object with numbers for names", "uint8[]", {"0": 1}, "member_type")
    refuse("one level too few", "uint8[][]", [1, 2], "member_type")
    refuse("one level too many", "uint8[]", [[1]], "member_type")
    refuse("a list for one value", "uint8", [1], "member_type")
    refuse("a member beyond its type", "uint8[]", [1, 256], "typed_data_range")
    refuse("a member that is null", "uint8[]", [1, None], "member_type")
    refuse("text among numbers", "bool[]", [True, "true"], "member_type")


def json_text(file):
    file.note(
        "Json", "AUTH_BYPASS", "Text that JSON readers disagree about: what a policy reads and what a wallet signs could differ."
    )
    cases = Refusals(file.group("refused: JSON text", evm_sources(), "Text that is no strict JSON."), "Json", [22])
    good = json.dumps(document(), separators=(",", ":"))
    twice = good.replace('"message":{"v":1}', '"message":{"v":1},"message":{"v":2}')
    cases.refuse("message twice", twice, "json_duplicate_key")
    cases.refuse("a member of the message twice", good.replace('{"v":1}', '{"v":1,"v":2}'), "json_duplicate_key")
    cases.refuse(
        "a member of the message twice, once escaped", good.replace('{"v":1}', '{"v":1,"\\u0076":2}'), "json_duplicate_key"
    )
    cases.refuse("a type twice", good.replace('"T":[{', '"T":[],"T":[{'), "json_duplicate_key")
    cases.refuse("a member of the domain twice", good.replace('"chainId":1', '"chainId":1,"chainId":2'), "json_duplicate_key")
    cases.refuse(
        "a name in the type list twice",
        good.replace('{"name":"v","type":"uint8"}', '{"name":"v","name":"w","type":"uint8"}'),
        "json_duplicate_key",
    )
    text = json.dumps(document({"T": "string v"}, {"v": "SURROGATE"}), separators=(",", ":"))
    cases.refuse("half a surrogate pair in text that is signed", text.replace("SURROGATE", "\\ud83d"), "json_surrogate", [21])
    cases.refuse(
        "the halves of a surrogate pair in the wrong order", text.replace("SURROGATE", "\\udcb5\\ud83d"), "json_surrogate", [21]
    )
    cases.refuse("a second document", good + good, "json_trailing", [23])
    cases.refuse("a byte behind", good + "]", "json_trailing", [23])
    cases.refuse("cut off", good[:-1], "json_end", [4])
    cases.refuse("empty", "", ["json_end", "empty"], [2])
    cases.refuse("a byte order mark in front", "\ufeff" + good, ["byte_order_mark", "json_syntax"], [20])
    cases.refuse("a comma behind the last member", good[:-1] + ",}", "json_syntax", [4])
    cases.refuse("a comment", good[:-1] + "/* */}", "json_syntax", [4])
    cases.refuse("names in single quotation marks", good.replace('"', "'"), "json_syntax", [4])
    cases.refuse("a raw line feed in text", text.replace("SURROGATE", "a\nb"), "json_syntax", [4])
    deep = document({"T": "uint8" + "[]" * 40 + " v"}, {"v": "DEEP"})
    cases.refuse(
        "40 levels of lists", json.dumps(deep, separators=(",", ":")).replace('"DEEP"', "[" * 40 + "]" * 40), "json_depth", [24]
    )
