"""The room as its faces see it: everything that may be asked of what people share, by sort of verb."""

from __future__ import annotations

from jobyard.access.vault import Vault
from jobyard.engine.ledger import Ledger
from jobyard.workflows.sharing.collections import Collections
from jobyard.workflows.sharing.credentials import Credentials
from jobyard.workflows.sharing.groups import Groups


class Sharing:
    """Collections, groups and credentials. Each verb asks who is asking itself."""

    def __init__(self, ledger: Ledger, vault: Vault) -> None:
        self.collections = Collections(ledger)
        self.groups = Groups(ledger)
        self.credentials = Credentials(ledger, vault)
