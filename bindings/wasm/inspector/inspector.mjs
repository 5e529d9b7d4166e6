// The inspector: a report of the package, as a page. Every text in it may be a stranger's, so all of it is set as text and never as HTML.

import { canonicalResource, decide, encodeHeader, inspect } from "../web/index.mjs";

const at = (id) => document.getElementById(id);
const [form, text, terms, policy, resource, now, said, report] =
  ["given", "text", "terms", "policy", "resource", "now", "said", "report"].map(at);

const SIGNS = { holds: "✓", fails: "✗", open: "?", not_reached: "·" };
const OUTCOMES = { holds: "holds", fails: "fails", open: "only the chain can say", not_reached: "not reached" };
const MARKS = {
  signed: "signed by the payer",
  bound: "signed, through the bound nonce",
  compared: "unsigned, compared with the offer",
  secret: "secret",
  unsigned: "unsigned: anybody may have changed it",
  said: "the word of whoever wrote it",
};

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
};
const titled = (title, content) => (content === null ? [] : [make("h3", {}, title), content]);
const table = (caption, heads, rows) =>
  rows.length === 0
    ? null
    : make(
        "table",
        { "aria-label": caption },
        make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell))))),
      );
const list = (items) => (items.length === 0 ? null : make("ul", {}, ...items.map((item) => make("li", {}, item))));

/** When the payment is good, beside the time that it is judged at. */
const window = (fields, moment) => {
  const seconds = (...names) => fields.find(({ path }) => names.some((name) => path.endsWith(name)))?.value;
  const [opens, closes] = [seconds("validAfter"), seconds("validBefore", "deadline")];
  if (!/^\d{1,15}$/.test(opens ?? "") || !/^\d{1,15}$/.test(closes ?? "")) return null;
  const [from, until] = [Number(opens), Number(closes)];
  // a window that has always been open is shown from an hour before its end
  const first = Math.max(from, until - 3600);
  const [low, high] = [Math.min(first, moment), Math.max(until, moment)];
  const margin = Math.max(1, (high - low) * 0.05);
  const place = (time) => ((time - low + margin) / (high - low + 2 * margin)) * 1000;
  const date = (time) => (time < 253402300800 ? new Date(time * 1000).toISOString().replace(".000Z", "Z") : `${time}`);
  const words = `good from ${from === 0 ? "the beginning" : date(from)} until ${date(until)}; judged at ${date(moment)}`;
  const draw = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const picture = draw("svg", { viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img", "aria-label": words });
  picture.append(
    draw("rect", { class: "valid", x: place(first), y: 0, width: Math.max(1, place(until) - place(first)), height: 10 }),
    draw("rect", { class: "moment", x: place(moment) - 1.5, y: 0, width: 3, height: 10 }),
  );
  return make("div", {}, make("div", { class: "bar" }, picture), make("p", { class: "note" }, words));
};

const finding = (it, moment) =>
  make(
    "article",
    {},
    make("h2", {}, it.kind.replaceAll("_", " ")),
    make("p", { class: "note" }, `found as ${it.place}`),
    make("p", { class: `verdict ${it.verdict}` }, it.says),
    ...titled("Mistakes", list(it.mistakes.map(({ says, member }) => (member ? `${member}: ${says}` : says)))),
    ...(it.error ? titled("The strict reader says", make("p", {}, make("code", {}, it.error.kind), ` ${it.error.says}`)) : []),
    ...titled(
      "Rules",
      table(
        "Rules",
        ["rule", "outcome", "what was compared", "where it says so"],
        it.rules.map(({ name, outcome, detail, code, cite }) => [
          name,
          make("span", { class: outcome }, `${SIGNS[outcome]} ${OUTCOMES[outcome]}`),
          detail,
          code ? make("span", {}, make("code", {}, code), ` ${cite ?? ""}`) : "",
        ]),
      ),
    ),
    ...titled("When it is good", window(it.fields, moment)),
    ...titled("Who and what for", table("Facts", ["what", "says"], it.facts.map(({ name, says }) => [name, says]))),
    ...titled(
      "Every member",
      table(
        "Members",
        ["member", "value", "what stands behind it"],
        it.fields.map(({ path, value, mark, note }) => [
          make("code", {}, path),
          note ? make("span", {}, make("code", {}, value), ` ${note}`) : make("code", {}, value),
          make("span", { class: `mark ${mark}`, title: MARKS[mark] }, mark),
        ]),
      ),
    ),
    ...titled("What somebody else could do with these bytes", list(it.abuse)),
  );

/** The 402 among the findings, as a buyer is given it: what came in a header, and what came as a body, in either version. */
const required = (findings) => {
  const asked = findings.filter(({ text }) => text !== undefined);
  const second = asked.filter(({ kind }) => kind === "payment_required_v2");
  const header = second.find(({ place }) => place !== "json") ?? second[0];
  return { asked, header: header?.text, body: asked.find((it) => it !== header)?.text };
};

/** A policy as JSON: as it stands, or from TOML, whose reader is fetched when there is something for it to read. */
const tables = async (text) => {
  if (text.startsWith("{")) return { ok: true, text };
  try {
    return (await import("../web/toml.mjs")).readPolicy(text);
  } catch {
    return { ok: false, error: { code: "not_loaded", detail: "the reader of TOML could not be loaded; write the policy as JSON" } };
  }
};

/** What the policy says to a 402; nothing when there is none to ask or no 402 to ask about. */
const decision = async (findings, seconds) => {
  const { asked, header, body } = required(findings);
  if (policy.value.trim() === "" || asked.length === 0) return null;
  const { resource: about, accepts } = JSON.parse(asked[0].text);
  const stated = resource.value.trim();
  const named = stated || String(about?.url ?? accepts?.[0]?.resource ?? "");
  const [url, encoded] = [canonicalResource(named), header === undefined ? { ok: true } : encodeHeader("PAYMENT-REQUIRED", header)];
  const rules = await tables(policy.value.trim());
  const told = [rules, url, encoded].find(({ ok }) => !ok) ?? decide({
    policy: rules.text, required: { header: encoded.value, body }, resource: url.value.canonical, purchase: "inspected", task: "inspected", now: seconds,
  });
  const [word, says] = told.ok ? [told.value.decision, told.value.detail] : ["no answer", `${told.error.code}: ${told.error.detail}`];
  // a 402 may name any URL, one that the policy allows among them
  const rests = told.ok && stated === "" ? `; this rests on the URL that the 402 itself names, ${url.value.canonical}, because no other is given` : "";
  return make("article", {}, make("h2", {}, "What the policy says"), make("p", { class: `verdict ${word}` }, `${word}: ${says}${rests}`));
};

let shown = 0;
const show = async () => {
  const turn = (shown += 1);
  said.textContent = "";
  report.replaceChildren();
  if (text.value.trim() === "") return;
  const seconds = now.value.trim() === "" ? String(Math.floor(Date.now() / 1000)) : now.value.trim();
  const told = inspect(text.value, { now: seconds, terms: terms.value.trim() === "" ? undefined : terms.value });
  if (!told.ok) {
    report.append(make("p", { class: "verdict malformed", role: "alert" }, `${told.error.code}: ${told.error.detail}`));
    return;
  }
  const { findings } = told.value;
  if (findings.length === 0) report.append(make("p", {}, "There is nothing of x402 in this text."));
  report.append(...findings.map((it) => finding(it, Number(seconds))));
  const decided = await decision(findings, seconds);
  // what was asked about may be something else by now
  if (decided !== null && turn === shown) report.append(decided);
};

const fromLink = () => {
  const shared = new URLSearchParams(location.hash.slice(1));
  for (const field of [text, terms, policy, resource, now]) if (shared.has(field.id)) field.value = shared.get(field.id);
  show();
};

form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => {
  history.replaceState(null, "", location.pathname);
  setTimeout(show);
});
at("share").addEventListener("click", async () => {
  const shared = new URLSearchParams([text, terms, policy, resource, now].filter(({ value }) => value !== "").map(({ id, value }) => [id, value]));
  location.hash = shared.toString();
  try {
    await navigator.clipboard.writeText(location.href);
    said.textContent = "copied";
  } catch {
    said.textContent = "the link is in the address bar";
  }
});
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
document.addEventListener("drop", async ({ dataTransfer }) => {
  text.value = dataTransfer.files.length > 0 ? await dataTransfer.files[0].text() : dataTransfer.getData("text");
  show();
});
addEventListener("hashchange", fromLink);
fromLink();
