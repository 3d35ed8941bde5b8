"""The flag that rewrites the golden pages' expected blocks: `pytest tests/segment --rewrite-golden`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        default=False,
        help="write what the segmenter finds now into tests/segment/golden/*.json",
    )


@pytest.fixture
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    """False where pytest was not started on this folder, since the flag is not known then."""
    return bool(request.config.getoption("--rewrite-golden", default=False))
