import type { Decimal, Json, Network, PaymentRequirements, PaymentSource, Problem, Read, ResourceInfo, Result, SettleResponse, Verified, VerifyOptions } from "./verify.js";

export * from "./gate.js";

// ---- reading, hashing and verifying beyond what a worker needs ----

/** The objects that come in bodies, by name. */
export type ObjectName =
  | "PaymentRequired"
  | "PaymentRequirements"
  | "PaymentPayload"
  | "PaymentRequiredV1"
  | "PaymentRequirementsV1"
  | "PaymentPayloadV1"
  | "ResourceInfo"
  | "SettleResponse"
  | "VerifyResponse"
  | "VerifyRequest"
  | "SettleRequest"
  | "SupportedResponse"
  | "DiscoveryResources"
  | "DiscoverySearch";

/** Reads a body by the strict reader: one JSON document, no name twice, no number that two readers would read differently. */
export function readObject<T = Record<string, unknown>>(type: ObjectName, json: string | Uint8Array): Read<T>;

/** Any JSON, by the strict reader: as RFC 8785 spells it, and with order and numbers as they are. */
export function canonicalJson(json: string | Uint8Array, options?: { bytes?: number }): Result<{ canonical: string; text: string }>;

/** An offer of version 1 in the words of version 2. */
export function toV2(offer: Json<object>): Result<{ requirements: PaymentRequirements; resource: ResourceInfo; text: string }>;

/** What a 402 asks, in either version: its `PAYMENT-REQUIRED` header, or where there is none, its body. */
export function parsePaymentRequired(answer: { header?: string | null; body?: string }): Result<{
  /** The offers that can be read, in the words of version 2. */
  offers: PaymentRequirements[];
  /** The same as the exact text. */
  texts: string[];
  /** How many could not be read. */
  unread: string;
  /** What is sold: once, or for each offer. */
  claims: ResourceInfo[];
  extensions: Record<string, unknown>;
  /** Why the request was not served. */
  reason?: string;
}>;

/** The same for many requests at once, in their order. */
export function verifyMany(
  requests: Iterable<PaymentSource>,
  terms: Json<PaymentRequirements> | Json<PaymentRequirements>[],
  options?: VerifyOptions,
): Result<Result<Verified>[]>;

/** Which of the offers is the same as `accepted`, in every member, by meaning. */
export function matchOffer(offers: Json<PaymentRequirements>[], accepted: Json<PaymentRequirements>): Result<number>;

/** Judges a window of time by the rule of a contract. */
export function judgeWindow(window: {
  rule: "eip3009" | "permit2";
  validAfter: Decimal;
  validBefore: Decimal;
  now?: Decimal | Date;
  /** The seconds that must be left; six unless it is given. */
  margin?: Decimal;
}): Result<null>;

/** EIP-712, step by step, for typed data as `eth_signTypedData_v4` takes it. */
export function hashTypedData(data: Json<object>): Result<{
  digest: string;
  structHash: string;
  domainSeparator: string;
  domainType: string;
  encodeType: string;
  typeHash: string;
}>;

/** The digest of a personal message (EIP-191). */
export function hashPersonalMessage(message: string | Uint8Array): Result<string>;

/** Takes a signature apart: bare, or wrapped in what deploys the wallet (ERC-6492). */
export function signatureShape(
  signature: string,
): Result<{ shape: "bare" } | { shape: "counterfactual"; factory: string; calldata: string; inner: string }>;

export interface Quantities {
  amount: { decimal: string; word: string };
  address: { address: string; bytes: string };
  /** An address that can pay or be paid: not zero. */
  party: { address: string; bytes: string };
  network: { namespace: string; reference: string; chainId?: string };
  "v1-network-name": { network: Network };
  nonce: { nonce: string; decimal: string };
  "permit2-nonce": { nonce: string; decimal: string };
  "payment-id": { id: string };
  time: { seconds: string };
}

/** Reads a text as what it is said to be, in its one spelling. */
export function parse<Kind extends keyof Quantities>(kind: Kind, text: Decimal): Result<Quantities[Kind]>;

/** A price such as `$0.01` in the smallest unit of a token. */
export function parsePrice(text: string, decimals: number): Result<{ amount: string; ticker?: string }>;

// ---- the policy pause ----

/**
 * What an agent may pay for: the keys of a file `policy.toml` as an object, in camel case or as they are, or as JSON text, as they are. One key in both
 * spellings is a `TypeError`. What is not allowed is refused. Every key is explained in `crates/guard/examples/policy.toml`; `quittance/toml` reads such
 * a file.
 */
export type Policy = string | PolicyKeys;

export interface PolicyKeys {
  perPayment?: string;
  perTask?: string;
  perSession?: string;
  perHour?: string;
  perDay?: string;
  networks?: string[];
  origins?: string[];
  resource?: { [key: string]: PolicyValue | PolicyValue[] }[];
  schemes?: string[];
  maxWindow?: string;
  askAbove?: string;
  [key: string]: PolicyValue | undefined | PolicyValue[] | { [key: string]: PolicyValue | PolicyValue[] } | { [key: string]: PolicyValue | PolicyValue[] }[];
}
export type PolicyValue = string | boolean;

/** Everything that a decision looks at, at one moment. */
export interface Question {
  policy: Policy;
  /** The 402: its `PAYMENT-REQUIRED` header, or in version 1 its body. */
  required: { header?: string | null; body?: string };
  /** The URL that answered, after all redirects. */
  resource: string;
  method?: string;
  /** The buyer's own name for what is bought once, however often it is tried. */
  purchase: string;
  now?: Decimal | Date;
  task?: string;
  session?: string;
  reason?: string;
  /** A person's word, as a decision of `ask` gave it to be shown and approved. */
  approval?: string;
  /** What this is known to cost. */
  prices?: { network: Network; asset: string; amount: string; source: "advertised" | "paid" }[];
  /** Who was paid at this origin before. */
  pins?: { network: Network; payee: string }[];
}

export interface PassedOver {
  offer: string;
  code?: string;
  detail: string;
}

/** One offer may be paid, within limits that a ledger still has to hold it to. */
export interface Allowed {
  decision: "allow";
  detail: string;
  offer: number;
  terms: PaymentRequirements;
  termsHash: string;
  amount: string;
  /** The token, with its network. */
  asset: string;
  /** For how many seconds it may be signed. */
  window: string;
  limits: { meter: "task" | "session" | "hour" | "day"; max: string }[];
  /** The resource for people to read, without what the policy redacts. */
  resource: string;
  category?: string;
  approvalId?: string;
  /** A payee to remember for this origin. */
  pin?: { network: Network; payee: string };
  passedOver: PassedOver[];
}

export type Decision =
  | Allowed
  | { decision: "ask"; detail: string; approval: string; terms: PaymentRequirements; passedOver: PassedOver[] }
  | { decision: "deny"; code: string; rule: string; detail: string; passedOver: PassedOver[] };

/** May this be paid? */
export function decide(question: Question): Result<Decision>;

// ---- signing, in two steps ----

export interface Payer {
  /** The account that pays. */
  from: string;
  /** Thirty-two fresh bytes as `0x…`; drawn from `crypto.getRandomValues` unless given. */
  salt?: string;
  paymentId?: string;
}

/** The header that pays. */
export interface Payment {
  name: "PAYMENT-SIGNATURE" | "X-PAYMENT";
  value: string;
  key: string;
  expires: string;
  /** Who signed; `null` for a contract wallet, which only a chain can ask. */
  payer: string | null;
}

/** What has to be signed. */
export interface Prepared extends Allowed {
  digest: string;
  /** For `eth_signTypedData_v4`. */
  typedData: { types: Record<string, { name: string; type: string }[]>; primaryType: string; domain: object; message: object };
  /** Under which the payment will be spent: a ledger keeps it before anything is signed. */
  key: string;
  expires: string;
  /** Takes the signature and gives the header, if the signature is the payer's. */
  finish(signature: string): Result<Payment>;
}

/** Decides, and says what to sign. Where the policy does not allow it, there is nothing to sign. */
export function prepare(question: Question & Payer): Result<Prepared>;

/** A secret key in the module's memory. It never shows its bytes: not in JSON, not in an error, not in a structured clone. */
export class SigningKey {
  private constructor();
  /** Takes `0x` and 64 digits, or 32 bytes, which are overwritten with zeros. */
  static open(secret: string | Uint8Array): Result<SigningKey>;
  readonly address: string;
  sign(prepared: { digest: string }): Result<{ signature: string; signer: string }>;
  /** Signs whatever is hashed. Nothing of it is looked at. */
  signDigest(digest: string): Result<{ signature: string; signer: string }>;
  signPersonal(message: string | Uint8Array): Result<{ signature: string; signer: string }>;
  /** Overwrites the key; whatever is asked of it then is refused. */
  free(): void;
  toJSON(): { address: string };
}

// ---- a fetch that pays ----

/** Who signs: a {@link SigningKey}, or what viem calls an account. */
export type Signer =
  | SigningKey
  | { address: string; signTypedData(typedData: Prepared["typedData"] & Record<string, any>): Promise<string> };

export interface Reservation {
  purchase: string;
  task: string;
  session?: string;
  url: string;
  /** What the request asks for: the name of a purchase stands for one. */
  fingerprint: string;
  key: string;
  expires: string;
  amount: string;
  asset: string;
  limits: Allowed["limits"];
  termsHash: string;
}

/** What the host remembers of purchases. Each call is one atomic step, shared by all tabs and instances that spend from the same wallet. */
export interface Ledger {
  find(
    purchase: string,
  ): Promise<{ url: string; task: string; fingerprint: string; payment?: { name: string; value: string } } | undefined>;
  /** Sets the amount aside: `fresh` once for each purchase, and only within all limits. */
  reserve(wanted: Reservation): Promise<{ state: "fresh" } | { state: "known" } | { state: "refused"; meter?: string }>;
  /** Keeps what was signed, before it is sent. */
  keep(purchase: string, payment: Payment): Promise<void>;
  settle(purchase: string, receipt: SettleResponse): Promise<void>;
  /** Takes back what was never signed. */
  release(purchase: string): Promise<void>;
}

/** A ledger in memory, for trying: it forgets with the page, and knows nothing of other tabs. */
export class MemoryLedger implements Ledger {
  constructor(options?: { clock?: () => number });
  find: Ledger["find"];
  reserve: Ledger["reserve"];
  keep: Ledger["keep"];
  settle: Ledger["settle"];
  release: Ledger["release"];
}

/** Why nothing was bought, or why nobody knows. */
export class PaymentError extends Error implements Problem {
  code: string;
  detail: string;
  retry: Problem["retry"];
}

/** What a request asks for, as one hash: its method, its canonical URL and its body. */
export function fingerprint(request: { method?: string; url: string; body?: string | Uint8Array }): Result<string>;

/** A fetch that pays what the policy allows. One name of a purchase is signed for once, however often it is tried, and stands for one request. */
export function wrapFetch(
  fetch: typeof globalThis.fetch,
  options: { policy: Policy; signer: Signer; ledger: Ledger; task?: string; session?: string; now?: () => Decimal | Date },
): (input: RequestInfo | URL, init?: RequestInit & { purchase?: string; reason?: string; approval?: string }) => Promise<Response>;

// ---- what only a chain can say ----

/** A call of a contract, for `eth_call`. */
export interface Call {
  target: string;
  data: string;
  /** The only account that can make it. */
  sender?: string;
}

/** A question to a chain, as a value. */
export type Question402 =
  | { kind: "code"; address: string }
  | { kind: "contractSignature"; wallet: string; digest: string; signature: string }
  | { kind: "counterfactualSignature"; wallet: string; deployment: Call; digest: string; signature: string }
  | { kind: "balance"; token: string; owner: string }
  | { kind: "allowance"; token: string; owner: string; spender: string }
  | { kind: "nonceState"; token: string; authorizer: string; nonce: string }
  | { kind: "permitNonce"; owner: string; nonce: string }
  | { kind: "tokenNonce"; token: string; owner: string }
  | { kind: "transactions"; account: string }
  | { kind: "funds"; account: string }
  | { kind: "simulate"; calls: Call[] };

/** What a chain said. A node that cannot be reached has said nothing. */
export type ChainAnswer = { flag: boolean } | { amount: string } | { bytes: string } | { failed: string };

export interface ChainOptions {
  now?: Decimal | Date;
  /** How much the chain has to say before a payment passes; `simulated`, that it would settle, unless given. */
  mode?: "offline" | "state" | "simulated";
  /** Contracts that may be called to deploy a wallet. */
  factories?: string[];
  sponsoring?: ("eip2612GasSponsoring" | "erc20ApprovalGasSponsoring")[];
  answers?: { question: Question402; answer: ChainAnswer }[];
  name?: "PAYMENT-SIGNATURE" | "X-PAYMENT";
}

/** Verifies a payment with what a chain has answered so far: the verdict, or the questions that are open. Ask them and call again. */
export function verifyOnChain(
  header: string,
  terms: Json<PaymentRequirements>,
  options?: ChainOptions,
): Result<{ verified: Verified; questions?: undefined } | { questions: Question402[]; verified?: undefined }>;

/** The call that asks a question. Code, transactions and coins are asked for without one. */
export function callFor(question: Question402): Result<Call>;

/** The answer to a question, from what its call returned, or reverted with. */
export function answerOf(question: Question402, outcome: { returned: string } | { reverted: string }): Result<ChainAnswer>;

/** One call of Multicall3 that makes many. */
export function multicall(calls: Call[]): Result<Call>;

export function multicallOutcomes(returned: string, count: number): Result<{ success: boolean; bytes: string }[]>;

// ---- the audit log ----

/** Checks a log from its first line, or from an anchor that was kept elsewhere. */
export function auditVerify(
  log: string | Uint8Array,
  options?: { anchor?: string },
): Result<{ log: string; generation: string; anchor: string; validBytes: string; tornBytes: string }>;

/** The line of an event after the entry that `after` names. */
export function auditEntry(entry: { log: string; after?: string; event: Json<object> }): Result<{ line: string; anchor: string }>;

/** What stands in a log for bytes that are nobody's business. */
export function auditHash(salt: string, value: string | Uint8Array): Result<string>;

/** A text as a log shows it: one line, nothing in it that moves a cursor. */
export function auditEscaped(text: string): Result<string>;

// ---- the inspector ----

export interface Finding {
  place: string;
  kind: string;
  verdict: "right" | "refused" | "open" | "malformed" | "well_formed" | "no_rules";
  says: string;
  rejection?: string;
  payer?: string;
  mistakes: { code: string; says: string; member?: string }[];
  error?: { code: string; kind: string; says: string };
  fields: { path: string; value: string; mark: "signed" | "bound" | "vouched" | "compared" | "secret" | "unsigned" | "said"; note?: string }[];
  facts: { name: string; says: string }[];
  rules: { name: string; outcome: "holds" | "fails" | "open" | "not_reached"; detail: string; code?: string; cite?: string }[];
  abuse: string[];
  /** Of a 402 its JSON, however it was wrapped. */
  text?: string;
}

/** What is in a text: any header, object or transcript, every member with what stands behind it, every rule with its outcome. */
export function inspect(text: string, options?: { now?: Decimal | Date; terms?: Json<PaymentRequirements> }): Result<{ findings: Finding[] }>;
