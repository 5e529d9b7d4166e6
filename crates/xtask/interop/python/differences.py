"""Where our facilitator answers otherwise than the official one in Python, on purpose. Whatever is not here has to be the same."""

# reason: (ours, why)
NAMES = {}
# (case, ask): (ours, why)
ANSWERS = {}


class Differences:
    def __init__(self):
        self.seen = set()

    def apply(self, case, ask, official):
        """What ours has to say where the official one says this."""
        if (case, ask) in ANSWERS:
            ours, why = ANSWERS[case, ask]
            self.seen.add((case, ask))
            return ("(listed as different, and the same)", why) if ours == official else (ours, why)
        reason = official.rpartition(": ")[2]
        if reason in NAMES:
            ours, why = NAMES[reason]
            self.seen.add(reason)
            return official.replace(reason, ours), why
        return official, None

    def unseen(self):
        """What is listed and no case showed."""
        return [f"no case shows {listed}" for listed in [*NAMES, *ANSWERS] if listed not in self.seen]
