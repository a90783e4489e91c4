"""What commands show on standard error while they work: how much is done on a terminal, a line after a while anywhere else."""

import io
import threading

import pytest

from app import cli, terminal
from app.pipeline import progress

TRUST = "DEMO198"
COMMANDS = {
    "demand": ("demand", "--by", "year", "--draws", "200"),
    "records": ("demand", "--records"),
    "peers": ("peers", "--organisation", TRUST),
    "returns": ("returns",),
    "return": ("return", "--organisation", TRUST),
    "rates": ("rates",),
    "backtest": ("backtest", "--draws", "80"),
    "backtest of lists": ("backtest", "--series", "store", "--draws", "80"),
}


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self):
        return True


@pytest.fixture
def run(one_trust, capsys, tmp_path, monkeypatch):
    """Run a command and return its exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments):
        with pytest.raises(SystemExit) as leaving:
            cli.main([*arguments, "--store", str(one_trust)])
        told = capsys.readouterr()
        return leaving.value.code or 0, told.out, told.err

    return ran


@pytest.fixture
def heard(monkeypatch):
    """Return what commands tell of how far they are: share and step."""
    told = []
    kept = terminal.Progress.update

    def update(self, task, *, completed, description):
        told.append((completed, description))
        kept(self, task, completed=completed, description=description)

    monkeypatch.setattr(terminal.Progress, "update", update)
    return told


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_is_told_the_share_done_step_by_step_and_a_pipe_gets_the_answer_alone(run, heard, monkeypatch, command):
    monkeypatch.setattr(terminal, "PATIENCE", 600.0)
    code, plain, err = run(*COMMANDS[command], "--json")
    assert (code, heard) == (0, [])
    assert [line for line in err.splitlines() if not line.startswith("Written to")] == []
    seen = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", seen)
        code, out, _ = run(*COMMANDS[command], "--json")
    assert (code, out) == (0, plain)
    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len({share for share in shares if share < 1.0}) >= 3
    assert all(step for _, step in heard)
    assert "100%" in seen.getvalue()


def test_a_pipe_hears_one_line_after_a_while(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "PATIENCE", 0.05)
    spoken, note = threading.Event(), terminal.note
    monkeypatch.setattr(terminal, "note", lambda text: (note(text), spoken.set()))
    with terminal.measured("Comparing") as tell:
        tell(0.2, "Reading")
        tell(0.4, "Following")
        assert spoken.wait(10)
        tell(0.9, "Adding up")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Comparing\n")


def test_a_part_counts_within_the_whole():
    told = []
    tell = progress.part(lambda share, step: told.append((round(share, 9), step)), 0.2, 0.7, "Reading")
    for share in (0.0, 0.5, 1.0):
        tell(share)
    assert told == [(0.2, "Reading"), (0.45, "Reading"), (0.7, "Reading")]
