"""The objects that the wire vectors start from: the samples of the specification, and ways to change one thing in them."""

import copy

from jsontext import header, read, write

USDC = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
PAY_TO = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
PAYER = "0x857b06519E91e3A54538791bDbb0E22373e36b66"
PERMIT2_PROXY = "0x402085c248EeA27D92E8b30b2C58ed07f9E20001"
SIGNATURE = "0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a1283259764173608a2ce6496642e377d6da8dbbf5836e9bd15092f9ecab05ded3d6293af148b571c"
TRANSACTION = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"

AUTHORIZATION = {
    "from": PAYER,
    "to": PAY_TO,
    "value": "10000",
    "validAfter": "1740672089",
    "validBefore": "1740672154",
    "nonce": "0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480",
}
EXACT = {"signature": SIGNATURE, "authorization": AUTHORIZATION}
RESOURCE = {
    "url": "https://api.example.com/premium-data",
    "description": "Access to premium market data",
    "mimeType": "application/json",
}
REQUIREMENTS_2 = {
    "scheme": "exact",
    "network": "eip155:84532",
    "amount": "10000",
    "asset": USDC,
    "payTo": PAY_TO,
    "maxTimeoutSeconds": 60,
    "extra": {"name": "USDC", "version": "2"},
}
REQUIREMENTS_1 = {
    "scheme": "exact",
    "network": "base-sepolia",
    "maxAmountRequired": "10000",
    "asset": USDC,
    "payTo": PAY_TO,
    "resource": "https://api.example.com/premium-data",
    "description": "Access to premium market data",
    "mimeType": "application/json",
    "outputSchema": None,
    "maxTimeoutSeconds": 60,
    "extra": {"name": "USDC", "version": "2"},
}
PAYMENT_1 = {"x402Version": 1, "scheme": "exact", "network": "base-sepolia", "payload": EXACT}
PAYMENT_2 = {"x402Version": 2, "resource": RESOURCE, "accepted": REQUIREMENTS_2, "payload": EXACT}
SMALL_PAYMENT_2 = {
    "x402Version": 2,
    "accepted": {**{k: v for k, v in REQUIREMENTS_2.items() if k != "extra"}},
    "payload": {"signature": "0x00"},
}
REQUIRED_2 = {
    "x402Version": 2,
    "error": "PAYMENT-SIGNATURE header is required",
    "resource": RESOURCE,
    "accepts": [REQUIREMENTS_2],
}
REQUIRED_1 = {
    "x402Version": 1,
    "error": "X-PAYMENT header is required",
    "accepts": [{k: v for k, v in REQUIREMENTS_1.items() if k != "outputSchema"}],
}
SETTLED_2 = {"success": True, "transaction": TRANSACTION, "network": "eip155:84532", "payer": PAYER}
SETTLED_1 = {"success": True, "transaction": TRANSACTION, "network": "base-sepolia", "payer": PAYER}
FAILED_2 = {"success": False, "errorReason": "insufficient_funds", "transaction": "", "network": "eip155:84532", "payer": PAYER}
FAILED_1 = {"success": False, "errorReason": "insufficient_funds", "transaction": "", "network": "base-sepolia", "payer": PAYER}
SIWX = {
    "domain": "api.example.com",
    "address": PAYER,
    "uri": "https://api.example.com/premium-data",
    "version": "1",
    "chainId": "eip155:8453",
    "type": "eip191",
    "nonce": "a1b2c3d4e5f67890a1b2c3d4e5f67890",
    "issuedAt": "2024-01-15T10:30:00.000Z",
    "expirationTime": "2024-01-15T10:35:00.000Z",
    "statement": "Sign in to access premium data",
    "resources": ["https://api.example.com/premium-data"],
    "signatureScheme": "eip191",
    "signature": SIGNATURE,
}
PERMIT2 = {
    "signature": SIGNATURE,
    "permit2Authorization": {
        "permitted": {"token": USDC, "amount": "10000"},
        "from": PAYER,
        "spender": PERMIT2_PROXY,
        "nonce": "1",
        "deadline": "1740672154",
        "witness": {"to": PAY_TO, "validAfter": "1740672089"},
    },
}

# The header samples that the transport pages print have these lengths; a slip of the pen above would show here.
for _sample, _length in [
    (PAYMENT_1, 648),
    (SETTLED_1, 236),
    (FAILED_1, 196),
    (REQUIRED_2, 584),
    (PAYMENT_2, 1088),
    (SETTLED_2, 236),
    (FAILED_2, 196),
]:
    assert len(header(write(_sample))) == _length, (_sample, len(header(write(_sample))))


def text(value):
    return write(value)


def change(value, path, new):
    """A copy with one member set; `path` is names and indexes. A new member comes last."""
    out = copy.deepcopy(value)
    place = out
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return out


def drop(value, path):
    """A copy without one member."""
    out = copy.deepcopy(value)
    place = out
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return out


def parsed(json_text):
    return read(json_text)
