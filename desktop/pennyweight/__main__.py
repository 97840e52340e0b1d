"""Entry point. The engine worker is dispatched before anything else is imported."""

from __future__ import annotations

import sys


def main() -> int:
    if len(sys.argv) > 1 and sys.argv[1] == "--engine-worker":
        from pennyweight.engine.worker import main as worker_main

        return worker_main()
    from pennyweight.app.entry import main as app_main

    return app_main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
