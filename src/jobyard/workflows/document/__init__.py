"""Documents of workflows, apps and macros, and the packages they come in."""
