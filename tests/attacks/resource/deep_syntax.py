"""Has the grader parse an expression thousands of levels deep.

Tries: to break whoever parses the source, where that is not the child.
Must: come back as a mistake of the answer, without points.
Control: raises RecursionError or dies
Acts: itself
"""


def attack():
    return compile("-" * 100_000 + "1", "deep", "eval")


class Tiny(nn.Module):
    attack()
    depth = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
