"""Entry point: errors become one message and an exit code, never a traceback."""

from __future__ import annotations

import os

from pipeline.cli import rekon


def main() -> None:
    """Run the command line."""
    os.umask(0o077)
    rekon(prog_name="rekon")


if __name__ == "__main__":
    main()
