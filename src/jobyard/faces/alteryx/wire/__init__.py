"""The shapes of the protocol. What is not named here is passed over when it comes in."""
