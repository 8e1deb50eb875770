"""Raises what nobody expects an answer to raise.

Tries: to pass for the user's own Ctrl-C, or for the end of a generator, and so end the grader.
Must: be an error of the answer.
Control: raises KeyboardInterrupt or GeneratorExit
Variants: KeyboardInterrupt GeneratorExit
Acts: forward
"""


def attack():
    raise VARIANT
