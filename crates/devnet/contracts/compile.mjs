// Compiles the contracts of the sandbox: ours from src/, Permit2 from the package that ships its sources.
//
//   node compile.mjs <folder with node_modules> <folder to write to>
//
// Each contract becomes one file of JSON: what it was made from, by which compiler and settings, its ABI and its creation code.
// The same packages give the same bytes; `cargo xtask contracts` installs them, and the stage `devnet/contracts` compares.

import { readFileSync, mkdirSync, writeFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const [modules, out] = process.argv.slice(2);
if (!modules || !out) throw new Error("usage: node compile.mjs <folder with node_modules> <folder to write to>");
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(modules, "package.json"));
const permit2 = join(modules, "node_modules/@uniswap/v4-periphery/lib/permit2");
const release = (name) => JSON.parse(readFileSync(join(modules, "node_modules", name, "package.json"), "utf8")).version;

const openzeppelin = `@openzeppelin/contracts ${release("@openzeppelin/contracts")} (MIT)`;
const periphery = `lib/permit2 of @uniswap/v4-periphery ${release("@uniswap/v4-periphery")} (MIT, see LICENSE-permit2)`;
const own = "MIT OR Apache-2.0";

// The settings that Permit2's own build names, so that the code is the code of the chains.
const PERMIT2 = { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, metadata: { bytecodeHash: "none" } };
const OURS = { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, evmVersion: "cancun", metadata: { appendCBOR: false, bytecodeHash: "none" } };

const builds = [
  {
    compiler: "solc",
    settings: OURS,
    contracts: [
      ["src/Token.sol", "Token", own, openzeppelin],
      ["src/ExactProxy.sol", "ExactProxy", own],
      ["src/UptoProxy.sol", "UptoProxy", own],
      ["src/Multicall3.sol", "Multicall3", own],
      ["src/Wallet.sol", "Wallet", own, openzeppelin],
      ["src/Wallet.sol", "WalletFactory", own, openzeppelin],
    ],
  },
  { compiler: "solc-permit2", settings: PERMIT2, contracts: [["src/Permit2.sol", "Permit2", "MIT", periphery]] },
];

function find(build, path) {
  const candidates = build.compiler === "solc-permit2"
    ? [join(permit2, path), join(permit2, "lib", path)]
    : [join(here, path), join(modules, "node_modules", path)];
  const file = candidates.find(existsSync);
  return file ? { contents: readFileSync(file, "utf8") } : { error: `no such source: ${path}` };
}

mkdirSync(out, { recursive: true });
for (const build of builds) {
  const solc = require(build.compiler);
  const sources = Object.fromEntries(build.contracts.map(([file]) => [file, { content: find(build, file).contents }]));
  const outputSelection = { "*": { "*": ["abi", "evm.bytecode.object"] } };
  // Permit2 names solmate by its folder's name, as its own remapping has it
  const remappings = build.compiler === "solc-permit2" ? ["solmate/=solmate/"] : [];
  const input = { language: "Solidity", sources, settings: { ...build.settings, remappings, outputSelection } };
  const answer = JSON.parse(solc.compile(JSON.stringify(input), { import: (path) => find(build, path) }));
  const problems = (answer.errors ?? []).filter((e) => e.severity === "error" || build.compiler === "solc");
  if (problems.length > 0) throw new Error(problems.map((e) => e.formattedMessage).join("\n"));
  for (const [file, name, licence, from] of build.contracts) {
    const { abi, evm } = answer.contracts[file][name];
    const artifact = { contract: name, source: file, from, licence, compiler: solc.version(), settings: build.settings, abi, creation: `0x${evm.bytecode.object}` };
    const path = join(out, `${name}.json`);
    writeFileSync(path, `${JSON.stringify(artifact, null, 1)}\n`);
    console.log(`${relative(process.cwd(), path)}: ${evm.bytecode.object.length / 2} bytes of creation code`);
  }
}
