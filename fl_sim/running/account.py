"""The account of a SuperLink's owner: a secret that whoever controls the SuperLink has to know.

A run is code of whoever submits it, and runs as the SuperLink's owner. Flower's SuperLink asks for
an account only where a plugin checks it, and comes with none that does. This module starts it with
one that compares a bearer token, and puts the same token where Flower's command line looks for it.

Flower offers no public way to do this. Its private names are used here and nowhere else: the table
of plugins, the variable that asks for one, the account that all have who need none, and the keys
under which the command line keeps its tokens.
"""

import hmac
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flwr.cli.constant import (
    ACCESS_TOKEN_STORE_KEY,
    AUTHN_TYPE_STORE_KEY,
    REFRESH_TOKEN_STORE_KEY,
)
from flwr.common.constant import (
    ACCESS_TOKEN_KEY,
    NOOP_ACCOUNT_NAME,
    NOOP_FLWR_AID,
    AuthnType,
)
from flwr.supercore.auth.typing import (
    AccountAuthCredentials,
    AccountAuthLoginDetails,
    AccountInfo,
)
from flwr.supercore.credential_store.file_credential_store import FileCredentialStore
from flwr.supercore.utils import get_flwr_home
from flwr.superlink import config_loader
from flwr.superlink.auth_plugin import ControlAuthnPlugin

from fl_sim.running.private import read_token

Metadata = Sequence[tuple[str, str | bytes]]

ASK = "FLWR_OIDC_ENABLED"
CREDENTIALS = "credentials.yaml"  # Flower's own name


class TokenPlugin(ControlAuthnPlugin):
    """Lets in whoever knows the token in a file."""

    file: Path

    def __init__(self) -> None:
        self._token = read_token(self.file)

    def get_login_details(self) -> AccountAuthLoginDetails | None:
        """Return nothing: the token is handed over by its owner."""
        return None

    def validate_tokens_in_metadata(self, metadata: Metadata) -> tuple[bool, AccountInfo | None]:
        """Return whether the token is the right one, and the account that it is of."""
        given = str(dict(metadata).get(ACCESS_TOKEN_KEY, ""))
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return False, None
        return True, AccountInfo(flwr_aid=NOOP_FLWR_AID, account_name=NOOP_ACCOUNT_NAME)

    def get_auth_tokens(self, device_code: str) -> AccountAuthCredentials | None:
        """Return nothing, as above."""
        return None

    def refresh_tokens(self, metadata: Metadata) -> tuple[Metadata | None, AccountInfo | None]:
        """Return nothing: the token stays the same."""
        return None, None


def flower_home() -> Path:
    """Return the user's own folder of Flower's configuration."""
    return get_flwr_home()


def sign_in(flower_home: Path, host_port: str, token: str) -> None:
    """Have Flower's command line send a token to the SuperLink at an address.

    Args:
        flower_home: folder of the configuration of that command line.
        host_port: the address, as the configuration has it.
        token: that the SuperLink asks for.
    """
    store = FileCredentialStore(flower_home / CREDENTIALS)
    store.set(AUTHN_TYPE_STORE_KEY % host_port, AuthnType.OIDC.encode())
    for key in (ACCESS_TOKEN_STORE_KEY, REFRESH_TOKEN_STORE_KEY):
        store.set(key % host_port, token.encode())


def main() -> None:
    """Run ``flower-superlink`` for those who know a token: its file is the first argument."""
    from flwr.superlink.cli.flower_superlink import flower_superlink  # noqa: PLC0415

    program, token_file, *options = sys.argv
    TokenPlugin.file = Path(token_file)
    plugins: dict[str, type[ControlAuthnPlugin]] = {AuthnType.OIDC: TokenPlugin}
    vars(config_loader)["get_control_authn_ee_plugins"] = lambda: plugins
    os.environ[ASK] = "1"
    sys.argv = [program, *options]
    flower_superlink()


if __name__ == "__main__":
    main()
