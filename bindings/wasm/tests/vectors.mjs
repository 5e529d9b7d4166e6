// Runs vector files through a package, and says where it and a case differ.

import { features } from "./checks.mjs";

/** Equality by meaning: members in any order. */
const same = (a, b) => {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b || (a === 0 && b === 0);
  const names = Object.keys(a);
  return !Array.isArray(b) && names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
};

const judge = ({ result, expected, reason }, { accept, reject }) => {
  if (result === "accept") {
    if (reject !== undefined) return `must be accepted, was refused: ${reject}`;
    return same(expected ?? null, accept) ? null : `expected ${JSON.stringify(expected)}, got ${JSON.stringify(accept)}`;
  }
  if (reject === undefined) return `must be refused for ${reason}, was accepted`;
  return reason.includes(reject) ? null : `must be refused for ${reason}, was for ${reject}`;
};

/** What came of `files`, a list of `[path, document]`: how many cases of each feature, and where they differ. */
export const run = (q, files, whole = q) => {
  const checks = features(q, whole);
  const report = { cases: 0, features: {}, differences: [] };
  for (const [path, { feature, format, count, groups }] of files) {
    if (!format.startsWith("1.")) throw new Error(`${path}: format ${format} is not for this runner`);
    if (groups.reduce((sum, { cases }) => sum + cases.length, 0) !== count) throw new Error(`${path}: cases are missing`);
    const check = checks[feature];
    if (check === undefined) continue;
    for (const { cases, ...group } of groups) {
      for (const it of cases) {
        let difference;
        try {
          difference = judge(it, check(group, it.input));
        } catch (error) {
          difference = `threw ${error?.stack ?? error}`;
        }
        if (difference !== null) report.differences.push(`${path} case ${it.id} (${it.comment}): ${difference}`);
        report.cases += 1;
        report.features[feature] = (report.features[feature] ?? 0) + 1;
      }
    }
  }
  return report;
};
