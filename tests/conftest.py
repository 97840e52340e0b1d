"""Hypothesis for every test: the same examples in every run, so that a red run is red again.

`make explore` draws new examples instead, many more of them; what it finds becomes an `@example` of its test.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("PENNYWEIGHT_EXAMPLES", "steady"))
