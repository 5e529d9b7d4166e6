"""The protocol's own client and server in Python pay through a facilitator, rightly and wrongly:

    python main.py <url of a chain that has the sandbox's contracts> [<url of our facilitator on it>]

Every case is asked of the protocol's own facilitator in Python, and of ours if it is there. The first has to answer what the case says;
ours the same, but where `differences` says what else and why. A difference that is listed and not seen fails as well. The last line
counts.
"""

import logging
import sys

from cases import CASES, Counter, run
from chain import Chain
from differences import Differences
from parties import reference, shop


def main(chain_url, our_url=None):
    # the official server and client have much to say about payments that are refused on purpose
    logging.disable(logging.CRITICAL)
    chain, differences = Chain(chain_url), Differences()
    subjects = [("official", reference(chain))] + ([("quittance", our_url)] if our_url else [])
    counters = [(name, Counter(chain, url, shop(url))) for name, url in subjects]
    answers, wrong = 0, []
    for route, about, expect, options in CASES:
        case = f"{route[1:]}: {about}"
        print(case)
        for name, counter in counters:
            said = run(counter, route, **options)
            for ask, official in expect.items():
                wanted, why = (official, None) if name == "official" else differences.apply(case, ask, official)
                right = said[ask] == wanted
                answers += 1
                if not right:
                    wrong.append(f"{case}, {ask}, {name}: {said[ask]} (and not: {wanted})")
                mark = "WRONG" if not right else "differs" if why else "ok"
                print(f"  {mark:7} {name:9} {ask:6} {said[ask]}" + (f"  [{why}]" if why else ""))
    if our_url:
        wrong += differences.unseen()
    for line in wrong:
        print(line, file=sys.stderr)
    against = f", {len(differences.seen)} differences meant" if our_url else ""
    named = " and ".join(name for name, _ in counters)
    print(f"{len(CASES)} cases, {answers - len(wrong)} of {answers} answers of {named} as listed{against}")
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
