"""What the columns of an unknown table are: times, names, targets, covariates."""
