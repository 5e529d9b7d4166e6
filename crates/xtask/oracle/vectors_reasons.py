"""Reason strings of every vocabulary, and the one rejection or fault that each of them means.

Who writes a string is measured for TypeScript and Python (the string stands in the installed package) and read for the others. What
it means, with HTTP status and retry, is the project's own table: there is no second implementation of it to ask.
"""

from functools import cache
from importlib import resources
from pathlib import Path

from sdk import HERE, source
from vectorlib import VectorFile

SPEC = (
    """
insufficient_funds invalid_exact_evm_payload_authorization_valid_after invalid_exact_evm_payload_authorization_valid_before
invalid_exact_evm_payload_authorization_value_mismatch invalid_exact_evm_payload_authorization_value invalid_exact_evm_payload_signature
invalid_exact_evm_payload_recipient_mismatch invalid_network invalid_payload invalid_payment_requirements invalid_scheme
unsupported_scheme invalid_x402_version invalid_transaction_state unexpected_verify_error unexpected_settle_error
PERMIT2_ALLOWANCE_REQUIRED smart_wallet_alt_resolution_not_available smart_wallet_program_not_allowed
""".split()
    + ["PAYMENT-SIGNATURE header is required", "X-PAYMENT header is required"]
)
GO = """
invalid_exact_evm_payload invalid_exact_evm_payload_missing_signature invalid_exact_evm_failed_to_get_network_config
invalid_exact_evm_required_amount invalid_exact_evm_failed_to_check_nonce invalid_exact_evm_failed_to_get_balance
invalid_exact_evm_signature_format invalid_exact_evm_failed_to_verify_signature invalid_exact_evm_verification_failed
invalid_exact_evm_failed_to_check_deployment invalid_exact_evm_failed_to_execute_transfer invalid_exact_evm_failed_to_get_receipt
invalid_exact_svm_payload_amount_insufficient
""".split()
RS = """
invalid_format invalid_payment_amount invalid_payment_early invalid_payment_expired chain_id_mismatch recipient_mismatch asset_mismatch
accepted_requirements_mismatch invalid_signature transaction_simulation insufficient_funds permit2_allowance_required unsupported_chain
unsupported_scheme unexpected_error
""".split()
V1 = """
invalid_payment payment_expired duplicate_settlement settle_exact_svm_block_height_exceeded
settle_exact_svm_transaction_confirmation_timed_out
""".split() + ["invalid_exact_svm_payload_transaction" + suffix for suffix in (
    "_amount_mismatch", "_create_ata_instruction", "_create_ata_instruction_incorrect_payee", "_create_ata_instruction_incorrect_asset",
    "_instruction_not_spl_token_transfer_checked", "_instruction_not_token_2022_transfer_checked",
    "_fee_payer_included_in_instruction_accounts", "_not_a_transfer_instruction", "_receiver_ata_not_found", "_sender_ata_not_found",
    "_simulation_failed", "_transfer_to_incorrect_ata",
)]  # fmt: skip

OTHER = {
    "batch settlement on EVM": [
        "channel_not_found",
        "charge_exceeds_signed_cumulative",
        "missing_eip712_domain",
        "network_mismatch",
        "permit2_allowance_required",
    ],
    "auth-capture on EVM": ["scheme", "signature", "amount_mismatch", "capture_deadline_expired"],
    "upto on Solana": ["payload_amount", "payload_receiver_authorizer", "payload_unexpected_voucher", "payment_requirements"],
    "Stellar": ["malformed", "wrong_amount", "fee_below_minimum"],
    "Algorand": ["scheme", "network_mismatch", "invalid_signature"],
    "TON": ["invalid_signature", "seqno_mismatch"],
}
PREFIX = {
    "batch settlement on EVM": "invalid_batch_settlement_evm_",
    "auth-capture on EVM": "invalid_auth_capture_evm_",
    "upto on Solana": "invalid_upto_svm_",
    "Stellar": "invalid_exact_stellar_payload_",
    "Algorand": "invalid_exact_avm_",
    "TON": "invalid_exact_tvm_payload_",
}


@cache
def typescript_text():
    dist = [HERE / "node_modules" / "@x402" / name / "dist" / "esm" for name in ("core", "evm")]
    return "".join(path.read_text() for root in dist for path in sorted(root.rglob("*.mjs")))


@cache
def python_text():
    root = Path(str(resources.files("x402")))
    return "".join(path.read_text() for path in sorted(root.rglob("*.py")))


def writers(text):
    """Who writes a string, in the order in which a group is chosen for it."""
    quoted = f'"{text}"'
    out = ["specification"] if text in SPEC else []
    out += ["TypeScript"] if quoted in typescript_text() else []
    out += ["Python"] if quoted in python_text() else []
    out += ["x402-rs"] if text in RS else []
    out += ["Go"] if text in GO else []
    out += ["version 1 library"] if text in V1 else []
    return out


GROUPS = {
    "specification": ("spec2", "spec1"),
    "TypeScript": ("ts", "ts-evm"),
    "Python": ("py",),
    "x402-rs": ("map",),
    "Go": ("map",),
    "version 1 library": ("map",),
    "Solana package, and spellings of earlier releases": ("map",),
}


def files():
    file = VectorFile(
        "reasons/codes.json",
        "reasons/codes",
        "A reason string in any vocabulary: the one rejection or fault it means, its HTTP status, and what the payer may do.",
    )
    file.note(
        "Families",
        "INTEROPERABILITY",
        "one cause has several names: the specification with Python, TypeScript with Go, x402-rs (W26)",
    )
    file.note("Fault", "MISATTRIBUTION", "an outage that reads like a refusal: the payer is blamed and pays again")
    file.note("Unknown", "INTEROPERABILITY", "an unknown code: nothing may be concluded from it")
    file.note("NoSecondPayment", "DOUBLE_PAYMENT", "money may have moved: a second signature would pay twice")
    known = {text for *_, texts in TABLE for text in texts}
    assert known.issuperset([*SPEC, *GO, *RS, *V1]), set([*SPEC, *GO, *RS, *V1]) - known
    by_group = {name: [] for name in GROUPS}
    for kind, code, status, retry, texts in TABLE:
        for text in texts:
            who = writers(text)
            by_group[who[0] if who else list(GROUPS)[-1]].append((text, who, kind, code, status, retry, texts))
    for name, cases in by_group.items():
        group = file.group(name, source(*GROUPS[name]), comment="`retry`: never, new_payment, same_bytes_later, unknown_outcome.")
        for text, who, kind, code, status, retry, texts in sorted(cases, key=lambda case: case[0]):
            flags = ["Families"] if len(texts) > 1 else []
            flags += ["Fault"] if kind == "fault" else []
            flags += ["NoSecondPayment"] if retry == "unknown_outcome" else []
            comment = f"written by {', '.join(who)}" if who else "written by none of the packages at hand"
            group.accept(comment, {"text": text}, {"kind": kind, "code": code, "status": status, "retry": retry}, flags=flags)
    unknown(file.group("other schemes, newer codes, prose", source("map"), comment="`kind` is `other`."))
    return [file]


def unknown(group):
    def other(comment, text):
        group.accept(comment, {"text": text}, {"kind": "other"}, flags=["Unknown"])

    for scheme, suffixes in OTHER.items():
        for suffix in suffixes:
            other(f"a code of {scheme}", PREFIX[scheme] + suffix)
    known = {text for *_, texts in TABLE for text in texts}
    for comment, text in [
        ("empty", ""),
        ("capitals", "Insufficient_Funds"),
        ("a trailing space", "insufficient_funds "),
        ("spaces for underscores", "insufficient funds"),
        ("camel case", "insufficientFunds"),
        ("a known code with a suffix", "invalid_signature_format"),
        ("a known code with a prefix", "x402_invalid_payload"),
        ("prose", "The card was declined."),
        ("prose that holds a code", "error: insufficient_funds"),
        ("a code of SIGN-IN-WITH-X", "invalid_siwx_nonce"),
        ("the A2A page's upper-case code", "INSUFFICIENT_FUNDS"),
        ("the A2A page's other upper-case code", "EXPIRED_PAYMENT"),
        ("a code that may come one day", "invalid_exact_evm_quantum"),
        ("a code of our own policy is no wire code", "price_changed"),
    ]:
        assert text not in known
        other(comment, text)


# kind, our code, HTTP status, retry, every spelling; the first is the specification's, or the official SDKs' where it has none.
TABLE = [
    (
        "rejection",
        "payment_required",
        402,
        "unknown_outcome",
        ["PAYMENT-SIGNATURE header is required", "Payment required", "X-PAYMENT header is required"],
    ),
    (
        "rejection",
        "no_matching_offer",
        402,
        "new_payment",
        [
            "No matching payment requirements",
            "accepted_requirements_mismatch",
            "No matching payment requirements found",
            "Unable to find matching payment requirements",
        ],
    ),
    ("rejection", "extension_echo_mismatch", 402, "new_payment", ["extension_echo_mismatch"]),
    ("rejection", "duplicate_settlement", 409, "unknown_outcome", ["duplicate_settlement"]),
    (
        "rejection",
        "settlement_pending",
        503,
        "unknown_outcome",
        ["settlement_pending", "invalid_exact_evm_failed_to_get_receipt", "settle_exact_svm_transaction_confirmation_timed_out"],
    ),
    (
        "rejection",
        "invalid_payload",
        400,
        "never",
        [
            "invalid_payload",
            "invalid_format",
            "invalid_exact_evm_payload",
            "invalid_exact_evm_payload_missing_signature",
            "invalid_exact_svm_payload",
            "invalid_permit2_payload_format",
        ],
    ),
    (
        "rejection",
        "invalid_payment_requirements",
        400,
        "never",
        ["invalid_payment_requirements", "invalid_exact_evm_required_amount", "invalid_upto_evm_required_amount"],
    ),
    ("rejection", "invalid_x402_version", 400, "never", ["invalid_x402_version"]),
    (
        "rejection",
        "invalid_network",
        402,
        "new_payment",
        [
            "invalid_network",
            "unsupported_chain",
            "invalid_exact_evm_failed_to_get_network_config",
            "invalid_upto_evm_failed_to_get_network_config",
        ],
    ),
    ("rejection", "invalid_scheme", 402, "new_payment", ["invalid_scheme"]),
    (
        "rejection",
        "unsupported_scheme",
        402,
        "new_payment",
        ["unsupported_scheme", "invalid_exact_evm_scheme", "invalid_exact_svm_unsupported_scheme"],
    ),
    (
        "rejection",
        "network_mismatch",
        402,
        "new_payment",
        ["network_mismatch", "invalid_exact_evm_network_mismatch", "chain_id_mismatch", "invalid_exact_svm_network_mismatch"],
    ),
    ("rejection", "unsupported_payload_type", 400, "new_payment", ["unsupported_payload_type"]),
    ("rejection", "insufficient_funds", 402, "same_bytes_later", ["insufficient_funds", "invalid_exact_evm_insufficient_balance"]),
    ("rejection", "invalid_transaction_state", 402, "unknown_outcome", ["invalid_transaction_state"]),
    (
        "rejection",
        "transaction_failed",
        402,
        "unknown_outcome",
        ["transaction_failed", "invalid_exact_evm_transaction_failed", "invalid_exact_svm_transaction_failed"],
    ),
    (
        "rejection",
        "verification_failed",
        402,
        "unknown_outcome",
        [
            "verification_failed",
            "invalid_exact_evm_verification_failed",
            "invalid_exact_svm_verification_failed",
            "invalid_payment",
        ],
    ),
    (
        "rejection",
        "eip3009_signature",
        402,
        "new_payment",
        ["invalid_exact_evm_payload_signature", "invalid_exact_evm_signature", "invalid_signature"],
    ),
    (
        "rejection",
        "signature_format",
        400,
        "never",
        ["invalid_exact_evm_failed_to_parse_signature", "invalid_exact_evm_signature_format", "invalid_upto_evm_signature_format"],
    ),
    (
        "rejection",
        "eip3009_valid_before",
        402,
        "new_payment",
        ["invalid_exact_evm_payload_authorization_valid_before", "invalid_payment_expired", "payment_expired"],
    ),
    (
        "rejection",
        "eip3009_valid_after",
        402,
        "same_bytes_later",
        ["invalid_exact_evm_payload_authorization_valid_after", "invalid_payment_early"],
    ),
    (
        "rejection",
        "eip3009_value",
        402,
        "new_payment",
        [
            "invalid_exact_evm_payload_authorization_value_mismatch",
            "invalid_payment_amount",
            "invalid_exact_evm_payload_authorization_value",
            "invalid_exact_evm_authorization_value",
            "invalid_exact_evm_insufficient_amount",
        ],
    ),
    (
        "rejection",
        "eip3009_recipient",
        402,
        "new_payment",
        ["invalid_exact_evm_payload_recipient_mismatch", "invalid_exact_evm_recipient_mismatch", "recipient_mismatch"],
    ),
    ("rejection", "missing_eip712_domain", 402, "never", ["missing_eip712_domain", "invalid_exact_evm_missing_eip712_domain"]),
    ("rejection", "eip3009_nonce_used", 409, "unknown_outcome", ["invalid_exact_evm_nonce_already_used"]),
    ("rejection", "token_name_mismatch", 402, "never", ["invalid_exact_evm_token_name_mismatch"]),
    ("rejection", "token_version_mismatch", 402, "never", ["invalid_exact_evm_token_version_mismatch"]),
    ("rejection", "eip3009_not_supported", 402, "never", ["invalid_exact_evm_eip3009_not_supported"]),
    ("rejection", "asset_not_deployed", 402, "never", ["asset_not_deployed_contract"]),
    ("rejection", "asset_unknown", 402, "never", ["invalid_exact_evm_failed_to_get_asset_info"]),
    (
        "rejection",
        "eip3009_simulation",
        402,
        "unknown_outcome",
        ["invalid_exact_evm_transaction_simulation_failed", "transaction_simulation"],
    ),
    ("rejection", "eip3009_transfer_event", 402, "unknown_outcome", ["invalid_exact_evm_transfer_event_mismatch"]),
    ("rejection", "wallet_not_deployed", 402, "same_bytes_later", ["invalid_exact_evm_payload_undeployed_smart_wallet"]),
    ("rejection", "wallet_deployment", 402, "same_bytes_later", ["smart_wallet_deployment_failed"]),
    ("rejection", "wallet_factory", 402, "new_payment", ["eip6492_factory_not_allowed"]),
    ("rejection", "permit2_signature", 402, "new_payment", ["invalid_permit2_signature"]),
    ("rejection", "permit2_spender", 402, "new_payment", ["invalid_permit2_spender"]),
    ("rejection", "permit2_recipient", 402, "new_payment", ["invalid_permit2_recipient_mismatch"]),
    ("rejection", "permit2_deadline", 402, "new_payment", ["permit2_deadline_expired"]),
    ("rejection", "permit2_valid_after", 402, "same_bytes_later", ["permit2_not_yet_valid"]),
    ("rejection", "permit2_amount", 402, "new_payment", ["permit2_amount_mismatch"]),
    ("rejection", "permit2_token", 402, "new_payment", ["permit2_token_mismatch", "asset_mismatch"]),
    ("rejection", "permit2_allowance", 412, "same_bytes_later", ["permit2_allowance_required", "PERMIT2_ALLOWANCE_REQUIRED"]),
    ("rejection", "permit2_balance", 402, "same_bytes_later", ["permit2_insufficient_balance"]),
    ("rejection", "permit2_proxy_missing", 402, "never", ["permit2_proxy_not_deployed"]),
    ("rejection", "permit2_simulation", 402, "unknown_outcome", ["permit2_simulation_failed"]),
    ("rejection", "permit2_proxy_amount", 402, "new_payment", ["permit2_invalid_amount", "invalid_permit2_amount"]),
    ("rejection", "permit2_proxy_destination", 402, "new_payment", ["permit2_invalid_destination", "invalid_permit2_destination"]),
    ("rejection", "permit2_proxy_owner", 402, "new_payment", ["permit2_invalid_owner", "invalid_permit2_owner"]),
    ("rejection", "permit2_proxy_too_early", 402, "same_bytes_later", ["permit2_payment_too_early"]),
    ("rejection", "permit2_nonce_used", 409, "unknown_outcome", ["permit2_invalid_nonce"]),
    ("rejection", "permit2_permit_amount", 402, "new_payment", ["permit2_2612_amount_mismatch"]),
    ("rejection", "upto_scheme", 402, "new_payment", ["invalid_upto_evm_scheme"]),
    ("rejection", "upto_network", 402, "new_payment", ["invalid_upto_evm_network_mismatch"]),
    ("rejection", "upto_exceeds", 402, "never", ["invalid_upto_evm_payload_settlement_exceeds_amount"]),
    ("rejection", "upto_proxy_exceeds", 402, "never", ["upto_amount_exceeds_permitted"]),
    ("rejection", "upto_facilitator", 402, "new_payment", ["upto_facilitator_mismatch"]),
    ("rejection", "upto_proxy_facilitator", 402, "unknown_outcome", ["upto_unauthorized_facilitator"]),
    ("rejection", "upto_transaction_failed", 402, "unknown_outcome", ["invalid_upto_evm_transaction_failed"]),
    ("rejection", "eip2612_format", 400, "never", ["invalid_eip2612_extension_format"]),
    ("rejection", "eip2612_from", 402, "new_payment", ["eip2612_from_mismatch"]),
    ("rejection", "eip2612_asset", 402, "new_payment", ["eip2612_asset_mismatch"]),
    ("rejection", "eip2612_spender", 402, "new_payment", ["eip2612_spender_not_permit2"]),
    ("rejection", "eip2612_deadline", 402, "new_payment", ["eip2612_deadline_expired"]),
    ("rejection", "erc20_approval_format", 400, "never", ["invalid_erc20_approval_extension_format"]),
    ("rejection", "erc20_approval_from", 402, "new_payment", ["erc20_approval_from_mismatch"]),
    ("rejection", "erc20_approval_asset", 402, "new_payment", ["erc20_approval_asset_mismatch"]),
    ("rejection", "erc20_approval_spender", 402, "new_payment", ["erc20_approval_spender_not_permit2"]),
    ("rejection", "erc20_approval_tx_format", 400, "never", ["erc20_approval_tx_parse_failed"]),
    ("rejection", "erc20_approval_tx_target", 402, "new_payment", ["erc20_approval_tx_wrong_target"]),
    ("rejection", "erc20_approval_tx_selector", 402, "new_payment", ["erc20_approval_tx_wrong_selector"]),
    ("rejection", "erc20_approval_tx_calldata", 402, "new_payment", ["erc20_approval_tx_invalid_calldata"]),
    ("rejection", "erc20_approval_tx_spender", 402, "new_payment", ["erc20_approval_tx_wrong_spender"]),
    ("rejection", "erc20_approval_tx_signature", 402, "new_payment", ["erc20_approval_tx_invalid_signature"]),
    ("rejection", "erc20_approval_tx_signer", 402, "new_payment", ["erc20_approval_tx_signer_mismatch"]),
    ("rejection", "erc20_approval_gas", 402, "same_bytes_later", ["erc20_approval_insufficient_eth_for_gas"]),
    ("rejection", "erc20_approval_tx_failed", 402, "unknown_outcome", ["erc20_approval_tx_failed"]),
    ("rejection", "erc20_approval_broadcast", 402, "same_bytes_later", ["erc20_approval_broadcast_failed"]),
    ("rejection", "svm_fee_payer_missing", 402, "never", ["invalid_exact_svm_payload_missing_fee_payer"]),
    (
        "rejection",
        "svm_fee_payer_not_managed",
        402,
        "new_payment",
        ["fee_payer_not_managed_by_facilitator", "invalid_exact_svm_fee_payer_not_managed_by_facilitator"],
    ),
    ("rejection", "svm_fee_payer_mismatch", 402, "new_payment", ["invalid_exact_svm_fee_payer_mismatch"]),
    ("rejection", "svm_fee_payer_invalid", 402, "same_bytes_later", ["invalid_exact_svm_invalid_fee_payer"]),
    ("rejection", "svm_transaction_missing", 400, "never", ["invalid_exact_svm_payload_transaction"]),
    ("rejection", "svm_transaction_format", 400, "never", ["invalid_exact_svm_payload_transaction_could_not_be_decoded"]),
    ("rejection", "svm_excess_signers", 402, "new_payment", ["invalid_exact_svm_payload_excessive_signers"]),
    ("rejection", "svm_signature", 402, "new_payment", ["invalid_exact_svm_payload_signature_invalid"]),
    ("rejection", "svm_instruction_count", 402, "new_payment", ["invalid_exact_svm_payload_transaction_instructions_length"]),
    ("rejection", "svm_instructions", 402, "new_payment", ["invalid_exact_svm_payload_transaction_instructions"]),
    (
        "rejection",
        "svm_compute_limit",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_transaction_instructions_compute_limit_instruction"],
    ),
    (
        "rejection",
        "svm_compute_limit_high",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_transaction_instructions_compute_limit_instruction_too_high"],
    ),
    (
        "rejection",
        "svm_compute_price",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_transaction_instructions_compute_price_instruction"],
    ),
    (
        "rejection",
        "svm_compute_price_high",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_transaction_instructions_compute_price_instruction_too_high"],
    ),
    (
        "rejection",
        "svm_no_transfer",
        402,
        "new_payment",
        [
            "invalid_exact_svm_payload_no_transfer_instruction",
            "invalid_exact_svm_payload_transaction_not_a_transfer_instruction",
            "invalid_exact_svm_payload_transaction_instruction_not_spl_token_transfer_checked",
            "invalid_exact_svm_payload_transaction_instruction_not_token_2022_transfer_checked",
        ],
    ),
    ("rejection", "svm_fee_payer_pays", 402, "new_payment", ["invalid_exact_svm_payload_transaction_fee_payer_transferring_funds"]),
    (
        "rejection",
        "svm_fee_payer_not_isolated",
        402,
        "new_payment",
        [
            "invalid_exact_svm_smart_wallet_fee_payer_not_isolated",
            "invalid_exact_svm_payload_transaction_fee_payer_included_in_instruction_accounts",
        ],
    ),
    ("rejection", "svm_mint", 402, "new_payment", ["invalid_exact_svm_payload_mint_mismatch"]),
    (
        "rejection",
        "svm_recipient",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_recipient_mismatch", "invalid_exact_svm_payload_transaction_transfer_to_incorrect_ata"],
    ),
    (
        "rejection",
        "svm_amount",
        402,
        "new_payment",
        [
            "invalid_exact_svm_payload_amount_mismatch",
            "invalid_exact_svm_payload_amount_insufficient",
            "invalid_exact_svm_payload_transaction_amount_mismatch",
        ],
    ),
    ("rejection", "svm_fourth_instruction", 402, "new_payment", ["invalid_exact_svm_payload_unknown_fourth_instruction"]),
    ("rejection", "svm_fifth_instruction", 402, "new_payment", ["invalid_exact_svm_payload_unknown_fifth_instruction"]),
    ("rejection", "svm_sixth_instruction", 402, "new_payment", ["invalid_exact_svm_payload_unknown_sixth_instruction"]),
    ("rejection", "svm_seventh_instruction", 402, "new_payment", ["invalid_exact_svm_payload_unknown_seventh_instruction"]),
    ("rejection", "svm_optional_instruction", 402, "new_payment", ["invalid_exact_svm_payload_unknown_optional_instruction"]),
    ("rejection", "svm_memo_count", 402, "new_payment", ["invalid_exact_svm_payload_memo_count"]),
    ("rejection", "svm_memo", 402, "new_payment", ["invalid_exact_svm_payload_memo_mismatch"]),
    ("rejection", "svm_signing", 402, "same_bytes_later", ["invalid_exact_svm_transaction_signing_failed"]),
    (
        "rejection",
        "svm_simulation",
        402,
        "unknown_outcome",
        [
            "transaction_simulation_failed",
            "invalid_exact_svm_transaction_simulation_failed",
            "invalid_exact_svm_payload_transaction_simulation_failed",
        ],
    ),
    ("rejection", "svm_not_confirmed", 402, "unknown_outcome", ["post_settlement_transfer_not_confirmed"]),
    ("rejection", "svm_block_height", 402, "unknown_outcome", ["settle_exact_svm_block_height_exceeded"]),
    ("rejection", "svm_account_creation", 402, "new_payment", ["invalid_exact_svm_payload_transaction_create_ata_instruction"]),
    (
        "rejection",
        "svm_account_creation_payee",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_transaction_create_ata_instruction_incorrect_payee"],
    ),
    (
        "rejection",
        "svm_account_creation_asset",
        402,
        "new_payment",
        ["invalid_exact_svm_payload_transaction_create_ata_instruction_incorrect_asset"],
    ),
    (
        "rejection",
        "svm_receiver_account",
        402,
        "same_bytes_later",
        ["invalid_exact_svm_payload_transaction_receiver_ata_not_found"],
    ),
    ("rejection", "svm_sender_account", 402, "same_bytes_later", ["invalid_exact_svm_payload_transaction_sender_ata_not_found"]),
    (
        "rejection",
        "svm_lookup_unavailable",
        402,
        "new_payment",
        ["smart_wallet_alt_resolution_not_available", "invalid_exact_svm_smart_wallet_alt_resolution_not_available"],
    ),
    ("rejection", "svm_lookup", 402, "same_bytes_later", ["invalid_exact_svm_smart_wallet_alt_resolution_failed"]),
    (
        "rejection",
        "svm_program",
        402,
        "new_payment",
        ["smart_wallet_program_not_allowed", "invalid_exact_svm_smart_wallet_program_not_allowed"],
    ),
    ("rejection", "svm_wallet_unsupported", 402, "new_payment", ["invalid_exact_svm_smart_wallet_verification_not_available"]),
    ("rejection", "svm_wallet_budget", 402, "new_payment", ["invalid_exact_svm_smart_wallet_compute_budget_violation"]),
    ("rejection", "svm_wallet_budget_format", 402, "new_payment", ["invalid_exact_svm_smart_wallet_malformed_compute_budget"]),
    ("rejection", "svm_wallet_limit_format", 402, "new_payment", ["invalid_exact_svm_smart_wallet_malformed_compute_limit"]),
    ("rejection", "svm_wallet_price_format", 402, "new_payment", ["invalid_exact_svm_smart_wallet_malformed_compute_price"]),
    (
        "rejection",
        "svm_wallet_budget_kind",
        402,
        "new_payment",
        ["invalid_exact_svm_smart_wallet_unsupported_compute_budget_instruction"],
    ),
    ("rejection", "svm_wallet_units", 402, "new_payment", ["invalid_exact_svm_smart_wallet_compute_units_too_high"]),
    ("rejection", "svm_wallet_fee", 402, "new_payment", ["invalid_exact_svm_smart_wallet_priority_fee_too_high"]),
    ("rejection", "svm_wallet_simulation", 402, "unknown_outcome", ["invalid_exact_svm_smart_wallet_simulation_failed"]),
    ("rejection", "svm_wallet_destination", 402, "never", ["invalid_exact_svm_smart_wallet_cannot_derive_destination_ata"]),
    ("rejection", "svm_wallet_no_transfer", 402, "new_payment", ["invalid_exact_svm_smart_wallet_no_transfer_in_simulation"]),
    ("rejection", "svm_wallet_transfer", 402, "new_payment", ["invalid_exact_svm_smart_wallet_transfer_mismatch"]),
    ("rejection", "svm_wallet_transfers", 402, "new_payment", ["invalid_exact_svm_smart_wallet_multiple_matching_transfers"]),
    (
        "fault",
        "chain_unavailable",
        503,
        "same_bytes_later",
        [
            "invalid_exact_evm_failed_to_check_nonce",
            "invalid_exact_evm_failed_to_get_balance",
            "invalid_exact_evm_failed_to_check_deployment",
        ],
    ),
    (
        "fault",
        "verify_failed",
        503,
        "same_bytes_later",
        ["unexpected_verify_error", "invalid_exact_evm_failed_to_verify_signature", "erc20_approval_tx_validation_unavailable"],
    ),
    (
        "fault",
        "settle_failed",
        503,
        "unknown_outcome",
        [
            "unexpected_settle_error",
            "unexpected_error",
            "invalid_exact_evm_failed_to_execute_transfer",
            "invalid_upto_evm_failed_to_execute_transfer",
        ],
    ),
]
