"""What every module says about itself, and where modules are."""
