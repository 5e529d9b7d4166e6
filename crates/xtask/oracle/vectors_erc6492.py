"""ERC-6492 wrappers: signatures of wallets that are not deployed yet."""

from eth_abi import decode

from evmfacts import KNOWN_SIGNATURES, SPEC_SIGNATURE, USDC_BASE_SEPOLIA, compact
from oracles import abi, evm_sources, keccak_of, outcome, published, raw, viem
from vectorlib import VectorFile

SUFFIX = "6492" * 16
FACTORY = "0x" + "44" * 20
INNER = KNOWN_SIGNATURES["EIP-3009 transfer"][1]
MAX_BYTES = 8192


def files():
    file = VectorFile(
        "evm/erc6492.json",
        "evm/erc6492",
        "The bytes of a signature, to what they look like: a `counterfactual` wrapper, abi.encode(address factory, bytes calldata, bytes inner) "
        "and 32 bytes 6492…6492, or `bare` bytes. A reader takes exactly what an encoder writes; what it believes about offsets and lengths "
        "it has compared with the bytes at hand. At most 8,192 bytes are read. `says` holds what viem and eth-abi make of the same bytes.",
    )
    wrappers(file)
    bare(file)
    malformed(file)
    sizes(file)
    return [file]


def wrap(factory, calldata, inner):
    body = abi(["address", "bytes", "bytes"], [factory, calldata, inner])
    whole = body + SUFFIX
    assert viem().ask("serializeErc6492Signature", factory=factory, factoryData=calldata, signature=inner) == whole
    return whole


def wrappers(file):
    group = file.group("wrappers", [published("ERC-6492", "final"), *evm_sources()], "What an encoder writes.")

    def accept(comment, factory, calldata, inner, rows=(99,), flags=()):
        whole = wrap(factory, calldata, inner)
        parsed = viem().ask("parseErc6492Signature", signature=whole)
        assert parsed["address"].lower() == factory.lower() and parsed.get("signature", "0x") == inner, parsed
        group.accept(
            comment,
            {"signature": whole},
            {"shape": "counterfactual", "factory": factory, "calldata": calldata, "inner": inner},
            flags,
            rows,
        )

    file.note(
        "Theft",
        "AUTH_BYPASS",
        "The factory is not a factory. The reader cannot know; a list of known factories, empty unless someone fills it, has to.",
    )
    accept("an exact payment's signature, a factory, four bytes of calldata", FACTORY, "0xdeadbeef", INNER)
    known = wrap(FACTORY, "0xdeadbeef", INNER)
    assert len(raw(known)) == 320 and known.startswith(
        "0x" + "00" * 12 + "44" * 20 + "00" * 31 + "60" + "00" * 31 + "a0" + "00" * 31 + "04deadbeef"
    )
    for size in (0, 31, 32, 33, 1000):
        accept(f"{size} bytes of calldata", FACTORY, "0x" + "c5" * size, INNER)
    for size in (0, 1, 32, 64, 66, 97, 1000):
        accept(f"{size} bytes of inner signature", FACTORY, "0xdeadbeef", "0x" + "51" * size, [99, 102])
    accept("compact inner signature", FACTORY, "0xdeadbeef", compact(SPEC_SIGNATURE), [99, 102])
    accept("neither calldata nor inner signature", FACTORY, "0x", "0x")
    accept("zero factory", "0x" + "00" * 20, "0xdeadbeef", INNER, [97], ["Theft"])
    transfer = "0xa9059cbb" + "00" * 12 + "66" * 20 + f"{10**12:064x}"
    accept("the factory is a token and the calldata a transfer", USDC_BASE_SEPOLIA, transfer, INNER, [97], ["Theft"])
    accept("calldata that ends in the suffix", FACTORY, "0x" + SUFFIX, INNER)


def bare(file):
    file.note(
        "NoWrapper",
        "EDGE_CASE",
        "The suffix is not at the very end, or not whole: the bytes are no wrapper and mean whatever they mean otherwise.",
    )
    group = file.group("bare", evm_sources(), "Bytes that are no wrapper.")
    body = wrap(FACTORY, "0xdeadbeef", INNER)[: -len(SUFFIX)]

    def accept(comment, signature, flags=("NoWrapper",), rows=(98,)):
        assert not viem().ask("isErc6492Signature", signature=signature)
        group.accept(comment, {"signature": signature}, {"shape": "bare"}, flags, rows)

    accept("a key's signature", SPEC_SIGNATURE, (), [102])
    accept("a compact signature", compact(SPEC_SIGNATURE), (), [102])
    accept("nothing, which some contract wallets accept", "0x", (), [102])
    accept("97 bytes of a contract wallet", "0x" + "77" * 97, (), [102])
    accept("the wrapper without its suffix", body)
    accept("a zero byte behind the suffix", body + SUFFIX + "00")
    accept("the suffix in front", "0x" + SUFFIX + body[2:])
    accept("the suffix in the middle", body[:130] + SUFFIX + body[130:])
    accept("one bit of the suffix differs", body + SUFFIX[:-1] + "3")
    accept("one byte of the suffix is missing", body + SUFFIX[:-2])
    accept("the suffix one byte off", body + SUFFIX[2:] + "64")
    label = keccak_of(b"erc6492.invalid.signature")[2:]
    accept("the hash of the label that some comments take the suffix for", body + label)


def malformed(file):
    file.note(
        "Layout",
        "DENIAL_OF_SERVICE",
        "The suffix is there and the rest is not what an encoder writes. ABI decoders follow offsets wherever they point; a reader that "
        "believes them reads one field twice, or gigabytes.",
        ["https://eips.ethereum.org/EIPS/eip-6492"],
    )
    file.note("Nested", "DENIAL_OF_SERVICE", "A wrapper inside a wrapper.")
    group = file.group("malformed", evm_sources(), "Bytes that end in the suffix and are no wrapper.")

    def reject(comment, signature, reason, flags=("Layout",), rows=(98,)):
        group.reject(comment, {"signature": signature}, reason, flags, rows, says(signature))

    whole = wrap(FACTORY, "0xdeadbeef", INNER)
    words = [whole[2:][start : start + 64] for start in range(0, len(whole) - 2 - 64, 64)]

    def with_word(index, value):
        changed = list(words)
        changed[index] = value if isinstance(value, str) else f"{value:064x}"
        return "0x" + "".join(changed) + SUFFIX

    def only(count, tail=""):
        return "0x" + "".join(words[:count]) + tail + SUFFIX

    reject("the suffix and nothing else", "0x" + SUFFIX, "erc6492_truncated")
    reject("a byte and the suffix", "0x00" + SUFFIX, "erc6492_truncated")
    reject("the suffix twice", "0x" + SUFFIX * 2, ["erc6492_truncated", "erc6492_factory"])
    reject("a key's signature and the suffix", SPEC_SIGNATURE + SUFFIX, ["erc6492_truncated", "erc6492_factory", "erc6492_offset"])
    reject("the factory only", only(1), "erc6492_truncated")
    reject("factory and one offset", only(2), "erc6492_truncated")
    reject("factory and offsets", only(3), ["erc6492_truncated", "erc6492_offset"])
    reject("ends after the length of the calldata", only(4), ["erc6492_truncated", "erc6492_field_length"])
    reject("ends after the calldata", only(5), ["erc6492_truncated", "erc6492_offset"])
    reject("ends after the length of the inner signature", only(6), ["erc6492_truncated", "erc6492_field_length"])
    reject("ends inside the inner signature", only(8), ["erc6492_truncated", "erc6492_field_length"])
    reject("ends inside the last padding", only(8, words[8][:10]), "erc6492_truncated")
    reject("the last padding is missing", only(8, words[8][:2]), "erc6492_truncated")
    reject("a factory of 21 bytes", with_word(0, "00" * 11 + "01" + "44" * 20), "erc6492_factory")
    reject("a factory of 32 bytes", with_word(0, "44" * 32), "erc6492_factory")
    for comment, value in (
        ("0, at the factory", 0),
        ("32, at itself", 32),
        ("64, at the other offset", 64),
        ("95, one byte early", 95),
        ("97, one byte late", 97),
        ("128, at the calldata itself", 128),
        ("160, at the inner signature", 160),
        ("beyond the end", 100000),
        ("2^32 + 96", 2**32 + 96),
        ("2^64 + 96", 2**64 + 96),
        ("2^256 - 1", 2**256 - 1),
    ):
        reject(f"the calldata's offset is {comment}", with_word(1, value), "erc6492_offset")
    for comment, value in (
        ("0", 0),
        ("96, at the calldata: two fields overlap", 96),
        ("159, one byte early", 159),
        ("161, one byte late", 161),
        ("192, at the signature itself", 192),
        ("2^255", 2**255),
        ("2^256 - 32", 2**256 - 32),
    ):
        reject(f"the inner signature's offset is {comment}", with_word(2, value), "erc6492_offset")
    swapped = [words[0], f"{96 + 128:064x}", f"{96:064x}", *words[5:9], words[3], words[4]]
    reject("the fields in the other order, which decoders accept", "0x" + "".join(swapped) + SUFFIX, "erc6492_offset")
    gap = [words[0], f"{128:064x}", f"{192:064x}", "00" * 32, *words[3:]]
    reject("a gap before the calldata, which decoders accept", "0x" + "".join(gap) + SUFFIX, "erc6492_offset")
    tuple_ = ["00" * 31 + "20", *words]
    reject("encoded as one tuple, with an offset in front", "0x" + "".join(tuple_) + SUFFIX, ["erc6492_offset", "erc6492_factory"])
    packed = "0x" + "44" * 20 + "deadbeef" + INNER[2:] + SUFFIX
    reject("packed instead of encoded", packed, ["erc6492_truncated", "erc6492_factory", "erc6492_offset"])
    for comment, value in (
        ("2^16", 2**16),
        ("2^32 - 1", 2**32 - 1),
        ("2^32", 2**32),
        ("2^63", 2**63),
        ("2^64", 2**64),
        ("2^256 - 1", 2**256 - 1),
    ):
        reject(f"the calldata claims {comment} bytes", with_word(3, value), "erc6492_field_length")
        reject(f"the inner signature claims {comment} bytes", with_word(5, value), "erc6492_field_length")
    reject("the calldata claims all the rest", with_word(3, 160), ["erc6492_offset", "erc6492_padding"])
    reject("the calldata claims one byte less, so its padding is not zero", with_word(3, 3), "erc6492_padding")
    reject("the inner signature claims one byte less", with_word(5, 64), ["erc6492_trailing", "erc6492_padding"])
    reject(
        "the inner signature claims one byte more: zero padding becomes signature",
        with_word(5, 97),
        ["erc6492_field_length", "erc6492_trailing"],
    )
    reject("padding of the calldata is not zero", with_word(4, words[4][:-2] + "01"), "erc6492_padding")
    reject("padding of the inner signature is not zero", with_word(8, words[8][:-2] + "ff"), "erc6492_padding")
    reject("a zero word behind the last field", only(9, "00" * 32), "erc6492_trailing")
    reject("a byte behind the last field", only(9, "01"), "erc6492_trailing")
    reject("a wrapper inside a wrapper", wrap(FACTORY, "0xdeadbeef", whole), "erc6492_nested", ["Nested"])
    reject("the inner signature is the suffix alone", wrap(FACTORY, "0x", "0x" + SUFFIX), "erc6492_nested", ["Nested"])
    reject("no prefix", whole[2:], "signature_prefix")
    reject("an odd number of digits", whole[:-1], "signature_length")
    reject("a letter that is no digit", "0xz" + whole[3:], "signature_digit")


def sizes(file):
    file.note("Size", "DENIAL_OF_SERVICE", "Around the most bytes that are read.")
    group = file.group("sizes", evm_sources(), "Wrappers around the limit of 8,192 bytes.")
    head = len(raw(wrap(FACTORY, "0x", "0x")))
    room = MAX_BYTES - head
    for comment, calldata, inner in (("all of it calldata", room, 0), ("all of it inner signature", 0, room)):
        whole = wrap(FACTORY, "0x" + "c5" * calldata, "0x" + "51" * inner)
        assert len(raw(whole)) == MAX_BYTES
        expected = {"shape": "counterfactual", "factory": FACTORY, "calldata": "0x" + "c5" * calldata, "inner": "0x" + "51" * inner}
        group.accept(f"8,192 bytes, {comment}", {"signature": whole}, expected, ["Size"], [98])
    too_large = ["signature_too_large", "erc6492_too_large"]
    whole = wrap(FACTORY, "0x" + "c5" * (room + 1), "0x")
    group.reject("one word more", {"signature": whole}, too_large, ["Size"], [98], says(whole))
    group.accept("8,192 bytes of anything", {"signature": "0x" + "ab" * MAX_BYTES}, {"shape": "bare"}, ["Size"], [80])
    group.reject("8,193 bytes of anything", {"signature": "0x" + "ab" * (MAX_BYTES + 1)}, too_large, ["Size"], [80])


def says(signature):
    def by_viem():
        parsed = viem().ask("parseErc6492Signature", signature=signature)
        return f"inner of {len(raw(parsed.get('signature', '0x')))} bytes"

    def by_eth_abi():
        _, _, inner = decode(["address", "bytes", "bytes"], raw(signature)[:-32])
        return f"inner of {len(inner)} bytes"

    return {"viem": outcome(by_viem) or "refuses", "eth-abi": outcome(by_eth_abi) or "refuses"}
