"""One folder a protocol: routes, words, wire, login, faults in each. A face translates and decides nothing."""
