"""How much is tried, and the same inputs every time: a failure must come again on the next machine."""

import pytest
from hypothesis import HealthCheck, settings

# Examples of a test in `make test`, and with --full-length.
EXAMPLES, MANY = 12, 1000


def pytest_configure(config: pytest.Config) -> None:
    examples = MANY if config.getoption("--full-length") else EXAMPLES
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    settings.register_profile(
        "fuzz", max_examples=examples, deadline=None, derandomize=True, suppress_health_check=checks
    )
