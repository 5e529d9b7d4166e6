/**
 * What a seller says beside the payment: offers and receipts that it signs (extension `offer-receipt`), and how a resource is called
 * (extension `bazaar`).
 *
 * A right signature says which key signed, and every key signs something. Whether it may speak for the seller is the other half of the answer.
 */

import type { Decimal, Json, Network, PaymentRequirements, Problem, Result } from "./verify.js";

export type * from "./verify.js";

/** What a signed offer says. */
export interface OfferPayload {
  version: number;
  resourceUrl: string;
  scheme: string;
  network: Network;
  asset: string;
  payTo: string;
  amount: string;
  /** Seconds since 1970; zero says the same as absence. */
  validUntil?: number;
}

/** What a signed receipt says. */
export interface ReceiptPayload {
  version: number;
  network: Network;
  resourceUrl: string;
  payer: string;
  issuedAt: number;
  /** Empty says the same as absence. */
  transaction?: string;
}

export interface Payloads {
  offer: OfferPayload;
  receipt: ReceiptPayload;
}

/** Something said, and the signature: typed data with it beside, or a JSON Web Signature. */
export type Artifact<Payload> =
  | { format: "eip712"; payload: Payload; signature: string; acceptIndex?: number }
  | { format: "jws"; signature: string; acceptIndex?: number };

/** A key as text: the address of an account, or a DID. */
export type KeyName = string;

export interface Signed<Payload> {
  artifact: Artifact<Payload>;
  /** The same as the exact text. */
  text: string;
  signer: KeyName;
}

export interface StatementOptions {
  /** Typed data unless it is said. */
  format?: "eip712" | "jws";
  /** The name of the key in a JWS, such as `did:web:api.example.com#key-1`; its did:key unless it is given. */
  kid?: string;
}

/** Signs for a seller. Whoever holds the key can acknowledge purchases that nobody made: it had better not be the payee's. */
export class Issuer {
  private constructor();
  /** Takes `0x` and 64 digits, or 32 bytes, which are overwritten with zeros. */
  static open(secret: string | Uint8Array): Result<Issuer>;
  /** The account: what typed data is found to be signed by. */
  readonly address: string;
  /** The key: what a JWS is found to be signed by. */
  readonly did: string;
  sign<Kind extends keyof Payloads>(kind: Kind, payload: Json<Payloads[Kind]>, options?: StatementOptions): Result<Signed<Payloads[Kind]>>;
  /** Overwrites the key; whatever is asked of it then is refused. */
  free(): void;
  toJSON(): { address: string; did: string };
}

/** A statement that lacks its signature. */
export interface UnsignedStatement<Payload> {
  /** What is to be signed. */
  digest: string;
  /** Whose signature it lacks. */
  signer: KeyName;
  /** Of typed data, for `eth_signTypedData_v4`. */
  typedData?: { types: Record<string, { name: string; type: string }[]>; primaryType: string; domain: object; message: object };
  /** Of a JWS, the text whose SHA-256 the digest is. */
  message?: string;
  /** Takes the signature and gives the artifact, if the signature is that of the named key. Of a JWS it may lack the recovery byte. */
  finish(signature: string): Result<Signed<Payload>>;
}

/** Says what has to be signed, where somebody else holds the key. `by` is the account, or of a JWS the did:key. */
export function prepareStatement<Kind extends keyof Payloads>(
  kind: Kind,
  payload: Json<Payloads[Kind]>,
  options: StatementOptions & { by: KeyName },
): Result<UnsignedStatement<Payloads[Kind]>>;

/** Why it is not known who made an artifact. What is `open` could still be right; it is never to be taken for right. */
export interface StatementProblem extends Problem {
  open?: boolean;
}

/** What is said, and who said it. */
export interface Statement<Payload> {
  payload: Payload;
  /** The same as the exact text. */
  text: string;
  signer: KeyName;
  /** Whether the signer may speak for the payee of the `offer`: it is the payee's key, or one that the buyer was `told` of. */
  speaks?: boolean;
  /** Of a signed offer, whether it is said of the `offer`, in every letter. */
  isOfOffer?: boolean;
}

/** Finds out who made an artifact, and with the seller's offer whether that key may speak for the seller. */
export function checkStatement<Kind extends keyof Payloads>(
  kind: Kind,
  artifact: Json<Artifact<Payloads[Kind]>>,
  options?: { offer?: Json<PaymentRequirements>; told?: KeyName[] },
): { ok: true; value: Statement<Payloads[Kind]> } | { ok: false; error: StatementProblem };

/** What a signed receipt is worth to whoever holds it. */
export type ReceiptVerdict =
  | "holds"
  /** Somebody signed whom nobody was told of. */
  | "stranger"
  /** Who signed cannot be found out here. */
  | "unchecked"
  | "malformed"
  | "not_signed"
  | "other_network"
  | "other_resource"
  | "other_payer"
  | "other_transaction"
  | "other_time";

/** Holds a signed receipt against a purchase. `isWrong` tells a lie or a mix-up from what cannot be relied on. */
export function judgeReceipt(
  receipt: Json<Artifact<ReceiptPayload>>,
  bought: {
    network: Network;
    resource: string;
    payer: string;
    payee: string;
    /** The keys that may speak for the seller, beside the payee's. */
    told?: KeyName[];
    /** As the seller names it in `PAYMENT-RESPONSE`. */
    transaction: string;
    /** When the purchase began. */
    since: Decimal | Date;
    now?: Decimal | Date;
  },
): Result<{ verdict: ReceiptVerdict; isWrong: boolean }>;

// ---- the entries of `extensions` ----

/** An entry: data, a JSON Schema of it, and what stands beside them. */
export interface Extension<Info = Record<string, unknown>> {
  info: Info;
  schema?: Record<string, unknown>;
  [sibling: string]: unknown;
}

/** What a seller signed: offers in a 402, a receipt in the answer to a payment. */
export interface OfferReceipt {
  offers?: Artifact<OfferPayload>[];
  receipt?: Artifact<ReceiptPayload>;
}

/** How a resource is called, as it stands in the extension. */
export interface Bazaar {
  input: Record<string, unknown>;
  output?: Record<string, unknown>;
}

/** Reads the entry of an extension; `text` is the whole of it as it is written again. A template that is none is not there. */
export function readEntry(id: "offer-receipt", entry: Json<object>): Result<{ info: OfferReceipt; text: string }>;
export function readEntry(id: "bazaar", entry: Json<object>): Result<{ info: Bazaar; text: string; routeTemplate?: string }>;

/** Signed offers, or a signed receipt, as the entry `offer-receipt`, with its schema. */
export function statementsEntry(info: Json<OfferReceipt>): Result<{ entry: Extension<OfferReceipt>; text: string }>;

/** An example, and the JSON Schema that it keeps to; one that refers outside of itself is refused. */
export interface Example {
  example: Record<string, unknown>;
  schema?: Record<string, unknown>;
}

/** How a resource is called: by a method, with a body where the method has one, or as a tool of the Model Context Protocol. */
export type Resource = (
  | { method: "GET" | "HEAD" | "DELETE"; body?: undefined; params?: Example }
  | {
      method: "POST" | "PUT" | "PATCH";
      body: { type?: "json" | "form-data" | "text"; example: Record<string, unknown> | string; schema?: Record<string, unknown> };
      params?: Example;
    }
  | { tool: string; inputSchema: Record<string, unknown>; description?: string; params?: { example: Record<string, unknown> } }
) & {
  output?: { type?: string; example?: unknown; schema?: Record<string, unknown> };
  /** Under which path a resource with parts that vary is listed, such as `/users/:userId`. */
  routeTemplate?: string;
};

/** The entry `bazaar`, with the schema that it keeps to. */
export function describeResource(resource: Json<Resource>): Result<{ entry: Extension<Bazaar>; text: string }>;
