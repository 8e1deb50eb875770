"""The vocabulary between the two sides: frames, graphs and captures. Plain data, no torch, no student code."""
