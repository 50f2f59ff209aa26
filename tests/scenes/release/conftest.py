"""What the tests of releases share."""

from short_page import store  # noqa: F401  # a fixture
from visits import address, browser, plain_address, visit  # noqa: F401  # fixtures
