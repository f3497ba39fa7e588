"""What `make` and the checks call, and nothing else."""
