// Answers questions with viem.
//
// Integers travel as decimal text, because JSON numbers lose digits; the typed-data questions turn them into bigints by their
// declared type.

import * as viem from "viem";
import { parseErc6492Signature, isErc6492Signature, serializeErc6492Signature } from "viem";
import { privateKeyToAccount, sign, signMessage } from "viem/accounts";

import { answering } from "./answering.mjs";

const DOMAIN_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
];

const ANSWERS = {
  hashTypedData: (q) => viem.hashTypedData(prepare(q)),
  hashTypedDataText: (q) => viem.hashTypedData(JSON.parse(q.text)),
  hashStruct: (q) => viem.hashStruct({ data: value(q.types, q.primaryType, q.message), primaryType: q.primaryType, types: q.types }),
  hashDomain: (q) => {
    const types = { EIP712Domain: domainType(q.domain) };
    return viem.hashDomain({ domain: value(types, "EIP712Domain", q.domain), types });
  },
  signTypedData: (q) => privateKeyToAccount(q.privateKey).signTypedData(prepare(q)),
  recoverAddress: (q) => viem.recoverAddress({ hash: q.digest, signature: q.signature }),
  sign: (q) => sign({ hash: q.digest, privateKey: q.privateKey, to: "hex" }),
  signMessage: (q) => signMessage({ message: message(q), privateKey: q.privateKey }),
  hashMessage: (q) => viem.hashMessage(message(q)),
  recoverMessageAddress: (q) => viem.recoverMessageAddress({ message: message(q), signature: q.signature }),
  getAddress: (q) => viem.getAddress(q.address),
  privateKeyToAddress: (q) => privateKeyToAccount(q.privateKey).address,
  encodeAbiParameters: (q) => encode(q),
  keccakAbi: (q) => viem.keccak256(encode(q)),
  keccak256: (q) => viem.keccak256(q.data),
  isErc6492Signature: (q) => isErc6492Signature(q.signature),
  parseErc6492Signature: (q) => parseErc6492Signature(q.signature),
  serializeErc6492Signature: (q) => serializeErc6492Signature({ address: q.factory, data: q.factoryData, signature: q.signature }),
};

function encode({ types, values }) {
  const parameters = types.map((type) => ({ type }));
  return viem.encodeAbiParameters(parameters, parameters.map(({ type }, index) => value({}, type, values[index])));
}

function message({ text, raw }) {
  return raw === undefined ? text : { raw };
}

// Without an EIP712Domain in `types`, the domain type is made of the members that are present, even empty ones; viem alone
// would leave an empty version out.
function domainType(domain) {
  return DOMAIN_FIELDS.filter(({ name }) => name in domain);
}

function prepare({ domain, types, primaryType, message }) {
  const all = { EIP712Domain: domainType(domain), ...types };
  return {
    domain: value(all, "EIP712Domain", domain),
    types: all,
    primaryType,
    message: primaryType === "EIP712Domain" ? undefined : value(all, primaryType, message),
  };
}

function value(types, type, data) {
  const array = /^(.*)\[\d*\]$/.exec(type);
  if (array) return data.map((item) => value(types, array[1], item));
  if (types[type]) return Object.fromEntries(types[type].map((field) => [field.name, value(types, field.type, data[field.name])]));
  return /^u?int\d*$/.test(type) ? BigInt(data) : data;
}

await answering(ANSWERS, (error) => error.shortMessage ?? error.message);
