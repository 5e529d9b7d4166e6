// The packages of the protocol and viem, from the folder that the first argument names: they are installed outside the tree.

import { createRequire } from "node:module";
import { join } from "node:path";

export const require = createRequire(join(process.argv[2], "package.json"));

export const viem = require("viem");
export const { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } = require("viem/accounts");
export const { baseSepolia } = require("viem/chains");
export const express = require("express");

export const { wrapFetchWithPayment, x402Client, x402HTTPClient, decodePaymentResponseHeader } = require("@x402/fetch");
export const { paymentMiddleware, setSettlementOverrides, x402ResourceServer } = require("@x402/express");
export const { HTTPFacilitatorClient, decodePaymentRequiredHeader, encodePaymentSignatureHeader } = require("@x402/core/http");
export const { x402Facilitator } = require("@x402/core/facilitator");

export const evm = require("@x402/evm");
export const client = {
  Exact: require("@x402/evm/exact/client").ExactEvmScheme,
  ExactV1: require("@x402/evm/exact/v1/client").ExactEvmSchemeV1,
  Upto: require("@x402/evm/upto/client").UptoEvmScheme,
};
export const server = {
  Exact: require("@x402/evm/exact/server").ExactEvmScheme,
  Upto: require("@x402/evm/upto/server").UptoEvmScheme,
};
export const facilitator = {
  registerExact: require("@x402/evm/exact/facilitator").registerExactEvmScheme,
  Upto: require("@x402/evm/upto/facilitator").UptoEvmScheme,
};
export const {
  EIP2612_GAS_SPONSORING,
  createErc20ApprovalGasSponsoringExtension,
  declareEip2612GasSponsoringExtension,
  declareErc20ApprovalGasSponsoringExtension,
} = require("@x402/extensions");
