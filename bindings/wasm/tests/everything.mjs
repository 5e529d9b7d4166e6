// Every test of the package that needs no runtime in particular: the vectors, the rows of the catalogue, and trades.

import { rows } from "./rows.mjs";
import { trades } from "./trade.mjs";
import { run } from "./vectors.mjs";

/** How many cases there are at least for each slice, so that no check gets lost. */
const LEAST = { whole: 4_000, verify: 300, gate: 1_200, settle: 200, statements: 300, toml: 0 };

const names = (of) =>
  Object.keys(of)
    .filter((name) => !["default", "module.exports", "__esModule"].includes(name))
    .sort()
    .join();

/** `packages` by the way they were loaded, each with every slice; `files` are vectors. Gives what was counted, and what is wrong. */
export const everything = async (packages, files, world) => {
  const [lines, failures] = [[], []];
  const all = Object.entries(packages);
  const [[, first]] = all;
  const wanted = files.reduce((sum, [, { count }]) => sum + count, 0);
  for (const [way, slices] of all) {
    const done = {};
    for (const [slice, least] of Object.entries(LEAST)) {
      if (names(slices[slice]) !== names(first[slice])) failures.push(`${slice} by ${way} has other names`);
      const { cases, features, differences } = run(slices[slice], files, slices.whole);
      Object.assign(done, features);
      failures.push(...differences.map((difference) => `${slice} by ${way}: ${difference}`));
      if (cases < least) failures.push(`${slice} by ${way}: only ${cases} cases`);
      const name = slice === "whole" ? "quittance" : `quittance/${slice}`;
      lines.push(`${name} by ${way}: ${cases} cases, ${differences.length} differ`);
    }
    const ran = Object.values(done).reduce((sum, count) => sum + count, 0);
    if (ran !== wanted) failures.push(`by ${way}: ${wanted - ran} of ${wanted} cases were run by no slice`);
    lines.push(`together by ${way}: all ${ran} cases of ${files.length} files`);
  }
  const { whole } = first;
  const other = all[all.length - 1][1].whole;
  const together = { ...first.settle, ...first.statements, ...first.toml, ...whole };
  const [ofRows, ofTrades] = [rows(together, other, world), trades(together)];
  // what several slices have stands in a module of each: the same once more, with less, for every slice that has something the whole has too
  const less = { ...world, inputs: Math.ceil(world.inputs / 20) };
  const overlaid = (slice) => ({ ...together, ...first[slice] });
  for (const slice of Object.keys(LEAST).filter((slice) => Object.entries(overlaid(slice)).some(([name, it]) => together[name] !== it))) {
    const named = ([name, test]) => [`${name}, with quittance/${slice}`, test];
    ofRows.push(...rows(overlaid(slice), other, less).map(named));
    ofTrades.push(...trades(overlaid(slice)).map(named));
  }
  // whoever trades keeps a key, and the rows look for one that is gone
  const tests = [...ofRows, ...ofTrades];
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
