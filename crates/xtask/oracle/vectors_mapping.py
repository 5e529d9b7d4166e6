"""Version 1 requirements as version 2 requirements."""

import samples as s
from jsontext import write
from samples import change, drop
from sdk import source
from vectorlib import VectorFile
from wirefacts import V1_NAMES


def files():
    file = VectorFile(
        "wire/mapping.json",
        "wire/mapping",
        "A v1 requirement read as a v2 requirement and the resource it names; `network` becomes CAIP-2, `maxAmountRequired` becomes `amount`.",
    )
    file.note("Lost", "INTEROPERABILITY", "a member of v1 that has no place in a v2 requirement")
    file.note("Contested", "CROSS_CHAIN", "a name that SDKs give to different chains")
    group = file.group(
        "v1 to v2",
        source("spec1", "spec2", "map"),
        comment="Both results are JSON text in canonical RFC 8785 order; description and mimeType move into `resource`, outputSchema does not map.",
    )
    v1 = drop(s.REQUIREMENTS_1, ["outputSchema"])

    def canonical(value):
        return write(
            dict(sorted((name, dict(sorted(item.items())) if isinstance(item, dict) else item) for name, item in value.items()))
        )

    def accept(comment, value, flags=(), network=None):
        requirement = {
            "scheme": value["scheme"],
            "network": network or V1_NAMES[value["network"]],
            "amount": value["maxAmountRequired"],
            "asset": value["asset"],
            "payTo": value["payTo"],
            "maxTimeoutSeconds": value["maxTimeoutSeconds"],
        }
        if value.get("extra"):
            requirement["extra"] = value["extra"]
        resource = {"url": value["resource"]} | {
            name: value[name] for name in ("description", "mimeType") if value.get(name) is not None
        }
        group.accept(
            comment, {"text": write(value)}, {"requirements": canonical(requirement), "resource": canonical(resource)}, flags=flags
        )

    accept("the sample of the specification", v1)
    accept("the sample with outputSchema null", s.REQUIREMENTS_1)
    accept(
        "an outputSchema, which v2 would put into the bazaar extension", {**v1, "outputSchema": {"type": "object"}}, flags=["Lost"]
    )
    accept("an unknown member is not carried over", {**v1, "note": "x"}, flags=["Lost"])
    accept("no description and no mimeType", drop(drop(v1, ["description"]), ["mimeType"]))
    accept("an empty description stays", change(v1, ["description"], ""))
    accept("extra null is no extra", change(v1, ["extra"], None))
    accept("extra empty is no extra", change(v1, ["extra"], {}))
    accept("no extra", drop(v1, ["extra"]))
    accept("extra is carried over as it is", change(v1, ["extra"], {"name": "USD₮0", "version": "1"}))
    accept("on base", change(v1, ["network"], "base"))
    accept("on polygon", change(v1, ["network"], "polygon"))
    accept(
        "on solana",
        {
            **change(v1, ["network"], "solana"),
            "asset": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            "payTo": "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4",
            "extra": {"feePayer": "EwWqGE4ZFKLofuestmU4LDdK7XM1N4ALgdZccwYugwGd"},
        },
    )
    accept("on solana-devnet", change(v1, ["network"], "solana-devnet"))
    accept(
        "on story: TypeScript's chain, not Python's", change(v1, ["network"], "story"), flags=["Contested"], network="eip155:1514"
    )
    accept("an amount of 2^256 - 1", change(v1, ["maxAmountRequired"], str(2**256 - 1)))
    return [file]
