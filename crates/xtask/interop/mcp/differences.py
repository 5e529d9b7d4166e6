"""Where one of ours answers otherwise than the official one does in its place, on purpose. Whatever is not here has to be the same."""

# client -> server, case: why, and what is answered then
MEANT = {
    ("quittance", "any", "a payer without money"): (
        "a payment was signed, and a refusal does not show that it cannot be used; terms are for whoever pays",
        "open: insufficient_funds; 0 moved",
    ),
    ("official", "quittance", "a tool that fails"): (
        "this server has the money before the tool runs, and owes the answer to whoever comes with the same payment",
        "failed: no oracle in Oslo; 10000 moved",
    ),
    ("quittance", "official", "a tool that fails"): (
        "a payment was signed and is not taken back by the server's word; the tool's own words follow",
        "open: tool_failed, no oracle in Oslo; 0 moved",
    ),
    ("quittance", "quittance", "a tool that fails"): (
        "both of that",
        "open: tool_failed, no oracle in Oslo; 10000 moved",
    ),
    ("official", "quittance", "the same payment again"): (
        "no other payment would help this one: it is refused without terms, so that nobody pays twice by mistake",
        "failed: spent; 10000 moved",
    ),
    ("official", "quittance", "the same payment for something else"): (
        "likewise, and it is known that it was for another call",
        "failed: other_request; 10000 moved",
    ),
}


class Differences:
    def __init__(self):
        self.seen = set()

    def apply(self, pair, case, official):
        """What has to be answered where both official ones answer this, and why if that is not the same."""
        for (client, server, name), (why, answer) in MEANT.items():
            if name == case and client in (pair[0], "any") and server in (pair[1], "any"):
                self.seen.add((client, server, name))
                return ("something else, as is listed" if answer == official else answer), why
        return official, None

    def unseen(self):
        """What is listed and no case showed."""
        return [f"no case shows the difference: {' '.join(each)}" for each in MEANT if each not in self.seen]
