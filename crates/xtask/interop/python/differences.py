"""Where our facilitator answers otherwise than the official one in Python, on purpose. Whatever is not here has to be the same."""


def refused(reason, status=402):
    return {"verify": f"refused: {reason}", "settle": f"failed: {reason}", "shop": f"{status}: {reason}"}


# why, and what each case is answered then
MEANT = {
    "the specification's name": {
        "eip3009: a payer with too little": refused("insufficient_funds"),
    },
    "TypeScript's name, which tells the two apart": {
        "permit2: a payer with too little": refused("permit2_insufficient_balance"),
    },
    "a settlement asks the chain what a verification asks, so that nothing is sent to find out": {
        "upto: Permit2 is not approved": {"settle": "failed: permit2_allowance_required"},
    },
}


class Differences:
    def __init__(self):
        self.seen = set()

    def apply(self, case, ask, official):
        """What ours has to say where the official one says this, and why if that is not the same."""
        for why, cases in MEANT.items():
            if ask in cases.get(case, {}):
                self.seen.add(f"{case}, {ask}")
                ours = cases[case][ask]
                return ("something else, as is listed" if ours == official else ours), why
        return official, None

    def unseen(self):
        """What is listed and no case showed."""
        listed = [f"{case}, {ask}" for cases in MEANT.values() for case, asks in cases.items() for ask in asks]
        return [f"no case shows the difference: {each}" for each in listed if each not in self.seen]
