import logging
import sys

from taihu.site import lines
from taihu.terms import fall


def leak():
    try:
        int("330501199001010018x")
    except ValueError as caught:
        raise RuntimeError("of 330501199001010018") from caught


def test_a_fall_is_told_by_class_and_place_and_never_by_its_words():
    try:
        leak()
    except RuntimeError as fallen:
        told = fall.describe(fallen)

    assert "RuntimeError" in told
    assert "caused by ValueError" in told
    assert "test_fall.py" in told
    assert "330501199001010018" not in told


def test_a_line_of_the_log_holds_no_words_of_an_exception():
    try:
        leak()
    except RuntimeError:
        record = logging.LogRecord("taihu", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())

    assert "330501199001010018" not in lines.Line("%(message)s").format(record)
