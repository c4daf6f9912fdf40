"""Invitations into projects of sharing: nobody is in one before they said so."""
