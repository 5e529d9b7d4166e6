// Who can buy from whom, in which ways.

/** The ways of paying, and the path of the one who sells so. */
export const PATHS = { eip3009: "eip3009", permit2: "permit2", upto: "upto", v1: "eip3009" };

const SECOND = ["eip3009", "permit2", "upto"];
const FIRST = ["v1"];

/** What the packages of the first version speak, and who speaks it with them. */
const OF_FIRST = { "x402-fetch": ["quittance", "x402-express"], "x402-express": ["quittance", "typescript", "x402-rs", "x402-fetch"] };

/** The ways in which a client buys from a server: none where they have no language in common. */
function ways(client, server) {
  const [one, other] = client in OF_FIRST ? [client, server] : [server, client];
  if (!(one in OF_FIRST)) return SECOND;
  return OF_FIRST[one].includes(other) ? FIRST : [];
}

/** Whether there is something to be learnt: a part is ours, or all are the official ones that show what is right. */
function counts(client, server, facilitator) {
  const parts = [client, server, facilitator].join(", ");
  return parts.includes("quittance") || parts === "typescript, typescript, typescript" || parts === "x402-fetch, x402-express, typescript";
}

/** The clients that buy at a shop, and how. */
export function buying(clients, server, facilitator) {
  const here = clients.filter(({ name }) => counts(name, server, facilitator)).map((client) => ({ client, ways: ways(client.name, server) }));
  return here.filter(({ ways }) => ways.length > 0);
}
