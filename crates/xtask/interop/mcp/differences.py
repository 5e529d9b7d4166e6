"""Where one of ours answers otherwise than the official one does in its place, on purpose. Whatever is not here has to be the same."""

# client -> server, case: why, and what is answered then
MEANT = {}


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
