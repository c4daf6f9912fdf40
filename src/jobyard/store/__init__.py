"""Where jobs rest: rows and transactions, no rules. `contract` is the promise; memory, sqlite and postgres keep it."""
