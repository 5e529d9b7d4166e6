"""Schemas of the offers, receipts and declarations of extensions."""

from schemas_wire import OBJECT, TEXT, decoded, described, exact, feature

KIND = {"enum": ["offer", "receipt"]}
ARTIFACT = described("the artifact as JSON text")
SIGNER = described("the address of an account, or the did:key of a key")


def schemas():
    return {
        "statement-sign.schema.json": feature(
            "statement/sign",
            exact(
                {"kid"},
                kind=KIND,
                format={"enum": ["eip712", "jws"]},
                privateKey=TEXT,
                payload=described("what is said, as JSON text"),
                kid=described("the name of the key, where it is not its did:key"),
            ),
            exact(text=ARTIFACT, signer=SIGNER),
            {},
        ),
        "statement-check.schema.json": feature(
            "statement/check", exact(kind=KIND, text=ARTIFACT), exact(payload=OBJECT, signer=SIGNER), {}
        ),
        **{f"wire-{name}.schema.json": feature(f"wire/{name}", exact(text=TEXT), decoded(), {}) for name in ("bazaar", "offer-receipt")},
    }
