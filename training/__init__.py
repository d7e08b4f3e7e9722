"""How the numbers that the package ships were fitted, as commands."""
