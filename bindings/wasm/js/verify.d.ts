/**
 * x402 payments, read and verified offline: the same verdicts as the Rust crates and the shared test vectors.
 *
 * What a stranger wrote never makes these functions throw; it gives a {@link Problem}. What throws is a `TypeError`, when the program
 * passes a thing of the wrong type, such as a number where an amount belongs: the numbers of JavaScript are doubles, so amounts and
 * times are decimal text or `BigInt`.
 */

// ---- what is on the wire (x402 version 2, core specification) ----

/** A CAIP-2 network, such as `eip155:8453`. */
export type Network = `${string}:${string}`;

/** What is being sold. */
export interface ResourceInfo {
  url: string;
  description?: string;
  mimeType?: string;
  serviceName?: string;
  tags?: string[];
  iconUrl?: string;
}

/** One offer: how the seller wants to be paid. */
export interface PaymentRequirements {
  /** `exact`: this amount. `upto`: at most this amount, of which what was used is charged. */
  scheme: string;
  network: Network;
  /** In the smallest unit of the asset. */
  amount: string;
  /** The token's address. */
  asset: string;
  payTo: string;
  maxTimeoutSeconds: number;
  /** What the scheme wants to be known, such as `name` and `version` of the token's signing domain. */
  extra: Record<string, unknown>;
}

/** What a 402 says, in the header `PAYMENT-REQUIRED`. */
export interface PaymentRequired {
  x402Version: number;
  error?: string;
  resource: ResourceInfo;
  accepts: PaymentRequirements[];
  extensions?: Record<string, unknown>;
}

/** A payment, in the header `PAYMENT-SIGNATURE`. */
export interface PaymentPayload {
  x402Version: number;
  resource?: ResourceInfo;
  accepted: PaymentRequirements;
  payload: Record<string, unknown>;
  extensions?: Record<string, unknown>;
}

/** What became of a payment, in the header `PAYMENT-RESPONSE`. */
export interface SettleResponse {
  success: boolean;
  errorReason?: string;
  payer?: string;
  transaction: string;
  network: Network;
  amount?: string;
  extensions?: Record<string, unknown>;
}

/** What a facilitator says of a payment. */
export interface VerifyResponse {
  isValid: boolean;
  invalidReason?: string;
  payer?: string;
  extra?: Record<string, unknown>;
}

/** A payment of version 1, in the header `X-PAYMENT`. */
export interface PaymentPayloadV1 {
  x402Version: 1;
  scheme: string;
  network: string;
  payload: Record<string, unknown>;
}

/** The headers by what they carry. Their case does not matter to servers; here they are spelled like this. */
export interface Headers402 {
  "PAYMENT-REQUIRED": PaymentRequired;
  "PAYMENT-SIGNATURE": PaymentPayload;
  "PAYMENT-RESPONSE": SettleResponse;
  "X-PAYMENT": PaymentPayloadV1;
  "X-PAYMENT-RESPONSE": SettleResponse;
  "SIGN-IN-WITH-X": Record<string, unknown>;
  "EXTENSION-RESPONSES": Record<string, unknown>;
}

// ---- answers ----

/**
 * What the payer may do after a refusal.
 *
 * - `never`: stop; no payment for this will pass until a person changes something.
 * - `new_payment`: these bytes were not used and will not pass; another payment may be signed.
 * - `same_bytes_later`: send the same bytes again, and sign nothing else.
 * - `unknown_outcome`: money may have moved; sign nothing until the chain or a receipt has said what became of it.
 */
export type Retry = "never" | "new_payment" | "same_bytes_later" | "unknown_outcome";

/** What is wrong, whose fault it is, and what may be done next. */
export interface Problem {
  /** The stable name, the same as in Rust and in the vectors. */
  code: string;
  /** One line for people. It holds no value from the input, which may be a live signature. */
  detail: string;
  retry: Retry;
  /** The text for `error` and `invalidReason` on the wire. */
  reason?: string;
  /** The HTTP status to answer with. */
  status?: number;
  /** The member that is wrong, such as `accepted.amount`. */
  path?: string;
  /** Where the specification says so. */
  spec?: string;
  /** The key of the policy that says no. */
  rule?: string;
  /** The entry of an audit log. */
  seq?: string;
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: Problem };

/** A result with the JSON text that it was read from, exactly: a double cannot hold every number that JSON can write. */
export type Read<T> = { ok: true; value: T; text: string } | { ok: false; error: Problem };

/** JSON text, or an object that is read once. */
export type Json<T> = string | T;

/** Decimal text, or a whole number. */
export type Decimal = string | bigint;

/** Where a payment is looked for: the value of `PAYMENT-SIGNATURE`, the headers of a request, or none. */
export type PaymentSource =
  | string
  | null
  | undefined
  | Iterable<readonly [string, string]>
  | Record<string, string | string[] | undefined>;

// ---- verifying ----

/** Which header is the payment; `null` when none is. */
export function findPayment(headers: PaymentSource): Result<{ name: "PAYMENT-SIGNATURE" | "X-PAYMENT"; value: string } | null>;

/** Terms and signature are right. It does not say that anybody has paid: that is the chain's to say. */
export interface Verified {
  payer: string;
  amount: string;
  nonce: string;
  /** From when on the authorization is worth nothing, in seconds. */
  expires: string;
  /** Under which the payment is spent once: what a replay log keeps. */
  key: string;
  termsHash: string;
  /** Which of the offers it takes. */
  offer: number;
  /** With a request that has `bind`, whether the nonce is bound to it. */
  bound?: boolean;
}

/** A request as the seller received it: its own URL for the resource, not what a client says. */
export interface RequestSeen {
  method: string;
  url: string;
  /** Whether payments may be, or have to be, bound to their request by the nonce (extension `quittance-binding`), as the 402 said. */
  bind?: "ignored" | "preferred" | "required";
}

export interface VerifyOptions {
  /** Seconds since 1970; the clock of this machine unless it is given. */
  now?: Decimal | Date;
  /** Only this scheme is served. */
  scheme?: "exact" | "upto";
}

export interface VerifyRequestOptions extends VerifyOptions {
  /**
   * With it, a payment for another request is refused: one that names another resource, and with `bind` one whose nonce is said to be bound to
   * something else. Whoever passes a payment on can take that saying away; only `required` refuses it then.
   */
  request?: RequestSeen;
}

/** Verifies the payment of a request against the seller's own terms, offline, for payers with a key. */
export function verify(
  headers: PaymentSource,
  terms: Json<PaymentRequirements> | Json<PaymentRequirements>[],
  options?: VerifyRequestOptions,
): Result<Verified>;

// ---- signatures and resources ----

/** How a contract reads signatures: tokens of EIP-3009 take 65 bytes, Permit2 the short form too. */
export interface SignatureOptions {
  form?: "eip3009" | "permit2";
}

/** Who signed a digest, and the signature's one form of 65 bytes. */
export function recover(digest: string, signature: string, options?: SignatureOptions): Result<{ signer: string; canonical: string }>;

/** Holds a signature against the one who is said to have made it. */
export function checkSignature(digest: string, signature: string, signer: string, options?: SignatureOptions): Result<{ signer: string }>;

/** The one spelling of a URL that payments are bound to. */
export function canonicalResource(url: string): Result<{ canonical: string; origin: string }>;
