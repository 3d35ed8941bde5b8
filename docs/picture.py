"""Draws docs/run.svg: what a real `winnow score` prints for three of the sample documents.

Run it from the checkout after the models changed:  python3 docs/picture.py
"""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

SAMPLES = (
    "news/harbour-strike.html",
    "opinion/columns/why-the-budget-failed.txt",
    "blogs/benefits-of-morning-walks.txt",
)
WIDTH = 118


def main() -> None:
    """Run the command and write the picture."""
    command = [sys.executable, "-m", "pipeline.cli", "score", *(f"data/samples/{name}" for name in SAMPLES)]
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own command
    console = Console(record=True, width=WIDTH, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - lives as long as the process
    console.print(Text("$ winnow score " + " ".join(SAMPLES), style="bold"))
    console.print(Text.from_ansi(shown))
    Path("docs/run.svg").write_text(console.export_svg(title="winnow"), encoding="utf-8")


if __name__ == "__main__":
    main()
