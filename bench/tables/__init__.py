"""A million records through the tools that workflows use most, against the same work written by hand."""
