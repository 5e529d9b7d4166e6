// What goes into the module and what comes out: bytes of text, and the text of an answer.

const encoder = new TextEncoder();
const HALF = /\p{Surrogate}/u;
// Bytes that are no UTF-8: what a text with half of a surrogate pair becomes. An encoder would write another letter in its place, and
// two texts would be one.
export const NO_TEXT = Uint8Array.of(0xff);

/** The bytes of a text. Whatever else it is, is a mistake of the program and not of a stranger. */
export const bytes = (text, name) => {
  if (typeof text !== "string") throw new TypeError(`${name} must be a string, not ${text === null ? "null" : typeof text}`);
  return HALF.test(text) ? NO_TEXT : encoder.encode(text);
};

/** The bytes of bytes or of a text. */
export const raw = (value, name) => (value instanceof Uint8Array ? value : bytes(value, name));

/** Something that is wrong without the module having been asked. */
export const problem = (code, detail) => ({ ok: false, error: { code, detail, retry: "never" } });

/** What is told of bytes that may be any; a text with half of a surrogate pair has none. */
export const ofBytes = (value, name, tell) => {
  const given = raw(value, name);
  return given === NO_TEXT ? problem("utf8", "not valid UTF-8") : tell(given);
};

/** The bytes of an optional text. */
export const optional = (text, name) => (text === undefined || text === null ? undefined : bytes(text, name));

/** JSON text as it is, or an object that is read once and never looked at again. */
export const document = (value, name) => {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) throw new TypeError(`${name} must be JSON text or an object`);
  return JSON.stringify(value);
};

/** A whole number as decimal text; the numbers of JavaScript are doubles, and are not taken. */
export const decimal = (value, name) => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return value;
  throw new TypeError(`${name} must be decimal text or a BigInt, not ${typeof value}`);
};

/** A moment, which is now unless it is said. */
export const seconds = (now) => {
  if (now === undefined) return String(Math.floor(Date.now() / 1000));
  if (!(now instanceof Date)) return decimal(now, "now");
  const time = now.getTime();
  if (!(time >= 0)) throw new TypeError("now must be a date of this time");
  return String(Math.floor(time / 1000));
};

/** One thing or a list of them, each as JSON text. */
export const documents = (value, name) => (Array.isArray(value) ? [...value] : [value]).map((each) => document(each, name));

/** A list of texts for the module. */
export const list = (texts) => {
  if (texts.some((text) => HALF.test(text))) return NO_TEXT;
  return encoder.encode(JSON.stringify(texts));
};

/** An object of texts for the module; what is undefined is left out. */
export const object = (members) => {
  const text = JSON.stringify(members);
  // a surrogate by itself is escaped by JSON, and the module refuses the escape
  return encoder.encode(text);
};

/** The answer, as an object. */
export const answer = (text) => JSON.parse(text);

/** The same where a text was asked for: it comes bare, behind a mark. It stays beside what it says, because a double cannot hold every number. */
export const read = (told) => {
  if (told[0] !== "=") return answer(told);
  const text = told.slice(1);
  return { ok: true, value: JSON.parse(text), text };
};

/** The value of an answer made into another. */
export const map = (told, make) => (told.ok ? { ok: true, value: make(told.value) } : told);
