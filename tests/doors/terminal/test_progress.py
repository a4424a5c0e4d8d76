"""What a command shows while it works."""

import io

import pytest

from taihu.doors.terminal.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_counted_step_is_drawn_as_a_bar_on_a_terminal():
    seen = Terminal()

    with Progress(2, seen).step("bringing in") as step:
        step.count(3, 12, "runs")
        drawn = step.draw()

    assert "[1/2] bringing in ██████░" in drawn
    assert "3/12 runs" in drawn
    assert seen.getvalue().endswith(" s\n")


def test_a_step_whose_end_is_unknown_shows_its_seconds():
    with Progress(0, Terminal()).step("接收 a.csv") as step:
        assert step.draw() == "接收 a.csv … 0 s"


def test_nothing_is_drawn_where_nobody_watches_and_quick_steps_leave_no_line():
    seen = io.StringIO()

    with Progress(0, seen).step("接收 a.csv") as step:
        step.count(1, 2)

    assert seen.getvalue() == ""


def test_a_step_that_fails_stops_drawing_and_lets_the_failure_out():
    seen = Terminal()

    with pytest.raises(ValueError, match="broken"), Progress(1, seen).step("linking"):
        raise ValueError("broken")

    assert "[1/1] linking: 0.0 s" in seen.getvalue()
