// What sellers sign beside a payment, and how they describe themselves, between our parts and the protocol's own package of extensions:
//
//   node main.mjs <folder with node_modules> <url of a chain> <quittance>
//
// Our gate signs and describes, and the package checks; the package signs, and our buyer checks. The last line counts.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { Buyer } from "../typescript/buyer.mjs";
import { NETWORK, Chain } from "../typescript/chain.mjs";
import { running } from "../typescript/child.mjs";
import { listen } from "../typescript/loopback.mjs";
import {
  HTTPFacilitatorClient,
  decodePaymentRequiredHeader,
  express,
  generatePrivateKey,
  paymentMiddleware,
  privateKeyToAccount,
  require,
  server,
  viem,
  x402ResourceServer,
} from "../typescript/packages.mjs";
import { quittance, scratch } from "../typescript/quittance.mjs";

const extensions = require("@x402/extensions");
const { sign } = require("viem/accounts");

console.warn = console.error = () => {};

const [, , , chainUrl, program] = process.argv;
const chain = await Chain.at(chainUrl);
const facilitator = await quittance(program, chainUrl);
const statementKey = generatePrivateKey();
const statementAccount = privateKeyToAccount(statementKey);
let checks = 0;
const holds = (value, what) => {
  assert.ok(value, what);
  checks += 1;
};
const is = (value, expected, what) => {
  assert.deepEqual(value, expected, what);
  checks += 1;
};

for (const format of ["eip712", "jws"]) {
  await oursToTheirs(format);
  await theirsToOurs(format);
}
console.log(`${checks} checks of offers, receipts and descriptions hold both ways`);
process.exit(0);

/** Our gate sells to the official client, and the official package looks at all that it says. */
async function oursToTheirs(format) {
  const payee = privateKeyToAccount(generatePrivateKey()).address;
  const upstream = express();
  let seen;
  upstream.use((request, response) => {
    seen = request.headers;
    response.json({ company: "Example", score: 7 });
  });
  const url = await gate(format, payee, (await listen(upstream)).url);
  const account = await chain.buyer();
  const buyer = new Buyer(chain, account);

  const unpaid = await fetch(`${url}/report/42`);
  const required = decodePaymentRequiredHeader(unpaid.headers.get("payment-required"));
  const offers = extensions.extractOffersFromPaymentRequired(required);
  is(offers.length, required.accepts.length, "an offer is signed for each entry");
  for (const [index, offer] of offers.entries()) {
    is(offer.format, format);
    const payload = await verified("Offer", offer);
    is(extensions.findAcceptsObjectFromSignedOffer(offer, required.accepts), required.accepts[index], "the entry that it speaks of");
    is(payload.resourceUrl, required.resource.url);
    holds(payload.validUntil > Date.now() / 1000, "it has not ended");
  }

  const { bazaar } = required.extensions;
  is(extensions.validateDiscoveryExtension(bazaar), { valid: true }, "the description keeps to its schema");
  is(extensions.validateDiscoveryExtensionSpec(bazaar).valid, true, "and to the extension's own");
  is(bazaar.info.input.method, "GET");
  const payment = await buyer.payment(`${url}/report/42`);
  const listed = extensions.extractDiscoveryInfo(payment, payment.accepted);
  is(listed.method, "GET", "what a facilitator lists");
  holds(listed.resourceUrl.endsWith("/report/:id"), listed.resourceUrl);
  is(extensions.sanitizeResourceServiceMetadata(required.resource), { serviceName: "Example reports", tags: ["reports"] });

  const paid = await buyer.fetch(`${url}/report/42`);
  is(paid.status, 200);
  is(seen["payment-signature"], undefined);
  const receipt = extensions.extractReceiptFromResponse(paid);
  await verified("Receipt", receipt);
  const [decoded] = extensions.decodeSignedOffers(offers);
  holds(extensions.verifyReceiptMatchesOffer(receipt, decoded, [account.address]), "the receipt is of the offer and of its buyer");
  holds(!extensions.verifyReceiptMatchesOffer(receipt, decoded, [payee]), "and of nobody else");

  // what the official client echoes is what our gate takes; what somebody puts in its place is not
  const another = await buyer.payment(`${url}/report/43`);
  another.extensions.bazaar = { ...another.extensions.bazaar, routeTemplate: "/admin" };
  const refused = await buyer.buy(`${url}/report/43`, another);
  is(refused.status, 402);
  is(decodePaymentRequiredHeader(refused.headers.get("payment-required")).error, "extension_echo_mismatch");

  const said = await ended(["inspect", "--json", unpaid.headers.get("payment-required")]);
  is(said.findings[0].mistakes, []);
  holds(said.findings[0].facts.some(({ name, says }) => name === "signed offer" && says.includes("accepts[0]")), "inspect tells who signed");
}

/** The official check of an artifact of ours, and that our key made it. */
async function verified(kind, artifact) {
  if (artifact.format === "eip712") {
    const { signer, payload } = await extensions[`verify${kind}SignatureEIP712`](artifact);
    is(signer, statementAccount.address);
    return payload;
  }
  const { kid } = extensions.extractJWSHeader(artifact.signature);
  is(kid.split("#")[0], didKey(statementAccount.publicKey));
  return extensions[`verify${kind}SignatureJWS`](artifact);
}

/** The official server sells to our buyer, which takes nothing that is not signed. */
async function theirsToOurs(format) {
  const payee = privateKeyToAccount(generatePrivateKey());
  const issuer = format === "eip712" ? eip712Issuer() : jwsIssuer();
  const till = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitator }))
    .register(NETWORK, new server.Exact())
    .registerExtension(extensions.createOfferReceiptExtension(issuer))
    .registerExtension(extensions.bazaarResourceServerExtension);
  const route = (includeTxHash) => ({
    accepts: { scheme: "exact", network: NETWORK, payTo: payee.address, price: "$0.01", maxTimeoutSeconds: 120 },
    extensions: {
      ...extensions.declareOfferReceiptExtension({ includeTxHash }),
      ...extensions.declareDiscoveryExtension({ input: { city: "Oslo" }, output: { example: { weather: "foggy" } } }),
    },
  });
  const app = express();
  app.use(paymentMiddleware({ "GET /plain": route(false), "GET /named": route(true) }, till));
  app.use((_request, response) => response.send("word"));
  const { url } = await listen(app);
  const key = generatePrivateKey();
  await chain.buyer({ key });
  const buy = async (path, policy) => pay(key, `${url}${path}`, policy);
  const told = `signed_offers = "required"\n[[resource]]\nurl = "${url}/*"\nsigners = ["${issuer.told}"]\n`;

  for (const path of ["/plain", "/named"]) {
    const said = await buy(path, told);
    is([said.outcome, said.signed_receipt?.worth], ["paid", "holds"], JSON.stringify(said));
    const named = said.signed_receipt.receipt.payload?.transaction;
    // the official server does not always name the transaction where its route says so
    if (named) is([path, named], ["/named", said.receipt.transaction]);
  }
  const stranger = await buy("/plain", 'signed_offers = "required"\n');
  is([stranger.outcome, stranger.code], ["unpaid", "offer_unsigned"], JSON.stringify(stranger));
  const careless = await buy("/plain", "");
  is([careless.outcome, careless.signed_receipt?.worth], ["paid", "stranger"], JSON.stringify(careless));

  const unpaid = await fetch(`${url}/plain`);
  const said = await ended(["inspect", "--json", unpaid.headers.get("payment-required")]);
  is(said.findings[0].mistakes, []);
  holds(said.findings[0].facts.some(({ name, says }) => name === "signed offer" && says.includes(issuer.told)), "inspect tells who signed");
  holds(said.findings[0].facts.some(({ name, says }) => name === "described as" && says.startsWith("GET")), "and what is described");
}

function eip712Issuer() {
  const told = statementAccount.address;
  const issuer = extensions.createEIP712OfferReceiptIssuer(`did:pkh:eip155:1:${told}`, (typed) => statementAccount.signTypedData(typed));
  return Object.assign(issuer, { told });
}

function jwsIssuer() {
  const told = didKey(statementAccount.publicKey);
  const kid = `${told}#${told.slice("did:key:".length)}`;
  const signBytes = async (bytes) => {
    const { r, s } = await sign({ hash: viem.sha256(bytes), privateKey: statementKey });
    return Buffer.from(viem.hexToBytes(viem.concat([r, s]))).toString("base64url");
  };
  return Object.assign(extensions.createJWSOfferReceiptIssuer(kid, { kid, format: "jws", algorithm: "ES256K", sign: signBytes }), { told });
}

/** The did:key of a public key on secp256k1, which comes uncompressed. */
function didKey(publicKey) {
  const point = viem.hexToBytes(publicKey);
  const compressed = [2 + (point[64] & 1), ...point.slice(1, 33)];
  return `did:key:z${extensions.encodeBase58(Uint8Array.from([0xe7, 0x01, ...compressed]))}`;
}

/** Our gate in front of an upstream, and where it is. */
async function gate(format, payee, upstream) {
  const port = await free();
  const folder = scratch();
  const config = join(folder, "gate.toml");
  writeFileSync(
    config,
    [
      `upstream = "${upstream}"`,
      `listen = "127.0.0.1:${port}"`,
      `store = "sqlite:${join(folder, "gate.db")}"`,
      'sealing_key = "${SEALING_KEY}"',
      `pay_to = "${payee}"`,
      'network = "base-sepolia"',
      `[facilitator]\nurl = "${facilitator}"`,
      `[statements]\nkey = "\${STATEMENT_KEY}"\nformat = "${format}"`,
      '[service]\nname = "Example reports"\ntags = ["reports"]',
      '[[route]]\npath = "/report/{id}"\nprice = "$0.01"\nmethods = ["GET"]',
      '[route.discovery]\nparams = { language = "en" }\nparams_schema = { properties = { language = { type = "string" } } }',
      'output = "json"\nexample = { company = "Example", score = 7 }\noutput_schema = { type = "object", required = ["company"] }',
    ].join("\n"),
  );
  const env = { SEALING_KEY: "42".repeat(32), STATEMENT_KEY: statementKey };
  const { lines } = running(program, ["gate", "--config", config, "--log", "error"], env);
  const { value } = await lines.next();
  const url = /^gate at (\S+),/.exec(value)?.[1];
  assert.ok(url, value);
  return url;
}

/** `quittance pay`, under a policy that allows this seller and says what is given. */
async function pay(key, url, more) {
  const home = join(scratch(), "home");
  mkdirSync(home, { recursive: true });
  const { origin } = new URL(url);
  const policy = ['per_payment = "$0.10"', 'networks = ["base-sepolia"]', `origins = ["${origin}"]`, "allow_http = true", more].join("\n");
  writeFileSync(join(home, "policy.toml"), policy);
  return ended(["pay", url, "--json", "--home", home, "--policy", join(home, "policy.toml")], { EVM_PRIVATE_KEY: key });
}

/** Runs our program to its end, and reads the one document that it writes. */
function ended(args, env = {}) {
  return new Promise((done, failed) => {
    execFile(program, args, { env }, (error, stdout, stderr) => {
      try {
        done(JSON.parse(stdout));
      } catch {
        failed(new Error(`${args.join(" ")}: ${error?.message ?? stdout}${stderr}`));
      }
    });
  });
}

/** A port that nobody listens on at this moment. */
function free() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
