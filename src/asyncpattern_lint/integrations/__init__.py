"""Front doors that other programs open."""
