"""``python -m grader``: the command, for those whose PATH does not have it."""

from grader.cli import main

if __name__ == "__main__":
    main()
