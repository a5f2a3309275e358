"""Progress of a build: a bar on a terminal, plain lines elsewhere."""

from papersette.progress import INTERVAL, Progress


class Clock:
    """A clock that each look moves on."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


def test_a_quick_stage_is_one_line(capsys):
    assert list(Progress(Clock(0.0)).over("saving", "abc", 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err == "saving: 3\n"


def test_a_long_stage_says_from_time_to_time_how_far_it_is(capsys):
    Progress(Clock(INTERVAL / 2)).run("reading papers", range(8), 16)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reading papers: 16"
    assert lines[1] == "reading papers: 2 of 16 papers, 0.1 a second, 03:30 left"
    assert len(lines) == 5


def test_a_terminal_has_a_bar_with_items_rate_and_time_left(capsys):
    progress = Progress()
    progress.terminal = True
    progress.run("reading papers", range(3), 3)
    shown = capsys.readouterr().err
    assert "reading papers: 100%" in shown
    assert "3/3" in shown
    assert " papers/s" in shown
