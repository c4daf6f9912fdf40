"""ModelArts datasets and their synchronization, with the login (IAM) that its clients expect beside them."""
