"""Their vocabulary and ours."""
