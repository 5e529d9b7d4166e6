// One check for each feature of the shared vectors: what the package makes of the input of a case. It decides nothing itself.
//
// `features` gives, for a package, from the name of a feature to a function of the group's parameters and the case's input, which gives
// `{accept: facts}` or `{reject: reason}`. It knows no runtime, so that all of them run this very file.

const accept = (facts) => ({ accept: facts });
const outcome = (answer, facts = (value) => value) => (answer.ok ? accept(facts(answer.value, answer)) : { reject: answer.error.code });

/** An object without the members that have nothing to say. */
const some = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
const filled = (object) => (object && Object.keys(object).length > 0 ? object : null);
const ids = (extensions) => (extensions && Object.keys(extensions).length > 0 ? Object.keys(extensions) : null);

/** Texts and lists beyond a thousand elements by their length, as the format writes them. */
const abridged = (value) => {
  if (typeof value === "string") return new TextEncoder().encode(value).length > 1000 ? { length: new TextEncoder().encode(value).length } : value;
  if (Array.isArray(value)) return value.length > 1000 ? { length: value.length } : value.map(abridged);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, abridged(member)]));
  return value;
};

const unhex = (text) => {
  const digits = text.startsWith("0x") ? text.slice(2) : text;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
};
const unbase64url = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const hex = (bytes) => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
const repeated = ({ before, unit, times, after }) => before + unit.repeat(times) + after;
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** The types of the messages that are signed. */
const TYPES = {
  TransferWithAuthorization: "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
  ReceiveWithAuthorization: "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
  CancelAuthorization: "CancelAuthorization(address authorizer,bytes32 nonce)",
  Permit: "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
  PermitWitnessTransferFrom:
    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Witness witness)TokenPermissions(address token,uint256 amount)Witness(address to,uint256 validAfter)",
  UptoPermit:
    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Witness witness)TokenPermissions(address token,uint256 amount)Witness(address to,address facilitator,uint256 validAfter)",
  Offer:
    "Offer(uint256 version,string resourceUrl,string scheme,string network,string asset,string payTo,string amount,uint256 validUntil)",
  Receipt:
    "Receipt(uint256 version,string network,string resourceUrl,string payer,uint256 issuedAt,string transaction)",
};
const typesOf = (text) =>
  Object.fromEntries(
    text.split(")").filter(Boolean).map((part) => {
      const [name, members] = part.split("(");
      return [name, members.split(",").map((member) => ({ type: member.split(" ")[0], name: member.split(" ")[1] }))];
    }),
  );
const typedData = ({ domain, primaryType, message }) => {
  const upto = primaryType === "PermitWitnessTransferFrom" && typeof message.witness.facilitator === "string";
  return { types: typesOf(TYPES[upto ? "UptoPermit" : primaryType]), primaryType, domain, message };
};

export const features = (q, whole = q) => {
  const caip2 = (name) => {
    const known = whole.parse("v1-network-name", name);
    return known.ok ? known.value.network : name;
  };

  // facts, in one vocabulary for both versions
  const resource = ({ url, description, mimeType, serviceName, tags, iconUrl }) =>
    some({ url, description, mimeType, serviceName, tags, iconUrl });
  const offer2 = ({ scheme, network, amount, asset, payTo, maxTimeoutSeconds, extra }) =>
    some({ scheme, network, amount, asset, payTo, maxTimeoutSeconds, extra: filled(extra) });
  const offer1 = (offer) =>
    some({
      scheme: offer.scheme,
      network: caip2(offer.network),
      amount: offer.maxAmountRequired,
      asset: offer.asset,
      payTo: offer.payTo,
      maxTimeoutSeconds: offer.maxTimeoutSeconds,
      resource: resource({ url: offer.resource, description: offer.description, mimeType: offer.mimeType }),
      outputSchema: filled(offer.outputSchema),
      extra: filled(offer.extra),
    });
  const required2 = ({ error, accepts, resource: about, extensions }) =>
    some({ version: 2, error, accepts: accepts.map(offer2), resource: about && resource(about), extensions: ids(extensions) });
  const required1 = ({ error, accepts }) => some({ version: 1, error, accepts: accepts.map(offer1) });
  const payload2 = ({ accepted, payload, resource: about, extensions }) =>
    some({
      version: 2,
      scheme: accepted.scheme,
      network: accepted.network,
      accepted: offer2(accepted),
      payload,
      resource: about && resource(about),
      extensions: ids(extensions),
    });
  const payload1 = ({ scheme, network, payload }) => ({ version: 1, scheme, network: caip2(network), payload });
  const settlement = ({ success, errorReason, payer, transaction, amount, network, extensions }) =>
    some({
      success,
      errorReason,
      payer,
      transaction,
      amount,
      network: network === "" ? null : caip2(network),
      extensions: ids(extensions),
    });
  const verdict = ({ isValid, invalidReason, payer, extra }) => some({ isValid, invalidReason, payer, extra: filled(extra) });
  const request = ({ x402Version, paymentPayload, paymentRequirements }) =>
    x402Version === 1
      ? { version: 1, payment: payload1(paymentPayload), requirements: offer1(paymentRequirements) }
      : { version: 2, payment: payload2(paymentPayload), requirements: offer2(paymentRequirements) };
  const supported = ({ kinds, extensions, signers }) =>
    some({
      kinds: kinds.map(({ x402Version, scheme, network, extra }) =>
        some({ version: x402Version, scheme, network: x402Version === 1 ? caip2(network) : network, extra: filled(extra) }),
      ),
      extensions: extensions && extensions.length > 0 ? extensions : null,
      signers: filled(signers),
    });
  const item = (it) =>
    some({
      resource: it.resource,
      type: it.type,
      version: it.x402Version,
      accepts: it.accepts.map((offer) => ("maxAmountRequired" in offer ? offer1(offer) : offer2(offer))),
      lastUpdated: it.lastUpdated,
      description: it.description,
      mimeType: it.mimeType,
      serviceName: it.serviceName,
      tags: it.tags,
      iconUrl: it.iconUrl,
      extensions: ids(it.extensions),
    });

  // an object of the wire: its facts, and the text that is written again where it is not the one that was read
  const object = (type, facts) => (group, { text }) => {
    const name = typeof type === "function" ? type(group) : type;
    return outcome(q.readObject(name, text), (value, answer) => {
      const told = { facts: facts(value, group) };
      return answer.text === text ? told : { ...told, encoded: answer.text };
    });
  };
  const versioned = (name) => (group) => (group.version === 1 ? `${name}V1` : name);

  // a header: the same, with the header that is written again
  const header = (name, facts) => (group, input) => {
    const value =
      input.header ?? (input.headerHex ? unhex(input.headerHex) : input.repeat ? repeated(input.repeat) : base64(repeated(input.base64OfRepeat)));
    const called = typeof name === "function" ? name(group) : name;
    return outcome(q.decodeHeader(called, value), (decoded, { text }) => {
      const told = { facts: abridged(facts(decoded, group)) };
      const again = q.encodeHeader(called, text);
      if (!again.ok) throw new Error(`what was read is not written: ${JSON.stringify(again)}`);
      return again.value === value ? told : { ...told, header: again.value };
    });
  };

  const verification = (scheme) => (group, { name, header: value, offers }) => {
    const headers = [[name, value]];
    const options = { now: group.now, scheme };
    const alone = q.verify(headers, offers, options);
    if (q.verifyMany) {
      const many = q.verifyMany([headers, headers], offers, options);
      if (!many.ok) throw new Error("a batch is refused as a whole");
      for (const one of many.value) {
        if (JSON.stringify(one) !== JSON.stringify(alone)) throw new Error(`a batch says something else: ${JSON.stringify(one)}`);
      }
    }
    return outcome(alone, ({ offer, payer, amount, nonce, expires }) => ({ offer, payer, amount, nonce, expires }));
  };

  const quantity = (kind) => (_, { text }) => outcome(q.parse(kind, text));

  const all = {
    "binding/nonce": (_, { termsHash, method, resource, salt, metadata, nonce }) =>
      outcome(q.boundNonce({ termsHash, method, resource, salt, metadata, nonce })),
    "binding/resource": (_, { url }) => outcome(q.canonicalResource(url)),

    "evm/authorization": (_, input) => {
      const hashed =
        input.text === undefined ? q.hashTypedData(typedData(input)) : q.hashPersonalMessage(input.text);
      if (!hashed.ok) throw new Error(`not hashed: ${JSON.stringify(hashed)}`);
      const digest = input.text === undefined ? hashed.value.digest : hashed.value;
      const checked = q.checkSignature(digest, input.signature, input.signer, { form: input.form });
      return outcome(checked, ({ signer }) => ({ digest, signer }));
    },
    "evm/domain": (_, { domain }) => {
      const data = { types: { Any: [{ name: "any", type: "bool" }] }, primaryType: "Any", domain, message: { any: true } };
      return outcome(q.hashTypedData(data), (value) => ({ typeString: value.domainType, separator: value.domainSeparator }));
    },
    "evm/erc6492": (_, { signature }) => outcome(q.signatureShape(signature)),
    "evm/exact": verification("exact"),
    "evm/message": (_, input) =>
      outcome(q.hashTypedData(typedData(input)), ({ domainType, ...steps }) => steps),
    "evm/signature": (_, { digest, signature, form }) => outcome(q.recover(digest, signature, { form })),
    "evm/typed-data": (_, { typedData: text }) => outcome(q.hashTypedData(text), ({ domainType, ...steps }) => steps),
    "evm/upto": verification("upto"),

    "header/extension-responses": header("EXTENSION-RESPONSES", (responses) => ({ extensions: responses })),
    "header/payment": header(
      (group) => (group.version === 1 ? "X-PAYMENT" : "PAYMENT-SIGNATURE"),
      (payment, group) => (group.version === 1 ? payload1(payment) : payload2(payment)),
    ),
    "header/required": header("PAYMENT-REQUIRED", required2),
    "header/response": header("PAYMENT-RESPONSE", settlement),
    "header/set": (_, { headers }) =>
      outcome(readPayment(q, headers), (found) => ({
        payment: found && {
          name: found.name,
          version: found.name === "X-PAYMENT" ? 1 : 2,
          scheme: found.name === "X-PAYMENT" ? found.payment.scheme : found.payment.accepted.scheme,
          network: found.name === "X-PAYMENT" ? caip2(found.payment.network) : found.payment.accepted.network,
        },
      })),
    "header/siwx": header("SIGN-IN-WITH-X", (proof) =>
      some({
        domain: proof.domain,
        address: proof.address,
        uri: proof.uri,
        version: proof.version,
        chainId: proof.chainId,
        type: proof.type,
        nonce: proof.nonce,
        issuedAt: proof.issuedAt,
        statement: proof.statement,
        expirationTime: proof.expirationTime,
        notBefore: proof.notBefore,
        requestId: proof.requestId,
        resources: proof.resources,
        signatureScheme: proof.signatureScheme,
        signature: proof.signature,
      }),
    ),

    "json/text": (group, input) => {
      const given = input.text ?? (input.hex === undefined ? repeated(input.repeat) : unhex(input.hex));
      return outcome(q.canonicalJson(given, { bytes: group.limits?.bytes ?? 8192 }));
    },

    "reasons/codes": (_, { text }) =>
      outcome(q.explainReason(text), ({ kind, code, status, retry }) => some({ kind, code, status, retry })),

    "terms/answer": ({ version, payment, offer }, { text }) =>
      outcome(q.judgeAnswer([[version === 1 ? "X-PAYMENT" : "PAYMENT-SIGNATURE", base64(payment)]], text, { terms: offer })),
    "terms/hash": (_, { requirements, version }) => outcome(q.termsHash(requirements, { version: String(version) })),
    "terms/matching": (_, { offers, accepted }) => outcome(q.matchOffer(offers, accepted), (index) => ({ index })),
    "terms/window": (group, { validAfter, validBefore, now, margin }) =>
      outcome(q.judgeWindow({ rule: group.rule, validAfter, validBefore, now: now ?? group.now, margin })),

    "types/address": (group, { text }) => outcome(q.parse(group.party === true ? "party" : "address", text)),
    "types/amount": quantity("amount"),
    "types/money": (_, { text, decimals }) => outcome(q.parsePrice(text, decimals)),
    "types/network": quantity("network"),
    "types/nonce": quantity("nonce"),
    "types/payment-id": quantity("payment-id"),
    "types/permit2-nonce": quantity("permit2-nonce"),
    "types/time": quantity("time"),
    "types/v1-network-names": quantity("v1-network-name"),

    "wire/discovery": object(
      (group) => (group.endpoint === "search" ? "DiscoverySearch" : "DiscoveryResources"),
      (page, group) =>
        group.endpoint === "search"
          ? some({
              version: page.x402Version,
              items: page.resources.map(item),
              partialResults: page.partialResults,
              pagination: page.pagination && some({ limit: page.pagination.limit, cursor: page.pagination.cursor }),
            })
          : {
              version: page.x402Version,
              items: page.items.map(item),
              pagination: { limit: page.pagination.limit, offset: page.pagination.offset, total: page.pagination.total },
            },
    ),
    "wire/mapping": (_, { text }) =>
      outcome(q.toV2(text), (value) => ({ requirements: JSON.stringify(value.requirements), resource: JSON.stringify(value.resource) })),
    "wire/payment-payload": object(versioned("PaymentPayload"), (it, group) => (group.version === 1 ? payload1(it) : payload2(it))),
    "wire/payment-required": object(versioned("PaymentRequired"), (it, group) => (group.version === 1 ? required1(it) : required2(it))),
    "wire/requirements": object(versioned("PaymentRequirements"), (it, group) => (group.version === 1 ? offer1(it) : offer2(it))),
    "wire/resource-info": object("ResourceInfo", resource),
    "wire/settle-request": object("SettleRequest", request),
    "wire/settle-response": object("SettleResponse", settlement),
    "wire/supported": object("SupportedResponse", supported),
    "wire/verify-request": object("VerifyRequest", request),
    "wire/verify-response": object("VerifyResponse", verdict),
  };
  const known = { ...all, ...withKeys(q, whole), ...withStatements(q) };
  return Object.fromEntries(Object.entries(known).filter(([feature]) => needs(feature).every((name) => q[name] !== undefined)));
};

/** The functions that a feature needs, and that not every slice has. */
const needs = (feature) => NEEDS[feature] ?? NEEDS[feature.split("/")[0]];

const NEEDS = {
  binding: ["boundNonce", "canonicalResource"],
  evm: ["hashTypedData"],
  "evm/authorization": ["hashTypedData", "checkSignature"],
  "evm/erc6492": ["signatureShape"],
  "evm/exact": ["verify"],
  "evm/multicall3": ["multicall", "multicallOutcomes"],
  "evm/on-chain": ["verifyOnChain"],
  "evm/personal": ["hashPersonalMessage", "SigningKey"],
  "evm/question": ["callFor", "answerOf"],
  "evm/settlement": ["planSettlement"],
  "evm/signature": ["recover"],
  "evm/signing": ["SigningKey"],
  "evm/upto": ["verify"],
  guard: ["auditVerify", "auditEntry", "auditHash", "auditEscaped"],
  header: ["decodeHeader", "encodeHeader"],
  "header/extension-responses": ["decodeHeader", "readObject"],
  "header/set": ["decodeHeader", "findPayment"],
  "header/siwx": ["decodeHeader", "readObject"],
  json: ["canonicalJson"],
  reasons: ["explainReason"],
  "statement/check": ["checkStatement"],
  "statement/sign": ["Issuer", "prepareStatement"],
  "terms/answer": ["judgeAnswer"],
  "terms/hash": ["termsHash"],
  "terms/matching": ["matchOffer"],
  "terms/window": ["judgeWindow"],
  types: ["parse"],
  "types/money": ["parsePrice"],
  wire: ["readObject"],
  "wire/bazaar": ["readEntry"],
  "wire/mapping": ["toV2"],
  "wire/offer-receipt": ["readEntry"],
};

/** What sellers say beside the payment. */
const withStatements = (q) => {
  const entry = (id) => (_, { text }) =>
    outcome(q.readEntry(id, text), ({ info, text: again, routeTemplate }) => {
      const facts = id === "bazaar" ? some({ info, routeTemplate }) : info;
      return again === text ? { facts } : { facts, encoded: again };
    });
  const sign = (_, { kind, format, kid, privateKey, payload }) => {
    const opened = q.Issuer.open(privateKey);
    if (!opened.ok) return outcome(opened);
    const issuer = opened.value;
    const signed = issuer.sign(kind, payload, { format, kid });
    // in two steps, where somebody else holds the key, it is the same
    const by = format === "eip712" ? issuer.address : issuer.did;
    const prepared = q.prepareStatement(kind, payload, { format, kid, by });
    if (prepared.ok !== signed.ok || (!signed.ok && prepared.error.code !== signed.error.code)) throw new Error("two steps say something else");
    if (signed.ok) {
      const made = signed.value.artifact.signature;
      const bytes = format === "eip712" ? made : hex(unbase64url(made.split(".")[2]));
      if (prepared.value.finish(bytes).value?.text !== signed.value.text) throw new Error("two steps make something else");
      if (q.checkStatement(kind, signed.value.text).value?.signer !== signed.value.signer && kid === undefined) throw new Error("it is not found");
    }
    issuer.free();
    return outcome(signed, ({ text, signer }) => ({ text, signer }));
  };
  return {
    "statement/check": (_, { kind, text }) => outcome(q.checkStatement(kind, text), ({ payload, signer }) => ({ payload, signer })),
    "statement/sign": sign,
    "wire/bazaar": entry("bazaar"),
    "wire/offer-receipt": entry("offer-receipt"),
  };
};

/** What needs keys, or a chain. */
const withKeys = (q, whole) => {
  const withKey = (text, use) => {
    const opened = q.SigningKey.open(text);
    if (!opened.ok) return opened;
    const key = opened.value;
    try {
      return use(key);
    } finally {
      key.free();
    }
  };
  const withChain = (group, input) => {
    const options = { now: group.now, mode: input.mode, factories: input.factories, sponsoring: input.sponsoring, answers: [] };
    const payer = (address) => address.toLowerCase();
    const number = (text) => (text === "failed" ? { failed: "0x" } : { amount: text });
    const flag = (said) => (typeof said === "boolean" ? { flag: said } : { failed: said === "failed" ? "0x" : said });
    const payload = whole.decodeHeader("PAYMENT-SIGNATURE", input.header);
    const from = payload.ok ? (payload.value.payload.authorization ?? payload.value.payload.permit2Authorization)?.from : undefined;
    const PROXIES = ["0x402085c248eea27d92e8b30b2c58ed07f9e20001", "0x4020a4f3b7b90cca423b9fabcc0ce57c6c240002"];
    const told = (question) => {
      const { chain } = input;
      switch (question.kind) {
        case "code":
          if (payer(question.address) === payer(from)) return { bytes: chain.payerCode };
          return { bytes: PROXIES.includes(payer(question.address)) ? chain.proxyCode : chain.tokenCode };
        case "contractSignature":
        case "counterfactualSignature":
          return flag(chain.signed);
        case "nonceState":
        case "permitNonce":
          return flag(chain.used);
        case "balance":
        case "allowance":
        case "tokenNonce":
        case "transactions":
        case "funds":
          return number(chain[question.kind]);
        case "simulate":
          return flag(chain.simulation);
        default:
          throw new Error(`nobody asks ${JSON.stringify(question)}`);
      }
    };
    let first;
    for (let round = 0; round < 9; round += 1) {
      const answer = q.verifyOnChain(input.header, input.offer, options);
      if (!answer.ok || answer.value.verified) {
        return outcome(answer, ({ verified }) => ({ questions: first ?? [], payer: verified.payer }));
      }
      const { questions } = answer.value;
      first ??= questions;
      options.answers = [...options.answers, ...questions.map((question) => ({ question, answer: told(question) }))];
    }
    throw new Error("no end of questions");
  };
  return {
    "evm/multicall3": (_, { calls, returned, count }) =>
      calls ? outcome(q.multicall(calls)) : outcome(q.multicallOutcomes(returned, count), (outcomes) => ({ outcomes })),
    "evm/on-chain": withChain,
    "evm/question": (_, { question, returned, reverted }) => {
      const call = q.callFor(question);
      return outcome(q.answerOf(question, { returned, reverted }), ({ flag, amount }) => ({
        ...call.value,
        answer: flag ?? amount ?? "none",
      }));
    },
    "evm/personal": (_, { text, bytes, privateKey }) => {
      const message = text ?? unhex(bytes);
      const digest = q.hashPersonalMessage(message).value;
      return outcome(
        withKey(privateKey, (key) => key.signPersonal(message)),
        ({ signature }) => ({ digest, signature, signer: q.recover(digest, signature).value.signer }),
      );
    },
    "evm/settlement": (group, { header, offer, factories, sponsoring, charge }) => {
      const options = { now: group.now, mode: "offline", factories, sponsoring };
      const checked = q.verifyOnChain(header, offer, options);
      if (!checked.ok) return outcome(checked);
      const { key } = checked.value.verified;
      const other = q.planSettlement(header, offer, { ...options, charge, claimed: `${key}0` });
      if (other.ok || other.error.code !== "not_claimed") throw new Error("a payment that nobody claimed is settled");
      return outcome(q.planSettlement(header, offer, { ...options, charge, claimed: key }), ({ steps, evidence, judge }) => {
        const logs = evidence.map(({ emitter, topics, data }) => ({ address: emitter, topics, data }));
        const receipt = { transactionHash: `0x${"ab".repeat(32)}`, status: "0x1", logs };
        // where nothing is charged nothing is sent, and there is no receipt
        const receipts = steps.length === 0 ? [undefined] : [receipt, { ...receipt, status: "0x0" }, { ...receipt, logs: logs.slice(1) }];
        const [judged, outcomes] = [receipts.map((it) => judge(it)), ["paid", "reverted", "otherwise"]];
        judged.forEach((it, i) => {
          if (it.value?.outcome !== outcomes[i]) throw new Error(`a receipt is ${outcomes[i]}: ${JSON.stringify(it)}`);
        });
        if (judged[0].value.response.success !== true) throw new Error("what was paid has a receipt");
        if ((judged[0].value.response.transaction === "") !== (steps.length === 0)) throw new Error("a receipt names the transaction that there is");
        // the bytes of a transaction are sent, and known by their hash
        return { steps: steps.map(({ transaction, ...step }) => step), evidence };
      });
    },
    "evm/signing": (_, { privateKey, digest }) => outcome(withKey(privateKey, (key) => key.signDigest(digest))),
    "guard/audit-entry": (_, { log, seq, prev, event }) => {
      const after = seq === "0" ? undefined : `${BigInt(seq) - 1n}@${prev}`;
      return outcome(q.auditEntry({ log, after, event }), ({ line, anchor }) => ({ line, hash: anchor.split("@")[1] }));
    },
    "guard/audit-log": (_, { text, anchor, firstBad }) => {
      const answer = q.auditVerify(text, { anchor });
      if (!answer.ok && answer.error.seq !== undefined && answer.error.seq !== firstBad) {
        return { reject: `${answer.error.code} at entry ${answer.error.seq}` };
      }
      return outcome(answer);
    },
    "guard/escaped": (_, { text }) => outcome(q.auditEscaped(text), (shown) => ({ shown })),
    "guard/salted-hash": (_, { salt, bytes }) => outcome(q.auditHash(salt, unhex(bytes)), (hash) => ({ hash })),
  };
};

/** The payment among headers, decoded as what its name says. */
const readPayment = (q, headers) => {
  const found = q.findPayment(headers);
  if (!found.ok || found.value === null) return found;
  const decoded = q.decodeHeader(found.value.name, found.value.value);
  return decoded.ok ? { ok: true, value: { name: found.value.name, payment: decoded.value } } : decoded;
};
