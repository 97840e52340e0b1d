"""Training of the starter model; needs ``models/requirements-train.txt``. The program never imports it."""
