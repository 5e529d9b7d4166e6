// The names of a policy's keys: `perPayment` in a program is `per_payment` in a file.

/** The key as a file has it. */
const key = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** The same as a program has it. */
const word = (name) => name.replace(/_[a-z]/g, ([, letter]) => letter.toUpperCase());

const isTable = (it) => typeof it === "object" && it !== null && !Array.isArray(it);

/** What was read from JSON, in the spelling of a program. */
export const worded = (it) => {
  if (Array.isArray(it)) return it.map(worded);
  return isTable(it) ? Object.fromEntries(Object.entries(it).map(([name, it]) => [word(name), worded(it)])) : it;
};

/** A policy as JSON. */
export const tables = (policy) => {
  if (typeof policy === "string") return policy;
  if (!isTable(policy)) throw new TypeError("policy must be an object, or its JSON text");
  return JSON.stringify(table(policy));
};

// each member is read once, and nothing is left out but what is not there
const table = (it) => {
  const members = new Map();
  for (const [name, member] of Object.entries(it)) {
    if (member === undefined) continue;
    // of two limits under one key, one would get lost
    if (members.has(key(name))) throw new TypeError(`policy has ${key(name)} twice, once as ${word(key(name))}`);
    members.set(key(name), value(member));
  }
  return Object.fromEntries(members);
};

const value = (it) => {
  if (typeof it === "string" || typeof it === "boolean") return it;
  if (Array.isArray(it)) return it.map(value);
  if (isTable(it)) return table(it);
  throw new TypeError("a policy is made of texts, lists, tables and true or false");
};
