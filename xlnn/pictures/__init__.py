"""What trainings look like: plots, animations, landscapes of C_T."""
