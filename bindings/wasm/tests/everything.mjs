// Every test of the package that needs no runtime in particular: the vectors, the rows of the catalogue, and trades.

import { rows } from "./rows.mjs";
import { trades } from "./trade.mjs";
import { run } from "./vectors.mjs";

/**
 * What the package does not do: a settlement is planned for payments that were admitted, and admitting is the host's; and what a seller signs and
 * describes beside the payment is looked at by the policy and by `inspect`, without functions of its own.
 */
const NOT_HERE = ["evm/settlement", "statement/check", "statement/sign", "wire/bazaar", "wire/offer-receipt"];

const names = (of) =>
  Object.keys(of)
    .filter((name) => !["default", "module.exports", "__esModule"].includes(name))
    .sort()
    .join();

/** `packages` by the way they were loaded, each `{whole, slice}`; `files` are vectors. Gives what was counted, and what is wrong. */
export const everything = async (packages, files, world) => {
  const [lines, failures] = [[], []];
  const all = Object.entries(packages);
  const [[, first]] = all;
  for (const [way, { whole, slice }] of all) {
    if (names(whole) !== names(first.whole) || names(slice) !== names(first.slice)) failures.push(`by ${way} it has other names`);
    const { cases, differences, without } = run(whole, files);
    failures.push(...differences.map((difference) => `by ${way}: ${difference}`));
    const strange = Object.keys(without).filter((feature) => !NOT_HERE.includes(feature));
    if (strange.length > 0 || cases < 4_000) failures.push(`by ${way}: ${cases} cases, no check for ${strange}`);
    const left = Object.values(without).reduce((sum, count) => sum + count, 0);
    lines.push(`quittance by ${way}: ${cases} cases, ${differences.length} differ; not in the package: ${NOT_HERE.join(", ")} (${left})`);
    const sliced = run(slice, files, whole);
    failures.push(...sliced.differences.map((difference) => `verify by ${way}: ${difference}`));
    if (sliced.cases < 1_200) failures.push(`verify by ${way}: only ${sliced.cases} cases`);
    lines.push(`quittance/verify by ${way}: ${sliced.cases} cases, ${sliced.differences.length} differ`);
  }
  const { whole } = first;
  const other = all[all.length - 1][1].whole;
  const tests = [...rows(whole, other, world), ...trades(whole)];
  for (const [name, test] of tests) {
    try {
      await test();
    } catch (error) {
      failures.push(`${name}: ${error}\n${error?.stack}`);
    }
  }
  const cited = new Set(tests.flatMap(([name]) => name.match(/^row_(\d+)/)?.[1] ?? []));
  const missing = Array.from({ length: 12 }, (_, i) => String(227 + i)).filter((row) => row !== "234" && !cited.has(row));
  if (missing.length > 0) failures.push(`no test cites the rows ${missing.join(", ")}`);
  lines.push(`rows ${[...cited].join(", ")}, and 234 by the cases; ${tests.length} tests in all`);
  return { lines, failures };
};
