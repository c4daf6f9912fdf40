"""Who may. Pure rules and the craft of secrets; the engine asks here before every verb, so that no face can forget to."""
