"""What an operator makes of the sizes it is given: plain integers, no tensor, no torch. One module per family."""
