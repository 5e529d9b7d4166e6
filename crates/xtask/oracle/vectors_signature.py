"""Signature bytes: which are accepted, whose they are, and which of the many other spellings are refused."""

from base64 import b64encode

from evmfacts import (
    ANVIL0,
    ANVIL0_ADDRESS,
    FULL_WORD,
    KNOWN_SIGNATURES,
    SPEC_DIGEST,
    SPEC_FROM,
    SPEC_SIGNATURE,
    ZERO_WORD,
    N,
    P,
    compact,
    high_twin,
    join,
    on_curve,
    split,
)
from oracles import abi, evm_sources, personal_hash, published, recover, says_of_recovery, sign_digest, sign_personal
from vectorlib import VectorFile

HALF = N // 2
G_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798
# An arbitrary digest for signatures that are numbers chosen by hand instead of made with a key.
DIGEST = "0x" + "5a" * 32


def files():
    file = VectorFile(
        "evm/signature.json",
        "evm/signature",
        "Signature text and a digest, to the signer. `form` says which contract reads the signature: `eip3009` takes 65 bytes only, "
        "`permit2` also takes the 64 of EIP-2098. `canonical` is the one 65-byte spelling, by which a payment is remembered. `says` holds "
        "what eth-account and viem do with the same bytes where they can be asked.",
    )
    genuine(file)
    recovery_byte(file)
    lengths(file)
    ranges(file)
    exotic_points(file)
    compact_form(file)
    high_s(file)
    bit_flips(file)
    texts(file)
    return [file]


class Signatures:
    def __init__(self, group, form="eip3009"):
        self.group, self.form = group, form

    def accept(self, comment, digest, signature, canonical=None, signer=None, form=None, flags=(), rows=()):
        canonical = canonical or signature.lower()
        found = recover(digest, canonical)
        assert signer in (None, found), f"{comment}: recovers {found}"
        says = None if canonical == signature.lower() else says_of_recovery(digest, signature)
        self.group.accept(
            comment, case(digest, signature, form or self.form), {"signer": found, "canonical": canonical}, flags, rows, says
        )

    def reject(self, comment, digest, signature, reason, form=None, flags=(), rows=()):
        says = says_of_recovery(digest, signature) if is_hex(signature) else None
        self.group.reject(comment, case(digest, signature, form or self.form), reason, flags, rows, says)


def case(digest, signature, form):
    return {"digest": digest, "signature": signature, "form": form}


def is_hex(text):
    try:
        return text.startswith("0x") and text.isascii() and len(bytes.fromhex(text[2:])) <= 8192 and " " not in text
    except ValueError:
        return False


def genuine(file):
    group = file.group(
        "genuine",
        [published("x402 specification, exact scheme on EVM, example", "2026-06-16"), *evm_sources()],
        "Signatures of the messages that the protocol uses.",
    )
    cases = Signatures(group)
    cases.accept("the specification's example", SPEC_DIGEST, SPEC_SIGNATURE, signer=SPEC_FROM, rows=[73])
    for name, (digest, signature) in KNOWN_SIGNATURES.items():
        assert sign_digest(ANVIL0, digest) == signature
        form = "permit2" if "Permit2" in name else "eip3009"
        cases.accept(f"{name}, first test key", digest, signature, signer=ANVIL0_ADDRESS, form=form)
    cases.accept(
        "the specification's example, read as Permit2 reads", SPEC_DIGEST, SPEC_SIGNATURE, signer=SPEC_FROM, form="permit2"
    )
    upper = "0x" + SPEC_SIGNATURE[2:].upper()
    cases.accept("digits in upper case: the same signature", SPEC_DIGEST, upper, SPEC_SIGNATURE, SPEC_FROM, rows=[118])


def recovery_byte(file):
    file.note(
        "RecoveryByte",
        "SIGNATURE_MALLEABILITY",
        "The last byte is not 27 or 28. Libraries read 0 and 1, and some any byte from 35 up; token contracts refuse them, so a payment that "
        "such a library lets through reverts on chain.",
    )
    group = file.group("recovery byte", evm_sources(), "The specification's example with each other last byte.")
    cases = Signatures(group)
    r, s, _ = split(SPEC_SIGNATURE)
    cases.accept(
        "27, the other parity: another signer",
        SPEC_DIGEST,
        join(r, s, 27),
        signer="0xDD0ad8dB4197F1b22a5296bEE6d1177503ceee45",
        rows=[74],
    )
    for v, comment in (
        (0, "0: even parity without the offset"),
        (1, "1: odd parity without the offset"),
        (2, "2: the x-coordinate beyond the order, without the offset"),
        (3, "3: the same, odd"),
        (4, "4"),
        (26, "26: one too few"),
        (29, "29: the x-coordinate beyond the order"),
        (30, "30: the same, odd"),
        (31, "31: even, as Bitcoin marks compressed keys"),
        (32, "32: odd, as Bitcoin marks compressed keys"),
        (34, "34"),
        (35, "35: EIP-155 for chain 0, even"),
        (36, "36: EIP-155 for chain 0, odd"),
        (37, "37: EIP-155 for chain 1, even"),
        (38, "38: EIP-155 for chain 1, odd"),
        (55, "55: 27 + 28"),
        (100, "100"),
        (127, "127: the highest with a clear top bit"),
        (128, "128"),
        (155, "155: 27 with the top bit set"),
        (156, "156: 28 with the top bit set"),
        (255, "255"),
    ):
        cases.reject(
            comment, SPEC_DIGEST, join(r, s, v), "signature_recovery_id", flags=["RecoveryByte"], rows=[77 if v < 2 else 78]
        )
    for v in (0, 1):
        cases.reject(
            f"{v}, as Permit2 reads", SPEC_DIGEST, join(r, s, v), "signature_recovery_id", "permit2", ["RecoveryByte"], [77]
        )
    eip155 = SPEC_SIGNATURE[:-2] + f"{84532 * 2 + 36:06x}"
    cases.reject("EIP-155 for chain 84532, three bytes", SPEC_DIGEST, eip155, "signature_length", flags=["RecoveryByte"], rows=[78])
    cases.reject(
        "v in a whole word, as the ABI encodes it", SPEC_DIGEST, f"0x{r:064x}{s:064x}{28:064x}", "signature_length", rows=[80]
    )
    cases.reject("v first", SPEC_DIGEST, f"0x1c{r:064x}{s:064x}", "signature_recovery_id", flags=["RecoveryByte"], rows=[78])


def lengths(file):
    file.note(
        "Length",
        "EDGE_CASE",
        "Not the number of bytes that the contract at the end reads. Contract wallets have such signatures; keys do not.",
    )
    group = file.group("lengths", evm_sources(), "The specification's example shortened and lengthened.")
    cases = Signatures(group)
    whole = SPEC_SIGNATURE[2:]
    for size in (0, 1, 32, 63, 64, 66, 96, 97, 129, 1024):
        text = "0x" + (whole * 20)[: 2 * size]
        cases.reject(f"{size} bytes", SPEC_DIGEST, text, "signature_length", flags=["Length"], rows=[80])
    for size in (0, 63, 66, 128):
        text = "0x" + (whole * 20)[: 2 * size]
        cases.reject(f"{size} bytes, as Permit2 reads", SPEC_DIGEST, text, "signature_length", "permit2", ["Length"], [80])
    cases.reject("a zero byte in front", SPEC_DIGEST, "0x00" + whole, "signature_length", flags=["Length"], rows=[80])
    cases.reject("a zero byte behind", SPEC_DIGEST, SPEC_SIGNATURE + "00", "signature_length", flags=["Length"], rows=[80])
    cases.reject("twice", SPEC_DIGEST, "0x" + whole * 2, "signature_length", flags=["Length"], rows=[80])
    der = "0x3044" + "0220" + whole[:64] + "0220" + whole[64:128]
    cases.reject("DER, as other protocols write signatures", SPEC_DIGEST, der, "signature_length", flags=["Length"], rows=[80])
    wrapped = abi(["address", "bytes", "bytes"], ["0x" + "44" * 20, "0xdeadbeef", SPEC_SIGNATURE]) + "6492" * 16
    cases.reject("inside an ERC-6492 wrapper", SPEC_DIGEST, wrapped, "signature_length", flags=["Length"], rows=[80, 99])


def ranges(file):
    file.note("Range", "EDGE_CASE", "r or s outside 1 to n - 1.", ["https://www.secg.org/sec1-v2.pdf"])
    group = file.group("ranges of r and s", evm_sources(), "Numbers at and beyond the ends of their ranges.")
    cases = Signatures(group)
    r, s, v = split(SPEC_SIGNATURE)
    for comment, number in (
        ("0", 0),
        ("n", N),
        ("n + 1", N + 1),
        ("n + the number it was", None),
        ("the field prime", P),
        ("2^256 - 1", 2**256 - 1),
    ):
        if number is not None or r + N < 2**256:
            cases.reject(
                f"r = {comment}",
                SPEC_DIGEST,
                join(r + N if number is None else number, s, v),
                "signature_r_range",
                flags=["Range"],
                rows=[81],
            )
        if number is not None or s + N < 2**256:
            cases.reject(
                f"s = {comment}",
                SPEC_DIGEST,
                join(r, s + N if number is None else number, v),
                "signature_s_range",
                flags=["Range"],
                rows=[81],
            )
    cases.reject(
        "everything zero",
        SPEC_DIGEST,
        "0x" + "00" * 65,
        ["signature_recovery_id", "signature_r_range"],
        flags=["Range"],
        rows=[81, 82],
    )
    cases.reject(
        "r and s zero", SPEC_DIGEST, join(0, 0, 27), ["signature_r_range", "signature_s_range"], flags=["Range"], rows=[81, 82]
    )
    cases.reject("r zero and s one", SPEC_DIGEST, join(0, 1, 27), "signature_r_range", flags=["Range"], rows=[81])
    cases.reject("r one and s zero", SPEC_DIGEST, join(1, 0, 27), "signature_s_range", flags=["Range"], rows=[81])
    cases.reject(
        "r and s equal to n", SPEC_DIGEST, join(N, N, 28), ["signature_r_range", "signature_s_range"], flags=["Range"], rows=[81]
    )
    cases.reject("s = n, as Permit2 reads", SPEC_DIGEST, join(r, N, v), "signature_s_range", "permit2", ["Range"], [81])
    cases.reject("s = n - 1, the highest high one", SPEC_DIGEST, join(r, N - 1, v), "signature_high_s", flags=["Range"], rows=[76])
    cases.reject(
        "s = (n + 1) / 2, the lowest high one", SPEC_DIGEST, join(r, HALF + 1, v), "signature_high_s", flags=["Range"], rows=[76]
    )
    cases.accept("s = (n - 1) / 2, the highest low one", SPEC_DIGEST, join(r, HALF, v), flags=["Range"], rows=[76])
    cases.accept("s = 1", SPEC_DIGEST, join(r, 1, v), flags=["Range"], rows=[81])


def exotic_points(file):
    file.note(
        "Point",
        "EDGE_CASE",
        "r is the x-coordinate of a chosen point, or of none. Contracts read r as the x-coordinate itself, never as the x-coordinate less n.",
    )
    file.note("Digest", "EDGE_CASE", "A digest that is no smaller than the order counts as its remainder.")
    group = file.group("points and digests", evm_sources(), "Numbers that no signer would produce.")
    cases = Signatures(group)
    for x in (1, 2, 3, 4, 5, 6, 7, 8):
        if on_curve(x):
            cases.accept(f"r = {x}, even", DIGEST, join(x, 1, 27), flags=["Point"], rows=[81])
        else:
            cases.reject(
                f"r = {x}, no point has it", DIGEST, join(x, 1, 27), "signature_not_recoverable", flags=["Point"], rows=[81]
            )
    cases.accept("r = 1, odd", DIGEST, join(1, 1, 28), flags=["Point"], rows=[81])
    top = next(x for x in range(N - 1, 0, -1) if on_curve(x))
    cases.accept(f"r = n - {N - top}, the highest that is a point", DIGEST, join(top, 1, 27), flags=["Point"], rows=[81])
    bare = next(x for x in range(N - 1, 0, -1) if not on_curve(x))
    cases.reject(
        f"r = n - {N - bare}, no point has it", DIGEST, join(bare, 1, 28), "signature_not_recoverable", flags=["Point"], rows=[81]
    )
    beyond = [x for x in range(N, N + 40) if on_curve(x)]
    both = next(x for x in beyond if x > N and on_curve(x - N))
    only = next(x for x in beyond if x > N and not on_curve(x - N))
    for parity in (27, 28):
        cases.accept(
            f"r = {both - N}, where r + n is a point as well: r itself is read ({parity})",
            DIGEST,
            join(both - N, 7, parity),
            flags=["Point"],
            rows=[81],
        )
        cases.reject(
            f"r = {only - N}, where only r + n is a point ({parity})",
            DIGEST,
            join(only - N, 7, parity),
            "signature_not_recoverable",
            flags=["Point"],
            rows=[81],
        )
    cases.reject(
        "r = p - n, the first that has no second x-coordinate, with s = 0",
        DIGEST,
        join(P - N, 0, 27),
        "signature_s_range",
        flags=["Point"],
        rows=[81],
    )
    near = next(x for x in range(P - N, P - N + 40) if on_curve(x))
    cases.accept(
        f"r = p - n + {near - (P - N)}, just beyond the second x-coordinates", DIGEST, join(near, 1, 27), flags=["Point"], rows=[81]
    )
    small = "0x" + format(12345, "064x")
    cases.reject(
        "the key would be the point at infinity",
        small,
        join(G_X, 12345, 27),
        "signature_not_recoverable",
        flags=["Point"],
        rows=[81],
    )
    cases.accept("the same with the other parity", small, join(G_X, 12345, 28), flags=["Point"], rows=[81])
    r, s, v = split(SPEC_SIGNATURE)
    for comment, digest in (
        ("zero digest", ZERO_WORD),
        ("digest 1", "0x" + format(1, "064x")),
        ("digest n - 1", f"0x{N - 1:064x}"),
        ("digest n, which counts as 0", f"0x{N:064x}"),
        ("digest n + 1, which counts as 1", f"0x{N + 1:064x}"),
        ("digest 2^256 - 1", FULL_WORD),
    ):
        cases.accept(comment, digest, join(r, s, v), flags=["Digest"])
    assert recover(ZERO_WORD, SPEC_SIGNATURE) == recover(f"0x{N:064x}", SPEC_SIGNATURE)


def compact_form(file):
    file.note(
        "Compact",
        "SIGNATURE_MALLEABILITY",
        "The 64 bytes of EIP-2098. Permit2 reads them; token contracts do not. They stand for the same signature as the 65 bytes.",
        ["https://eips.ethereum.org/EIPS/eip-2098"],
    )
    group = file.group("EIP-2098", [published("EIP-2098, test cases", "final"), *evm_sources()], "Compact signatures.")
    cases = Signatures(group, "permit2")
    key = "0x1234567890123456789012345678901234567890123456789012345678901234"
    for text, known in (
        (
            "Hello World",
            "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064",
        ),
        (
            "It's a small(er) world",
            "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
        ),
    ):
        digest, full = personal_hash(text.encode()), sign_personal(key, text.encode())
        assert compact(full) == known, text
        cases.accept(f"the EIP's test case `{text}`", digest, known, full, flags=["Compact"], rows=[79])
        cases.reject(f"the EIP's test case `{text}`, for a token", digest, known, "signature_length", "eip3009", ["Compact"], [79])
    for name in ("exact Permit2", "upto Permit2", "batch deposit through Permit2"):
        digest, full = KNOWN_SIGNATURES[name]
        cases.accept(
            f"{name}: the same signer and identity as 65 bytes",
            digest,
            compact(full),
            full,
            ANVIL0_ADDRESS,
            flags=["Compact"],
            rows=[79, 118],
        )
    cases.accept(
        "the specification's example", SPEC_DIGEST, compact(SPEC_SIGNATURE), SPEC_SIGNATURE, SPEC_FROM, flags=["Compact"], rows=[79]
    )
    cases.reject(
        "the specification's example, for a token",
        SPEC_DIGEST,
        compact(SPEC_SIGNATURE),
        "signature_length",
        "eip3009",
        ["Compact"],
        [79],
    )
    r, s, _ = split(SPEC_SIGNATURE)

    def word(number):
        return f"{number:064x}"

    odd = 1 << 255
    cases.accept("s = (n - 1) / 2, even", SPEC_DIGEST, "0x" + word(r) + word(HALF), join(r, HALF, 27), flags=["Compact"], rows=[79])
    cases.accept(
        "s = (n - 1) / 2, odd", SPEC_DIGEST, "0x" + word(r) + word(HALF | odd), join(r, HALF, 28), flags=["Compact"], rows=[79]
    )
    cases.accept("s = 1, odd", SPEC_DIGEST, "0x" + word(r) + word(1 | odd), join(r, 1, 28), flags=["Compact"], rows=[79])
    cases.accept(
        "the parity bit flipped: another signer",
        SPEC_DIGEST,
        "0x" + word(r) + word(s),
        join(r, s, 27),
        flags=["Compact"],
        rows=[74],
    )
    cases.reject(
        "s = (n + 1) / 2, the lowest high one",
        SPEC_DIGEST,
        "0x" + word(r) + word(HALF + 1),
        "signature_high_s",
        flags=["Compact"],
        rows=[76],
    )
    cases.reject(
        "s = 2^255 - 1, the highest that fits, odd",
        SPEC_DIGEST,
        "0x" + word(r) + word(2**256 - 1),
        "signature_high_s",
        flags=["Compact"],
        rows=[76],
    )
    cases.reject(
        "s = 0 with the parity bit", SPEC_DIGEST, "0x" + word(r) + word(odd), "signature_s_range", flags=["Compact"], rows=[81]
    )
    cases.reject("s = 0", SPEC_DIGEST, "0x" + word(r) + word(0), "signature_s_range", flags=["Compact"], rows=[81])
    cases.reject("r = 0", SPEC_DIGEST, "0x" + word(0) + word(s), "signature_r_range", flags=["Compact"], rows=[81])
    cases.reject("r = n", SPEC_DIGEST, "0x" + word(N) + word(s), "signature_r_range", flags=["Compact"], rows=[81])
    cases.reject(
        "r = 5, no point has it", SPEC_DIGEST, "0x" + word(5) + word(s), "signature_not_recoverable", flags=["Compact"], rows=[81]
    )
    cases.reject(
        "65 bytes whose s has the parity bit as well",
        SPEC_DIGEST,
        "0x" + word(r) + word(s | odd) + "1c",
        "signature_high_s",
        flags=["Compact"],
        rows=[79],
    )


def high_s(file):
    file.note(
        "HighS",
        "SIGNATURE_MALLEABILITY",
        "s and n - s both satisfy the equation. Libraries recover either; token contracts refuse the high one, and two spellings of one "
        "payment would have two identities. eth-account and viem accept all of these.",
    )
    group = file.group("high s", evm_sources(), "The high twins of genuine signatures.")
    cases = Signatures(group)
    for name, (digest, signature) in {"the specification's example": (SPEC_DIGEST, SPEC_SIGNATURE), **KNOWN_SIGNATURES}.items():
        twin = high_twin(signature)
        assert recover(digest, twin) == recover(digest, signature)
        form = "permit2" if "Permit2" in name else "eip3009"
        cases.reject(f"{name}: twin", digest, twin, "signature_high_s", form, ["HighS"], [76])
    r, s, v = split(SPEC_SIGNATURE)
    cases.reject(
        "the specification's example: twin with the parity left as it was",
        SPEC_DIGEST,
        join(r, N - s, v),
        "signature_high_s",
        flags=["HighS"],
        rows=[76],
    )
    cases.reject(
        "twin with v = 0",
        SPEC_DIGEST,
        join(r, N - s, 0),
        ["signature_recovery_id", "signature_high_s"],
        flags=["HighS"],
        rows=[76, 77],
    )


def bit_flips(file):
    file.note("Flip", "AUTH_BYPASS", "One bit differs from the specification's example: never its signer again.")
    group = file.group(
        "bit flips",
        evm_sources(),
        "One bit of the digest or the signature changed. Where another key's signature comes out, the signer says whose.",
    )
    cases = Signatures(group)
    r, s, v = split(SPEC_SIGNATURE)

    def flip(comment, digest, signature):
        number = split(signature)
        if number[2] not in (27, 28):
            return cases.reject(comment, digest, signature, "signature_recovery_id", flags=["Flip"], rows=[74])
        if not 0 < number[0] < N:
            return cases.reject(comment, digest, signature, "signature_r_range", flags=["Flip"], rows=[74])
        if number[1] > HALF:
            return cases.reject(comment, digest, signature, "signature_high_s", flags=["Flip"], rows=[74])
        if not on_curve(number[0]):
            return cases.reject(comment, digest, signature, "signature_not_recoverable", flags=["Flip"], rows=[74])
        assert recover(digest, signature) != SPEC_FROM
        return cases.accept(comment, digest, signature, flags=["Flip"], rows=[74])

    for bit in (0, 1, 7, 8, 127, 128, 248, 255):
        flip(f"bit {bit} of the digest", f"0x{int(SPEC_DIGEST, 16) ^ 1 << bit:064x}", SPEC_SIGNATURE)
    for bit in (0, 1, 2, 3, 8, 127, 128, 254, 255):
        flip(f"bit {bit} of r", SPEC_DIGEST, join(r ^ 1 << bit, s, v))
    for bit in (0, 1, 8, 127, 128, 254, 255):
        flip(f"bit {bit} of s", SPEC_DIGEST, join(r, s ^ 1 << bit, v))
    for bit in range(8):
        flip(f"bit {bit} of v", SPEC_DIGEST, join(r, s, v ^ 1 << bit))
    flip("r and s exchanged", SPEC_DIGEST, join(s, r, v))
    flip("bytes of r in reverse", SPEC_DIGEST, join(int.from_bytes(r.to_bytes(32, "little")), s, v))


def texts(file):
    file.note(
        "Text",
        "EDGE_CASE",
        "The text is not 0x and hexadecimal digits. Trimming or guessing would give one payment several spellings.",
    )
    group = file.group("text", evm_sources(), "The specification's example in other writing.")
    cases = Signatures(group)
    whole = SPEC_SIGNATURE[2:]
    for comment, text, reason in (
        ("empty text", "", "signature_prefix"),
        ("no prefix", whole, "signature_prefix"),
        ("prefix with a capital X", "0X" + whole, "signature_prefix"),
        ("a space in front", " " + SPEC_SIGNATURE, "signature_prefix"),
        ("a space behind", SPEC_SIGNATURE + " ", "signature_length"),
        ("a line feed behind", SPEC_SIGNATURE + "\n", "signature_length"),
        ("prefix twice", "0x0x" + whole, "signature_length"),
        ("prefix twice in the right length", "0x0x" + whole[2:], "signature_digit"),
        ("an odd number of digits, one too few", SPEC_SIGNATURE[:-1], "signature_length"),
        ("an odd number of digits, one too many", SPEC_SIGNATURE + "0", "signature_length"),
        ("the letter g", "0xg" + whole[1:], "signature_digit"),
        ("the letter O for a zero", "0xO" + whole[1:], "signature_digit"),
        ("a colon between two bytes", "0x" + whole[:2] + ":" + whole[3:], "signature_digit"),
        ("an underscore", "0x" + whole[:2] + "_" + whole[3:], "signature_digit"),
        ("a sign", "0x+" + whole[1:], "signature_digit"),
        ("a space inside, in the right length", "0x" + whole[:64] + " " + whole[65:], "signature_digit"),
        ("a fullwidth digit, in the right number of bytes", "0x\uff12" + whole[3:], "signature_digit"),
        ("a zero byte inside", "0x\u0000" + whole[1:], "signature_digit"),
        ("the base64 of the bytes", b64encode(bytes.fromhex(whole)).decode(), "signature_prefix"),
    ):
        cases.reject(comment, SPEC_DIGEST, text, reason, flags=["Text"], rows=[80])
