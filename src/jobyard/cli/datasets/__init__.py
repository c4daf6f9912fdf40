"""`jobyard datasets`: folders and buckets of files that the house knows one by one, and what is said of them."""
