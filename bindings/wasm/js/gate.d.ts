import type {
  Decimal, Headers402, Json, PaymentPayload, PaymentRequirements, PaymentSource, Read, Result, Retry, SettleResponse, Verified,
} from "./verify.js";

export * from "./verify.js";

// ---- reading and writing ----

/** Reads a header: canonical base64 of one strict JSON object. */
export function decodeHeader<Name extends keyof Headers402>(name: Name, value: string | Uint8Array): Read<Headers402[Name]>;

/** Writes a header. Text is written as it is, an object as `JSON.stringify` does. */
export function encodeHeader<Name extends keyof Headers402>(name: Name, object: Json<Headers402[Name]>): Result<string>;

// ---- hashes ----

/** The hash that names an offer, and the text that it is taken over. */
export function termsHash(offer: Json<object>, options?: { version?: "1" | "2" }): Result<{ canonical: string; hash: string }>;

/** The nonce that binds a payment to terms, method and resource; with `nonce`, only if that is the one. */
export function boundNonce(binding: {
  termsHash: string;
  method: string;
  resource: string;
  salt: string;
  metadata?: Json<object>;
  nonce?: string;
}): Result<{ nonce: string; decimal: string; preimage: string; metadataHash: string }>;

// ---- the answers of others ----

/**
 * Whether what somebody says of a settlement is the answer to this payment: success, on its network, by its payer, for its amount, in a
 * transaction that the network can have. With `terms`, as a seller has asked a facilitator; without, as a buyer has signed.
 */
export function judgeAnswer(
  headers: PaymentSource,
  answer: Json<SettleResponse>,
  options?: { terms?: Json<PaymentRequirements> },
): Result<{ transaction: string; charged: string }>;

/** What a reason means, in whichever vocabulary somebody wrote it. */
export function explainReason(
  reason: string,
): Result<{ kind: "rejection" | "fault"; code: string; detail: string; status: number; retry: Retry } | { kind: "other" }>;

// ---- selling ----

/** What the host remembers of payments. Each call is one atomic step, shared by all instances that sell the same thing. */
export interface ReplayLog {
  /** `true` for the first who claims a key, until it expires. What it throws is answered with 503: nothing is served and nothing settled. */
  claim(key: string, expires: string): boolean | Promise<boolean>;
  /** Gives a key back, of which nothing was settled. */
  release(key: string): void | Promise<void>;
}

/** A log in memory, for trying: it forgets with the process, and knows nothing of other instances. A full one throws. */
export class MemoryLog implements ReplayLog {
  constructor(options?: { capacity?: number; clock?: () => number });
  claim(key: string, expires: string): boolean;
  release(key: string): void;
}

export interface Gate<Rest extends unknown[]> {
  /** What is asked; any of these. */
  terms: Json<PaymentRequirements> | Json<PaymentRequirements>[];
  /** The work. A response that is not a success is not charged for. */
  serve(request: Request, payment: Verified, ...rest: Rest): Response | Promise<Response>;
  /** The URL of a facilitator, which is asked once: nobody but a log knows what an attempt that got no answer has done. */
  facilitator?: string;
  /** In its place, a function that asks one; `body` is the exact text of the request. What it throws leaves the outcome unknown. After an attempt that
      got no answer a refusal says nothing of that attempt: throw instead. */
  settle?(
    request: { x402Version: 2; paymentPayload: PaymentPayload; paymentRequirements: PaymentRequirements },
    body: string,
  ): Promise<SettleResponse>;
  log: ReplayLog;
  /**
   * Where the resource is sold: `https://api.example.com`. `"routed"` takes the host of the request's URL, and is right only where the runtime itself
   * routes by host, as Workers do: elsewhere that host is what the client wrote, and what was bought from somebody else under another name would
   * pass.
   */
  origin: "routed" | `http://${string}` | `https://${string}`;
  /** Whether payments are bound to their request by the nonce; `preferred`, that those that are have to be bound to this one, unless it is said. */
  bind?: "ignored" | "preferred" | "required";
  now?(): Decimal | Date;
  /** How the facilitator is reached. */
  fetch?: typeof globalThis.fetch;
}

/** A handler that is paid for: verify, claim, work, settle, and only then the answer. */
export function createGate<Rest extends unknown[]>(gate: Gate<Rest>): (request: Request, ...rest: Rest) => Promise<Response>;
