// Compiled and never run: the types of the package go where those of the protocol's own SDK go, and the other way round.

import type * as sdk from "@x402/core/types";
import * as q from "quittance";
import { readPolicy } from "quittance/toml";
import { MemoryLog, createGate } from "quittance/gate";
import * as slice from "quittance/verify";

declare const theirs: { required: sdk.PaymentRequired; offer: sdk.PaymentRequirements; payment: sdk.PaymentPayload; settled: sdk.SettleResponse };

// what the SDK makes, this package takes
q.encodeHeader("PAYMENT-REQUIRED", theirs.required);
q.encodeHeader("PAYMENT-SIGNATURE", theirs.payment);
slice.verify(new Headers(), theirs.offer);
slice.verify(new Headers(), theirs.required.accepts);
q.termsHash(theirs.offer);

// what this package reads, the SDK takes
const required = q.decodeHeader("PAYMENT-REQUIRED", "");
if (required.ok) {
  const all: sdk.PaymentRequired = required.value;
  const one: sdk.PaymentRequirements | undefined = required.value.accepts[0];
  void [all, one];
}
const payment = q.decodeHeader("PAYMENT-SIGNATURE", "");
if (payment.ok) void (payment.value satisfies sdk.PaymentPayload);
const settled = q.decodeHeader("PAYMENT-RESPONSE", "");
if (settled.ok) void (settled.value satisfies sdk.SettleResponse);

// a decision is told apart by its word, a result by `ok`
const decision = q.decide({ policy: { perPayment: "$0.05", networks: ["base"] }, required: { header: "" }, resource: "", purchase: "a" });
if (decision.ok) {
  switch (decision.value.decision) {
    case "allow":
      void (decision.value.limits satisfies { meter: string; max: string }[]);
      break;
    case "ask":
      void (decision.value.approval satisfies string);
      break;
    case "deny":
      void (decision.value.code satisfies string);
  }
} else {
  void (decision.error.retry satisfies "never" | "new_payment" | "same_bytes_later" | "unknown_outcome");
}

// a policy is an object, its JSON text, or what was read from a file
const read = readPolicy("");
if (read.ok) for (const policy of [read.value, read.text]) q.decide({ policy, required: { header: "" }, resource: "", purchase: "a" });

// a worker's handler is a gate, with a log of ours or of the host's
({ fetch: createGate({ terms: "", facilitator: "", log: new MemoryLog(), origin: "routed", serve: () => new Response() }) }) satisfies {
  fetch(request: Request): Promise<Response>;
};

// what is wrong at run time is wrong before it
// @ts-expect-error an amount is no number
q.parse("amount", 10000);
// @ts-expect-error a clock shows no double
slice.verify(new Headers(), theirs.offer, { now: 1740672100 });
// @ts-expect-error a refusal has no value
if (!payment.ok) void payment.value;
// @ts-expect-error a key is opened, not made
new q.SigningKey();
// @ts-expect-error the slice has no keys
slice.SigningKey;
// @ts-expect-error and no gate
slice.createGate;
