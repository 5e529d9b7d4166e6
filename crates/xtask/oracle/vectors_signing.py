"""Making signatures: RFC 6979 over digests, and personal messages (EIP-191)."""

from hashlib import sha256

from evmfacts import ANVIL0, ANVIL0_ADDRESS, ANVIL1, FULL_WORD, KNOWN_SIGNATURES, SPEC_DIGEST, SPEC_FROM, ZERO_WORD, N, sign_in_text
from oracles import address_of, evm_sources, hexed, personal_hash, published, recover, sign_digest, sign_personal
from vectorlib import VectorFile

EIP2098_KEY = "0x1234567890123456789012345678901234567890123456789012345678901234"


def files():
    return [signing(), personal()]


# Digests


def signing():
    file = VectorFile(
        "evm/signing.json",
        "evm/signing",
        "A secret key and a digest, to the one signature: RFC 6979 with SHA-256, s made low, v 27 or 28. These keys are public.",
    )
    published_signatures(file)
    payments(file)
    edges(file)
    refused_keys(file)
    return file


def add(group, comment, key, digest, known=None, flags=(), rows=(105,)):
    signature = sign_digest(key, digest)
    assert known in (None, signature[: len(known or "")]), f"{comment}: {signature}"
    signer = address_of(key)
    assert recover(digest, signature) == signer
    group.accept(comment, {"privateKey": key, "digest": digest}, {"signature": signature, "signer": signer}, flags, rows)


def published_signatures(file):
    group = file.group(
        "published",
        [published("deterministic ECDSA on secp256k1, test vectors that wallets share", "2013"), *evm_sources()],
        "SHA-256 of a text, signed: the vectors that Bitcoin wallets have long shared. They give r and s.",
    )
    one = f"0x{1:064x}"
    for comment, key, text, known in (
        (
            "key 1, a name",
            one,
            "Satoshi Nakamoto",
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
        ),
        (
            "key 1, a film",
            one,
            "All those moments will be lost in time, like tears in rain. Time to die...",
            "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
        ),
        (
            "key n - 1",
            f"0x{N - 1:064x}",
            "Satoshi Nakamoto",
            "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
        ),
        (
            "an ordinary key",
            "0xf8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181",
            "Alan Turing",
            "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
        ),
    ):
        add(group, comment, key, "0x" + sha256(text.encode()).hexdigest(), "0x" + known)


def payments(file):
    group = file.group("payments", evm_sources(), "Digests of payments, signed with a public test key.")
    for name, (digest, signature) in KNOWN_SIGNATURES.items():
        add(group, name, ANVIL0, digest, signature)
    add(group, "the specification's example by another payer", ANVIL1, SPEC_DIGEST)


def edges(file):
    file.note("Bounds", "EDGE_CASE", "The key or the digest is at the end of its range, or around the order of the group.")
    group = file.group("edges", evm_sources(), "Keys and digests at the ends of their ranges.")
    digests = {
        "0": ZERO_WORD,
        "1": f"0x{1:064x}",
        "n - 1": f"0x{N - 1:064x}",
        "n": f"0x{N:064x}",
        "n + 1": f"0x{N + 1:064x}",
        "2^256 - 1": FULL_WORD,
    }
    for name, digest in digests.items():
        add(group, f"digest {name}", ANVIL0, digest, flags=["Bounds"])
    for name, key in (("1", 1), ("2", 2), ("n - 1", N - 1), ("n - 2", N - 2), ("(n - 1) / 2", N // 2), ("2^128", 2**128)):
        add(group, f"key {name}", f"0x{key:064x}", SPEC_DIGEST, flags=["Bounds"])
    add(group, "key 1, digest 0", f"0x{1:064x}", ZERO_WORD, flags=["Bounds"])
    add(group, "key n - 1, digest 2^256 - 1", f"0x{N - 1:064x}", FULL_WORD, flags=["Bounds"])
    assert sign_digest(ANVIL0, digests["0"]) != sign_digest(ANVIL0, FULL_WORD)


def refused_keys(file):
    file.note("Key", "EDGE_CASE", "Not a secret key.")
    group = file.group("refused keys", evm_sources(), "Text that is no secret key.")

    def refuse(comment, key, reason):
        group.reject(comment, {"privateKey": key, "digest": SPEC_DIGEST}, reason, ["Key"])

    refuse("zero", ZERO_WORD, "secret_key_range")
    refuse("n", f"0x{N:064x}", "secret_key_range")
    refuse("n + 1", f"0x{N + 1:064x}", "secret_key_range")
    refuse("2^256 - 1", FULL_WORD, "secret_key_range")
    refuse("no prefix", ANVIL0[2:], "secret_key_prefix")
    refuse("empty", "", "secret_key_prefix")
    refuse("31 bytes", ANVIL0[:-2], "secret_key_length")
    refuse("33 bytes", ANVIL0 + "00", "secret_key_length")
    refuse("an odd number of digits", ANVIL0[:-1], "secret_key_length")
    refuse("prefix only", "0x", "secret_key_length")
    refuse("the letter g", "0xg" + ANVIL0[3:], "secret_key_digit")
    refuse("a space in the right length", "0x " + ANVIL0[3:], "secret_key_digit")


# Personal messages


def personal():
    file = VectorFile(
        "evm/personal.json",
        "evm/personal",
        "Personal messages: the digest is keccak-256 over `\\x19Ethereum Signed Message:\\n`, the number of bytes in decimal, and the bytes. "
        "The message is `text`, hashed as UTF-8, or `bytes`.",
    )
    texts(file)
    raw_bytes(file)
    sign_in(file)
    return file


def say(group, comment, message, key=ANVIL0, flags=(), rows=(), known=None):
    data = message.encode() if isinstance(message, str) else message
    digest, signature = personal_hash(data), sign_personal(key, data)
    signer = address_of(key)
    assert recover(digest, signature) == signer
    assert known in (None, digest), f"{comment}: {digest}"
    said = {"text": message} if isinstance(message, str) else {"bytes": hexed(message)}
    group.accept(comment, {"privateKey": key, **said}, {"digest": digest, "signature": signature, "signer": signer}, flags, rows)


def texts(file):
    file.note("Length", "EDGE_CASE", "The prefix holds the number of bytes, not of characters, in decimal without leading zeros.")
    file.note("Unicode", "EDGE_CASE", "Text is signed as its UTF-8 bytes and never normalised.")
    group = file.group("texts", [published("EIP-2098, test cases", "final"), *evm_sources()], "Texts of many kinds.")
    say(group, "one of the texts of EIP-2098", "Hello World", EIP2098_KEY)
    say(group, "the other", "It's a small(er) world", EIP2098_KEY)
    say(group, "empty", "", flags=["Length"])
    for size in (1, 9, 10, 31, 32, 33, 99, 100, 1000):
        say(group, f"{size} bytes", "m" * size, flags=["Length"])
    say(group, "a line feed at the end counts", "Hello World\n", flags=["Length"])
    say(group, "carriage return and line feed", "Hello\r\nWorld", flags=["Length"])
    say(group, "a space at each end", " Hello World ", flags=["Length"])
    say(group, "only digits, which the prefix's number must not swallow", "12", flags=["Length"])
    say(group, "text that begins as the prefix does", "\x19Ethereum Signed Message:\n2hi", flags=["Length"])
    say(group, "hexadecimal text is text", "0xdeadbeef", flags=["Length"])
    say(group, "precomposed letter (NFC)", "caf\u00e9", flags=["Unicode", "Length"])
    say(group, "decomposed letter (NFD)", "cafe\u0301", flags=["Unicode", "Length"])
    say(group, "a sign outside ASCII", "USD\u20ae0", flags=["Unicode", "Length"])
    say(group, "emoji", "\U0001f4b5\U0001f980", flags=["Unicode", "Length"])
    say(group, "right-to-left text", "\u062f\u0631\u0647\u0645", flags=["Unicode", "Length"])
    say(group, "zero byte inside", "a\u0000b", flags=["Length"])


def raw_bytes(file):
    file.note(
        "Wrapped", "AUTH_BYPASS", "A personal message over a payment's digest: the signature must not count as the payment's."
    )
    group = file.group("bytes", evm_sources(), "Bytes that are no text.")
    say(group, "no bytes: the same as empty text", b"", flags=["Length"])
    say(group, "one zero byte", b"\x00", flags=["Length"])
    say(group, "bytes that are not UTF-8", b"\xff\xfe\x80", flags=["Length"])
    say(group, "deadbeef", bytes.fromhex("deadbeef"), flags=["Length"])
    say(group, "32 bytes of ones", b"\xff" * 32, flags=["Length"])
    say(group, "256 bytes, each value once", bytes(range(256)), flags=["Length"])
    say(group, "the digest of the specification's example, as bytes", bytes.fromhex(SPEC_DIGEST[2:]), flags=["Wrapped"], rows=[90])
    say(
        group,
        "the digest of a payment by the same key, as bytes",
        bytes.fromhex(KNOWN_SIGNATURES["EIP-3009 transfer"][0][2:]),
        flags=["Wrapped"],
        rows=[90],
    )


def sign_in(file):
    group = file.group("sign-in", evm_sources(), "Sign-in texts (EIP-4361) as the sign-in-with-x extension has them.")
    text = sign_in_text(ANVIL0_ADDRESS)
    assert sign_personal(ANVIL0, text.encode()) == KNOWN_SIGNATURES["sign-in text"][1]
    say(group, "the extension's sample with the key's address", text, known=KNOWN_SIGNATURES["sign-in text"][0])
    say(group, "the same with a line feed at the end", text + "\n", flags=["Length"])
    say(group, "the same for another address", sign_in_text(SPEC_FROM))
    say(group, "the same by another key", text, ANVIL1)
    say(group, "without a statement", text.replace("Sign in to access premium data\n\n", "\n"))
    say(group, "the digest of the specification's example as hexadecimal text", SPEC_DIGEST, flags=["Wrapped"], rows=[90])
