// The protocol's own client, honest or not: what it made can be changed before it is sent.

import { NETWORK, PERMIT2, USDC } from "./chain.mjs";
import { client, evm, wrapFetchWithPayment, x402Client, x402HTTPClient } from "./packages.mjs";

/** The official client; it sends a payment that is ready, if there is one, instead of making one. */
class Client extends x402Client {
  ready = undefined;

  async createPaymentPayload(required) {
    return this.ready ?? super.createPaymentPayload(required);
  }
}

export class Buyer {
  constructor(chain, account) {
    this.account = account;
    this.address = account.address;
    const signer = evm.toClientEvmSigner(account, chain.reader);
    this.client = new Client()
      .register(NETWORK, new client.Exact(signer))
      .register(NETWORK, new client.Upto(signer))
      .registerV1("base-sepolia", new client.ExactV1(signer));
    this.fetch = wrapFetchWithPayment(fetch, this.client);
  }

  /** A payment for what is asked at `url`, made and not sent. */
  async payment(url) {
    const unpaid = await fetch(url);
    const http = new x402HTTPClient(this.client);
    return this.client.createPaymentPayload(http.getPaymentRequiredResponse((name) => unpaid.headers.get(name), await unpaid.json()));
  }

  /** Buys with a payment that was made before. */
  async buy(url, payment) {
    this.client.ready = payment;
    try {
      return await this.fetch(url);
    } finally {
      this.client.ready = undefined;
    }
  }
}

/** Signs a payment again, after what is signed was changed, or the terms that say for which token. */
export async function sign(payment, account) {
  const { authorization, permit2Authorization } = payment.payload;
  const { asset = USDC, network = NETWORK, extra = { name: "USDC", version: "2" } } = payment.accepted ?? {};
  const chainId = Number(network.split(":")[1]);
  payment.payload.signature = authorization
    ? await account.signTypedData({
        domain: { name: extra.name, version: extra.version, chainId, verifyingContract: asset },
        types: evm.authorizationTypes,
        primaryType: "TransferWithAuthorization",
        message: authorization,
      })
    : await account.signTypedData({
        domain: { name: "Permit2", chainId, verifyingContract: PERMIT2 },
        types: "facilitator" in permit2Authorization.witness ? evm.uptoPermit2WitnessTypes : evm.permit2WitnessTypes,
        primaryType: "PermitWitnessTransferFrom",
        message: permit2Authorization,
      });
}
