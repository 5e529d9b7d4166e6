"""Schemas of the EVM, terms and binding features: what `input` and `expected` hold. The frame is in `common.schema.json`."""

HEX = {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"}
WORD = {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}
ADDRESS = {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}
SIGNATURE = {"type": "string", "pattern": "^0x[0-9a-f]{130}$"}
UINT = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,77})$", "description": "an integer as decimal text"}
TEXT = {"type": "string"}
FORM = {"enum": ["eip3009", "permit2"], "description": "which contract reads the signature"}
DOMAIN = {
    "type": "object",
    "description": "the members that the domain has, and no other",
    "additionalProperties": False,
    "properties": {"name": TEXT, "version": TEXT, "chainId": UINT, "verifyingContract": ADDRESS, "salt": WORD},
}
PRIMARY_TYPES = [
    "TransferWithAuthorization",
    "ReceiveWithAuthorization",
    "CancelAuthorization",
    "PermitWitnessTransferFrom",
    "Permit",
    "Offer",
    "Receipt",
]
MESSAGE = {
    "type": "object",
    "description": "the members of the primary type; integers as decimal text, nonces of EIP-3009 as 32 bytes in hexadecimal",
}
HASHES = {"encodeType": TEXT, "typeHash": WORD, "structHash": WORD, "domainSeparator": WORD, "digest": WORD}


def schemas():
    return {
        "evm-domain.schema.json": feature("evm/domain", exact(domain=DOMAIN), exact(typeString=TEXT, separator=WORD)),
        "evm-message.schema.json": feature(
            "evm/message", exact(primaryType={"enum": PRIMARY_TYPES}, domain=DOMAIN, message=MESSAGE), exact(**HASHES)
        ),
        "evm-typed-data.schema.json": feature(
            "evm/typed-data", exact(typedData=described("JSON text as eth_signTypedData_v4 takes it")), exact(**HASHES)
        ),
        "evm-signature.schema.json": feature(
            "evm/signature",
            exact(digest=WORD, signature=described("text as a payload carries it"), form=FORM),
            exact(signer=ADDRESS, canonical=SIGNATURE),
        ),
        "evm-signing.schema.json": feature(
            "evm/signing", exact(privateKey=TEXT, digest=WORD), exact(signature=SIGNATURE, signer=ADDRESS)
        ),
        "evm-personal.schema.json": feature(
            "evm/personal",
            {"oneOf": [exact(privateKey=WORD, text=TEXT), exact(privateKey=WORD, bytes=HEX)]},
            exact(digest=WORD, signature=SIGNATURE, signer=ADDRESS),
        ),
        "evm-erc6492.schema.json": feature(
            "evm/erc6492",
            exact(signature=TEXT),
            {
                "oneOf": [
                    exact(shape={"const": "bare"}),
                    exact(shape={"const": "counterfactual"}, factory=ADDRESS, calldata=HEX, inner=HEX),
                ]
            },
        ),
        **{f"evm-{scheme}.schema.json": verification(f"evm/{scheme}") for scheme in ("exact", "upto")},
        "evm-on-chain.schema.json": feature(
            "evm/on-chain",
            exact(**PAID, mode={"enum": ["state", "simulated"]}, chain=CHAIN),
            exact(questions={"type": "array", "items": QUESTION}, payer=ADDRESS),
        ),
        "evm-settlement.schema.json": feature(
            "evm/settlement", exact(**PAID, charge=UINT), exact(steps={"type": "array", "items": STEP}, evidence={"type": "array", "items": LOG})
        ),
        "evm-question.schema.json": feature(
            "evm/question",
            {"oneOf": [exact(question=QUESTION, returned=HEX), exact(question=QUESTION, reverted=HEX)]},
            exact(target=ADDRESS, data=HEX, answer={"oneOf": [{"type": "boolean"}, UINT, {"const": "none"}]}),
        ),
        "evm-multicall3.schema.json": feature(
            "evm/multicall3",
            {
                "oneOf": [
                    exact(calls={"type": "array", "items": CALL}),
                    exact(returned=HEX, count={"type": "integer", "minimum": 0}),
                ]
            },
            {
                "oneOf": [
                    exact(target=ADDRESS, data=HEX),
                    exact(outcomes={"type": "array", "items": exact(success={"type": "boolean"}, bytes=HEX)}),
                ]
            },
        ),
        "evm-authorization.schema.json": feature(
            "evm/authorization",
            {
                "oneOf": [
                    exact(
                        domain=DOMAIN,
                        primaryType={"enum": PRIMARY_TYPES},
                        message=MESSAGE,
                        signature=TEXT,
                        form=FORM,
                        signer=ADDRESS,
                    ),
                    exact(text=described("a personal message instead of typed data"), signature=TEXT, form=FORM, signer=ADDRESS),
                ]
            },
            exact(digest=WORD, signer=ADDRESS),
        ),
        "terms-hash.schema.json": feature(
            "terms/hash",
            exact(requirements=described("an entry of `accepts` as JSON text"), version={"enum": [1, 2]}),
            exact(
                canonical=described("the RFC 8785 form that is hashed"), hash={"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
            ),
        ),
        "binding-nonce.schema.json": feature(
            "binding/nonce",
            exact(
                {"metadata", "nonce"},
                termsHash=described("`sha256:` and 64 digits in lower case"),
                method=TEXT,
                resource=described("in canonical form"),
                metadata=described("an object as JSON text; absent where there is none"),
                salt=TEXT,
                nonce={**WORD, "description": "the nonce that was signed, where one is to be checked"},
            ),
            exact(metadataHash=WORD, preimage={"type": "string", "pattern": "^0x[0-9a-f]{384}$"}, nonce=WORD, decimal=UINT),
        ),
        "binding-resource.schema.json": feature("binding/resource", exact(url=TEXT), exact(canonical=TEXT, origin=TEXT)),
    }


def verification(name):
    return feature(
        name,
        exact(
            name={"enum": ["PAYMENT-SIGNATURE", "X-PAYMENT"]},
            header=described("the value of the header"),
            offers={"type": "array", "items": described("an offer of the seller's as JSON text"), "minItems": 1},
        ),
        exact(offer={"type": "integer"}, payer=ADDRESS, amount=UINT, nonce=WORD, expires=UINT),
    )


def feature(name, given, expected):
    case = {"properties": {"input": given, "expected": expected}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": name.replace("/", "-") + ".schema.json",
        "title": name,
        "allOf": [{"$ref": "common.schema.json"}],
        "properties": {"feature": {"const": name}, "groups": {"items": {"properties": {"cases": {"items": case}}}}},
    }


def exact(optional=frozenset(), **members):
    """An object with these members, all of them but the optional ones, and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in members if name not in optional],
        "properties": members,
    }


def described(text):
    return {"type": "string", "description": text}


CALL = exact({"sender"}, sender=ADDRESS, target=ADDRESS, data=HEX)
LOG = exact(emitter=ADDRESS, topics={"type": "array", "items": WORD}, data=HEX)
STEP = {
    "oneOf": [
        exact({"sender"}, kind={"const": "call"}, sender=ADDRESS, target=ADDRESS, data=HEX),
        exact(kind={"const": "deploy"}, wallet=ADDRESS, target=ADDRESS, data=HEX),
        exact(kind={"const": "broadcast"}, hash=WORD),
    ]
}
QUESTION = {
    "oneOf": [
        exact(kind={"const": "code"}, address=ADDRESS),
        exact(kind={"const": "contractSignature"}, wallet=ADDRESS, digest=WORD, signature=HEX),
        exact(kind={"const": "counterfactualSignature"}, wallet=ADDRESS, deployment=CALL, digest=WORD, signature=HEX),
        exact(kind={"const": "balance"}, token=ADDRESS, owner=ADDRESS),
        exact(kind={"const": "allowance"}, token=ADDRESS, owner=ADDRESS, spender=ADDRESS),
        exact(kind={"const": "nonceState"}, token=ADDRESS, authorizer=ADDRESS, nonce=WORD),
        exact(kind={"const": "permitNonce"}, owner=ADDRESS, nonce=WORD),
        exact(kind={"const": "tokenNonce"}, token=ADDRESS, owner=ADDRESS),
        exact(kind={"const": "transactions"}, account=ADDRESS),
        exact(kind={"const": "funds"}, account=ADDRESS),
        exact(kind={"const": "simulate"}, calls={"type": "array", "items": CALL}),
    ]
}
PAID = {
    "scheme": {"enum": ["exact", "upto"]},
    "header": described("the value of PAYMENT-SIGNATURE"),
    "offer": described("the seller's offer as JSON text"),
    "factories": {"type": "array", "items": ADDRESS, "description": "the factories that an operator has listed"},
    "sponsoring": {"type": "array", "items": {"enum": ["eip2612GasSponsoring", "erc20ApprovalGasSponsoring"]}},
}
SAID = {"oneOf": [UINT, {"const": "failed"}]}
CHAIN = exact(
    payerCode=HEX,
    tokenCode=HEX,
    proxyCode=HEX,
    signed={"type": "boolean", "description": "whether the wallet, there or still to be deployed, takes the signature"},
    used={"oneOf": [{"type": "boolean"}, {"const": "failed"}]},
    allowance=SAID,
    balance=SAID,
    simulation={"oneOf": [{"type": "boolean"}, {**HEX, "description": "what it reverts with"}]},
    tokenNonce=SAID,
    transactions=UINT,
    funds=UINT,
)
