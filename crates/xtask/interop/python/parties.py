"""The protocol's own client, server and facilitator in Python, on this machine alone."""

from threading import Thread

import requests
from flask import Flask, jsonify, make_response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from chain import NETWORK, PERMIT2, USDC, known
from x402 import x402ClientSync, x402FacilitatorSync, x402ResourceServerSync
from x402.http import FacilitatorConfig, HTTPFacilitatorClientSync
from x402.http.clients.requests import wrapRequestsWithPayment
from x402.http.middleware.flask import payment_middleware, set_settlement_overrides
from x402.http.types import PaymentOption, RouteConfig
from x402.http.x402_http_client import x402HTTPClientSync
from x402.mechanisms.evm.constants import PERMIT2_WITNESS_TYPES, UPTO_PERMIT2_WITNESS_TYPES
from x402.mechanisms.evm.exact import ExactEvmServerScheme, register_exact_evm_client, register_exact_evm_facilitator
from x402.mechanisms.evm.signers import EthAccountSignerWithRPC, FacilitatorWeb3Signer
from x402.mechanisms.evm.types import AUTHORIZATION_TYPES
from x402.mechanisms.evm.upto import UptoEvmClientScheme, UptoEvmFacilitatorScheme, UptoEvmServerScheme
from x402.schemas import AssetAmount
from x402.schemas.helpers import parse_payment_payload, parse_payment_requirements

PAYEE = known(8).address
PRICE = 10_000
CEILING = 100_000


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


def serve(app):
    """Serves on a free port, and says where."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def reference(chain):
    """The official facilitator: the package gives its engine, and what is written here is its HTTP surface."""
    signer = FacilitatorWeb3Signer(private_key=known(0).key.hex(), rpc_url=chain.url)
    engine = register_exact_evm_facilitator(x402FacilitatorSync(), signer, NETWORK)
    engine.register([NETWORK], UptoEvmFacilitatorScheme(signer))
    app = Flask("facilitator")

    def answer(ask):
        body = request.get_json()
        try:
            payment = parse_payment_payload(body["paymentPayload"])
            terms = parse_payment_requirements(payment.x402_version, body["paymentRequirements"])
            return jsonify(ask(payment, terms).model_dump(by_alias=True, exclude_none=True))
        except Exception as error:
            return jsonify({"error": str(error)}), 500

    app.add_url_rule("/verify", "verify", lambda: answer(engine.verify), methods=["POST"])
    app.add_url_rule("/settle", "settle", lambda: answer(engine.settle), methods=["POST"])
    app.add_url_rule("/supported", "supported", lambda: engine.get_supported().model_dump(by_alias=True, exclude_none=True))
    return serve(app)


def shop(facilitator_url, payee=PAYEE):
    """The official server: one route for each way to be paid."""
    permit2 = {"name": "USDC", "version": "2", "assetTransferMethod": "permit2"}
    prices = {
        "/eip3009": ("exact", "$0.01"),
        "/permit2": ("exact", AssetAmount(amount=str(PRICE), asset=USDC, extra=permit2)),
        "/upto": ("upto", "$0.10"),
    }
    till = x402ResourceServerSync(HTTPFacilitatorClientSync(FacilitatorConfig(url=facilitator_url)))
    till.register(NETWORK, ExactEvmServerScheme())
    till.register(NETWORK, UptoEvmServerScheme())
    option = lambda scheme, price: PaymentOption(scheme, payee, price, NETWORK, max_timeout_seconds=120)
    app = Flask("shop")

    def word():
        response = make_response("word")
        if "charge" in request.args:
            set_settlement_overrides(response, {"amount": request.args["charge"]})
        return response

    for path in prices:
        app.add_url_rule(path, path, word)
    payment_middleware(app, {f"GET {path}": RouteConfig(accepts=option(*price)) for path, price in prices.items()}, till)
    return serve(app)


class Client(x402ClientSync):
    """The official client; it sends a payment that is ready, if there is one, instead of making one."""

    ready = None

    def create_payment_payload(self, required, *more):
        return self.ready or super().create_payment_payload(required, *more)


class Buyer:
    def __init__(self, chain, account):
        self.account = account
        self.address = account.address
        signer = EthAccountSignerWithRPC(account, chain.url)
        self.client = register_exact_evm_client(Client(), signer, NETWORK)
        self.client.register(NETWORK, UptoEvmClientScheme(signer))
        self.http = x402HTTPClientSync(self.client)
        self.session = wrapRequestsWithPayment(requests.Session(), self.client)

    def payment(self, url):
        """A payment for what is asked at a URL, made and not sent."""
        unpaid = requests.get(url)
        required = self.http.get_payment_required_response(unpaid.headers.get, unpaid.json())
        return self.client.create_payment_payload(required)

    def buy(self, url, payment):
        """Buys with a payment that was made before."""
        self.client.ready = payment
        try:
            return self.session.get(url)
        finally:
            self.client.ready = None


def sign(payment, account):
    """Signs a payment again, after what is signed was changed."""
    if authorization := payment.payload.get("authorization"):
        domain = {"name": "USDC", "version": "2", "chainId": 84532, "verifyingContract": USDC}
        numbers = {name: int(authorization[name]) for name in ("value", "validAfter", "validBefore")}
        nonce = bytes.fromhex(authorization["nonce"][2:])
        signed = account.sign_typed_data(domain, AUTHORIZATION_TYPES, {**authorization, **numbers, "nonce": nonce})
    else:
        permit = payment.payload["permit2Authorization"]
        domain = {"name": "Permit2", "chainId": 84532, "verifyingContract": PERMIT2}
        types = UPTO_PERMIT2_WITNESS_TYPES if "facilitator" in permit["witness"] else PERMIT2_WITNESS_TYPES
        message = {
            "permitted": {**permit["permitted"], "amount": int(permit["permitted"]["amount"])},
            "spender": permit["spender"],
            "nonce": int(permit["nonce"]),
            "deadline": int(permit["deadline"]),
            "witness": {**permit["witness"], "validAfter": int(permit["witness"]["validAfter"])},
        }
        signed = account.sign_typed_data(domain, types, message)
    payment.payload["signature"] = "0x" + bytes(signed.signature).hex()
