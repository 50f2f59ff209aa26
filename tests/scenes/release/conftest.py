"""What the tests of releases share."""

from visits import address, browser, plain_address, visit  # noqa: F401  # fixtures
