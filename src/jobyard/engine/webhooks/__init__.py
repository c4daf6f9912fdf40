"""Telling other programs what happens: the log of events is the outbox, each delivery a card, each try written down."""
