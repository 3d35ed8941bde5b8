"""`python -m pipeline.cli` for where no script is installed."""

from pipeline.cli.commands import main

main()
