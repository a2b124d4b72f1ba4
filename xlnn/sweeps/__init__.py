"""Many trainings at once, over values of settings and starts."""
