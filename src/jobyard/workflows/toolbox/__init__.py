"""The tools that run here, one file a tool."""
