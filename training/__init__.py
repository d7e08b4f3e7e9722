"""How the numbers that the package ships were fitted, as commands."""

import os

# Threads of torch that wait for each other spin, unless this is set before it is loaded: beside
# anything else that computes, a training then takes several times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
