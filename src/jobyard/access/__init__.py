"""Who may. Pure rules and the craft of secrets; the engine asks here before every verb, so no face can forget to."""
