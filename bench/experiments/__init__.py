"""What experiments cost: the same reports and questions, to Jobyard and to MLflow, each through its own client."""
