"""What cells have shown is kept as data, within bounds."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.evidence.claims import LoadClaim, read_claim
from grader.student import notebook_outputs
from grader.student.notebook_outputs import outputs_of

MIMES = [mime for mime, _ in notebook_outputs._KINDS] + ["application/json", "text/latex"]


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: str) -> dict[str, Any]:
    named = {
        mime: data[key]
        for key, mime in (("text", "text/plain"), ("html", "text/html"), ("png", "image/png"))
        if key in data
    }
    return {"output_type": "display_data", "data": named, "metadata": {}}


def test_streams_are_joined_and_the_richest_form_is_taken() -> None:
    """In the order of the cell; errors and forms that nobody shows are left out."""
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    cells = [
        (2, {"outputs": [stream("a"), stream("b", "stderr"), shown(text="t", html="<p>"), stream("c"), error]}),
        (5, {}),
    ]
    assert [(output["cell"], output["type"], output["data"]) for output in outputs_of(cells)] == [
        (2, "text", "ab"),
        (2, "html", "<p>"),
        (2, "text", "c"),
    ]


def test_what_is_too_large_gives_way_to_a_plainer_form() -> None:
    """Markup cannot be cut, text can."""
    large = "x" * (notebook_outputs.MAX_MARKUP + 1)
    kept = outputs_of([(1, {"outputs": [shown(html=large, text="plain"), stream(large)]})])
    assert [(output["type"], len(output["data"])) for output in kept] == [
        ("text", 5),
        ("text", notebook_outputs.MAX_TEXT),
    ]


@given(
    st.lists(st.dictionaries(st.sampled_from(MIMES), st.text("QUJD\n", max_size=12)), max_size=6), st.text(max_size=9)
)
def test_whatever_was_shown_fits_the_claim(datas: list[dict[str, str]], printed: str) -> None:
    """The controller takes what is kept."""
    outputs = [stream(printed), *({"output_type": "execute_result", "data": data} for data in datas)]
    kept = outputs_of((number, {"outputs": outputs}) for number in range(1, 40))
    assert read_claim(LoadClaim, {"outputs": kept})["outputs"] == kept
