"""The official server of Python, for whoever is not Python:

    python server.py <url of a facilitator> <who is paid>

It says where it listens, and ends when its input does.
"""

import logging
import sys

from parties import shop

logging.disable(logging.CRITICAL)
print(f"shop at {shop(*sys.argv[1:])}", flush=True)
sys.stdin.read()
