"""The functions of the formula language, by what they work on."""
