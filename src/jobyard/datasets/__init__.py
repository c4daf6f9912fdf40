"""Room of datasets: which files a folder held when it was last looked through, and the job that looks."""
