"""The library of workflows: what was handed in, in versions, with what was found of each; who may do what with it."""
