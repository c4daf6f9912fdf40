"""The protocol of ClearML: calls named `service.action`, and a server of files."""
