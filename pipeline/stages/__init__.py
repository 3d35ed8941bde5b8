"""One module for each DVC stage: read inputs, call package code, write outputs; strangers to each other."""
