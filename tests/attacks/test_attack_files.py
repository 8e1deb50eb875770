"""The corpus itself: large enough, complete, and honest about what it tries."""

from __future__ import annotations

import ast
from collections import Counter

from attack_files import FAMILIES, attacks, compose, files
from control_words import CONTROLS, expectation


def test_there_are_attacks_of_every_family_and_many_in_all() -> None:
    families = Counter(path.parent.name for path in files())
    assert len(files()) >= 60 and set(families) == set(FAMILIES) and min(families.values()) >= 10


def test_every_header_says_what_is_tried_what_must_happen_and_what_the_control_shows() -> None:
    for attack in attacks():
        assert attack.summary.endswith(".") and attack.header["Tries"] and attack.header["Must"], attack.name
        assert expectation(attack.control).words in CONTROLS, attack.name


def test_every_attack_becomes_an_answer_that_can_be_read() -> None:
    for attack in attacks():
        if not attack.notebook:
            ast.parse(compose(attack, {"mark": ("a", "b")}))


def test_no_two_attacks_have_one_name() -> None:
    names = [attack.name for attack in attacks()]
    assert len(names) == len(set(names))


def test_the_everyday_ones_are_of_every_family() -> None:
    assert {attack.family for attack in attacks() if attack.everyday} == set(FAMILIES)
