"""Nothing unproven is read, no wait is longer than a second, no claim is taken on trust: what a run must keep whatever the solver does."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from highspy import HighsModelStatus
from hypothesis import given, settings
from hypothesis import strategies as st

from app import cli, pipeline
from app.cli import tables as table_commands
from optimiser import session, solver, watch
from optimiser.arrays import arrays_of
from optimiser.errors import PlanError
from optimiser.formulation import formulate, objective
from optimiser.plan import use_of
from optimiser.projection import stocks_of
from optimiser.proof import PROVEN, Face, prove
from optimiser.session import Session
from optimiser.solver import optimise, optimise_folder
from optimiser.tables import PlanningTables, Problem
from optimiser.watch import AbandonedError, Progress, Watch

ROOT = Path(__file__).parents[2]
SOON = 1.0  # seconds in which a person is promised an answer
BUSY = 0.5  # seconds more on a machine that does other things too

SMALL = {
    "stocks": "stock,opening|staff,4|money,",
    "transitions": "from_stock,to_stock,rate|staff,staff,1",
    "inflows": "stock,amount|money,15",
    "requirements": "stock,required|staff,10",
    "levers": "lever,unit_cost,maximum|hire,3,4|contract,2,",
    "effects": "lever,stock,amount|hire,staff,1|hire,money,-3|contract,money,-2",
    "cover": "lever,stock,amount|contract,staff,1",
}
WHOLE = SMALL | {"levers": "lever,unit_cost,maximum,whole|hire,3,4,true|contract,2,,true"}


@pytest.fixture(scope="module")
def trust():
    """Return what invents a trust of so many groups."""
    place = ROOT / "tests" / "benchmarks" / "invented.py"
    spec = importlib.util.spec_from_file_location("invented", place)
    invented = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(invented)
    return invented.trust_tables


def puzzle(items: int = 200, seed: int = 3) -> PlanningTables:
    """Make a whole-number problem that a solver is busy with for minutes, much of it where it listens to nobody."""
    rng = np.random.default_rng(seed)
    names = [f"l{n:03}" for n in range(items)]
    weights = rng.integers(5, 40, (4, items))
    worth = -(weights.sum(axis=0) + rng.integers(-9, 9, items))
    uses = [(f"b{b}", "lever", name, weights[b, n]) for b in range(4) for n, name in enumerate(names)]
    frames = {
        "levers": pd.DataFrame({"lever": names, "maximum": 1.0, "whole": True}),
        "limits": pd.DataFrame({"limit": [f"b{b}" for b in range(4)], "amount": 5.0 * items}),
        "uses": pd.DataFrame(uses, columns=["limit", "kind", "item", "amount"]),
        "goals": pd.DataFrame({"goal": "g", "kind": "lever", "item": names, "amount": worth}),
    }
    return PlanningTables.from_frames(Problem(1, stages=("goal:g",)), frames)


# Statuses


class Claiming:
    """HiGHS, but for what it says of its model; whoever reads on where nothing is proven is found out."""

    def __init__(self, highs, claim):
        self._highs, self._claim = highs, claim

    def __getattr__(self, name):
        return getattr(self._highs, name)

    def getModelStatus(self):  # noqa: N802 - as HiGHS has it
        return self._claim

    def getInfo(self):  # noqa: N802 - as HiGHS has it
        pytest.fail("what was found was read")

    def getSolution(self):  # noqa: N802 - as HiGHS has it
        pytest.fail("a value was read")


@pytest.mark.parametrize("parts", [SMALL, WHOLE], ids=["parts", "whole"])
@pytest.mark.parametrize(
    "claim", [status for status in HighsModelStatus.__members__.values() if status.name not in {"kOptimal", "kModelEmpty"}]
)
def test_nothing_is_read_from_a_solve_that_proves_nothing(planning, monkeypatch, claim, parts):
    """Whatever else HiGHS says of its model than that it is solved, no value of it is read, and the status says so."""
    honest = session.hand_over
    monkeypatch.setattr(session, "hand_over", lambda *given: Claiming(honest(*given), claim))
    with pytest.raises(PlanError) as caught:
        optimise(planning(2, **parts))
    expected = {
        "kInfeasible": "infeasible",
        "kUnboundedOrInfeasible": "infeasible",
        "kUnbounded": "unbounded",
        "kTimeLimit": "stopped",
        "kIterationLimit": "stopped",
        "kSolutionLimit": "stopped",
        "kObjectiveBound": "stopped",
        "kObjectiveTarget": "stopped",
        "kInterrupt": "stopped",
    }
    assert caught.value.status == expected.get(claim.name, "failed")


def test_an_abandoned_model_can_not_be_read(planning):
    tables = planning(2, **SMALL)
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    keeper = Watch()
    opened = Session.open(programme, arrays, objective(arrays, programme.layout, "cost"), keeper, 0.0)
    keeper.cancel = lambda: True
    assert opened.run() == "cancelled"
    assert opened.gone
    with pytest.raises(AttributeError):
        opened.values()


# Time


def test_work_that_listens_to_nobody_is_left_to_itself_when_somebody_cancels():
    ended = threading.Event()
    asked = time.perf_counter() + 0.2
    with pytest.raises(AbandonedError) as caught:
        Watch(cancel=lambda: time.perf_counter() > asked).do(lambda: ended.wait(30))
    assert caught.value.status == "cancelled"
    assert time.perf_counter() - asked < SOON
    assert watch.at_work()
    ended.set()
    watch.ABANDONED[-1].wait(SOON)
    assert not watch.at_work()


def test_work_that_listens_to_nobody_is_left_to_itself_when_the_time_is_over():
    ended = threading.Event()
    keeper = Watch(0.2, stage="build")
    with pytest.raises(AbandonedError, match="reached in stage build") as caught:
        keeper.do(lambda: ended.wait(30))
    assert caught.value.status == "stopped"
    assert 0.2 <= keeper.seconds < 0.2 + SOON
    ended.set()


def test_ctrl_c_does_not_wait_for_work_that_listens_to_nobody():
    ended = threading.Event()
    threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
    keeper = Watch()
    with pytest.raises(KeyboardInterrupt):
        keeper.do(lambda: ended.wait(30))
    assert keeper.seconds < 0.2 + SOON
    assert keeper.halted, "a solver that asks is told to stop"
    ended.set()


def test_work_returns_and_raises_as_if_it_were_done_here():
    assert Watch().do(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        Watch().do(lambda: 1 / 0)


def test_progress_is_told_even_where_the_solver_says_nothing(monkeypatch):
    monkeypatch.setattr(watch, "PAUSE", 0.1)
    seen = []
    Watch(progress=seen.append, stage="build").do(lambda: time.sleep(0.7))
    assert 3 <= len(seen) <= 7
    assert {(report.stage, report.iterations) for report in seen} == {("build", 0)}
    assert [report.seconds for report in seen] == sorted({report.seconds for report in seen})


@pytest.mark.parametrize("after", [0.05, 0.6, 2.0])
def test_a_whole_number_solve_is_cancelled_within_a_second(after):
    """Much of this one goes by in small searches of HiGHS that ask nobody."""
    started = time.perf_counter()
    with pytest.raises(PlanError) as caught:
        optimise(puzzle(), cancel=lambda: time.perf_counter() - started > after)
    assert caught.value.status == "cancelled"
    assert time.perf_counter() - started - after < SOON + BUSY


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["simplex", "ipm"])
def test_a_linear_solve_is_cancelled_within_a_second_wherever_it_is(trust, monkeypatch, algorithm):
    """At eleven moments, from the writing of the programme to the later stages."""
    monkeypatch.setattr(session, "algorithm", lambda _: algorithm)
    tables = trust(groups=10, budget=15_000.0)
    for after in np.linspace(0.0, 1.5, 11):
        started = time.perf_counter()
        try:
            optimise(tables, cancel=lambda started=started, after=after: time.perf_counter() - started > after)
        except PlanError as error:
            assert error.status == "cancelled"
        assert time.perf_counter() - started - after < SOON + BUSY


@pytest.mark.parametrize("limit", [0.1, 0.5, 1.5])
def test_a_time_limit_is_kept_within_about_a_second(limit):
    started = time.perf_counter()
    try:
        plan = optimise(puzzle(), time_limit=limit)
    except PlanError as error:
        assert error.status == "stopped"
    else:
        assert plan.status == "feasible"
        assert plan.stages[0]["bound"] <= plan.stages[0]["value"]
    assert time.perf_counter() - started < limit + SOON + BUSY


def test_a_whole_number_solve_keeps_its_limit_by_itself_and_is_priced(monkeypatch):
    """The clock of HiGHS runs on between linear solves and begins anew with whole ones: it stops in time, and time is left for prices."""
    monkeypatch.setattr(watch, "ABANDONED", [])
    plan = optimise(puzzle(), time_limit=2.0)
    assert plan.status == "feasible"
    assert watch.ABANDONED == []
    assert [entry["stage"] for entry in plan.proof] == ["goal:g"]


def test_a_limit_that_passes_while_the_programme_is_written_is_a_stop(planning, monkeypatch):
    monkeypatch.setattr(solver, "formulate", lambda _: time.sleep(3))
    started = time.perf_counter()
    with pytest.raises(PlanError, match="stage build") as caught:
        optimise(planning(2, **SMALL), time_limit=0.2)
    assert caught.value.status == "stopped"
    assert time.perf_counter() - started < 0.2 + SOON


def test_a_limit_that_passes_while_tables_are_read_is_a_stop(planning, tmp_path, monkeypatch):
    planning(2, **SMALL).write(tmp_path)
    assert optimise_folder(tmp_path, time_limit=60).status == "optimal"
    monkeypatch.setattr(PlanningTables, "read", lambda _: time.sleep(3))
    with pytest.raises(PlanError, match="stage read") as caught:
        optimise_folder(tmp_path, time_limit=0.2)
    assert caught.value.status == "stopped"


IMPOSSIBLE = SMALL | {"requirements": "stock,required,hard|staff,100,true"}


def test_the_search_for_reasons_is_cancelled_like_any_other_work(planning, monkeypatch):
    began = []
    monkeypatch.setattr(solver, "why_infeasible", lambda *_: began.append(time.perf_counter()) or time.sleep(5))
    with pytest.raises(PlanError, match="Cancelled in stage conflict") as caught:
        optimise(planning(2, **IMPOSSIBLE), cancel=lambda: bool(began))
    assert caught.value.status == "cancelled"
    assert time.perf_counter() - began[0] < SOON


def test_that_there_is_no_plan_is_said_even_where_there_is_no_time_for_reasons(planning, monkeypatch):
    monkeypatch.setattr(solver, "why_infeasible", lambda *_: time.sleep(5))
    started = time.perf_counter()
    with pytest.raises(PlanError, match="Give it more time to find out why") as caught:
        optimise(planning(2, **IMPOSSIBLE), time_limit=1.0)
    assert caught.value.status == "infeasible"
    assert time.perf_counter() - started < 1.0 + SOON + BUSY


def test_that_a_stage_has_no_end_is_said_even_where_there_is_no_time_for_reasons(planning, monkeypatch):
    monkeypatch.setattr(solver, "why_unbounded", lambda *_: time.sleep(5))
    endless = SMALL | {"levers": "lever,unit_cost|hire,3|contract,2|sell,-1"}
    with pytest.raises(PlanError, match="Give it more time to find out how") as caught:
        optimise(planning(2, **endless), time_limit=1.0)
    assert caught.value.status == "unbounded"


def test_a_solver_that_passes_its_limit_is_abandoned_and_what_it_told_of_is_a_plan(monkeypatch):
    """The plan that it had found is kept with the bound of that moment, and nothing is asked of it afterwards."""
    honest = session.hand_over
    monkeypatch.setattr(session, "hand_over", lambda *given: Deaf(honest(*given)))
    started = time.perf_counter()
    plan = optimise(puzzle(), time_limit=1.0)
    assert time.perf_counter() - started < 1.0 + SOON + BUSY
    assert plan.status == "feasible"
    assert plan.bound < plan.stages[0]["value"] < 0
    assert max(plan.audit().values()) <= 1e-6
    assert plan.proof == []


class Deaf:
    """HiGHS, but for a time limit, which it does not hear of."""

    def __init__(self, highs):
        self._highs = highs

    def __getattr__(self, name):
        return getattr(self._highs, name)

    def setOptionValue(self, name, value):  # noqa: N802 - as HiGHS has it
        if name != "time_limit":
            self._highs.setOptionValue(name, value)


def process(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "app", *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("after", [1.2, 2.5, 5.0])
@pytest.mark.parametrize("kind", ["linear", "whole"])
def test_ctrl_c_ends_the_command_within_a_second_and_leaves_nothing(trust, tmp_path, kind, after):
    """While tables are read, while HiGHS works, and while it works on what it does not let itself be called away from."""
    (puzzle() if kind == "whole" else trust(groups=40)).write(tmp_path / "tables")
    command = process("optimise", tmp_path / "tables", "--json", "--out", tmp_path / "out")
    time.sleep(after)
    started = time.perf_counter()
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=30)
    assert time.perf_counter() - started < SOON + BUSY
    assert command.returncode == 4, err
    assert json.loads(out)["status"] == "cancelled"
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")], ids=["Python", "DuckDB"])
def test_ctrl_c_is_a_cancelled_command_whoever_hears_it(monkeypatch, capsys, tmp_path, error):
    def interrupted(*_):
        raise error

    monkeypatch.setattr(pipeline, "optimise", interrupted)
    with pytest.raises(SystemExit) as left:
        cli.main(["optimise", str(tmp_path), "--json"])
    assert left.value.code == 4
    assert json.loads(capsys.readouterr().out) == {"status": "cancelled"}


@pytest.mark.parametrize("status, code", [("infeasible", 3), ("unbounded", 3), ("stopped", 4), ("cancelled", 4), ("failed", 1)])
def test_every_status_has_its_exit_code_and_writes_nothing(planning, monkeypatch, capsys, tmp_path, status, code):
    def refused(*_, **__):
        raise PlanError(status, "No plan.")

    planning(2, **SMALL).write(tmp_path / "tables")
    monkeypatch.setattr(solver, "_solved", refused)
    with pytest.raises(SystemExit) as left:
        cli.main(["optimise", str(tmp_path / "tables"), "--json", "--out", str(tmp_path / "out")])
    assert left.value.code == code
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["message"]) == (status, "No plan.")
    assert not (tmp_path / "out").exists()


def test_a_plan_that_is_not_proven_best_is_still_a_plan(capsys, tmp_path):
    puzzle(70).write(tmp_path / "tables")
    with pytest.raises(SystemExit) as left:
        cli.main(["optimise", str(tmp_path / "tables"), "--json", "--gap", "0.2", "--out", str(tmp_path / "out")])
    assert not left.value.code
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "feasible"
    assert 0 < answer["gap"] <= 0.2
    assert json.loads((tmp_path / "out" / "run.json").read_text())["bound"] == answer["bound"]


def test_how_far_a_solve_is_can_be_read():
    assert table_commands._how_far(Progress("build", 2.4)) == "stage build, 2 s"
    assert table_commands._how_far(Progress("cost", 12.3, 4000, 3.0, 2.0, 0.012)) == "stage cost, 12 s, 4,000 iterations, gap 1.2%"


@pytest.mark.slow
def test_a_process_ends_well_though_a_solver_was_abandoned(tmp_path):
    """Work that comes back from the solver while Python ends would bring the process down."""
    puzzle().write(tmp_path)
    script = (
        "import sys, time; from pathlib import Path; from optimiser.errors import PlanError; from optimiser import solver\n"
        "end = time.perf_counter() + 3\n"
        "try: solver.optimise_folder(Path(sys.argv[1]), cancel=lambda: time.perf_counter() > end)\n"
        "except PlanError as error: print(error.status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ, timeout=60
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "cancelled", "")


# Memory


@pytest.mark.parametrize("where", ["arrays_of", "formulate", "frames_of"])
def test_memory_that_runs_out_is_a_failure_that_says_the_size(planning, monkeypatch, where):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(solver, where, full)
    with pytest.raises(
        PlanError, match=r"Memory ran out in stage (build|results) with (12 variables and 6 rows|\d+ rows of tables)"
    ) as caught:
        optimise(planning(2, **SMALL))
    assert caught.value.status == "failed"
    assert "fewer periods" in str(caught.value)


def test_a_solver_without_memory_is_a_failure_that_says_the_size(planning, monkeypatch):
    honest = session.hand_over
    monkeypatch.setattr(session, "hand_over", lambda *given: Claiming(honest(*given), HighsModelStatus.kMemoryLimit))
    with pytest.raises(PlanError, match="in stage shortfall with 12 variables and 6 rows") as caught:
        optimise(planning(2, **SMALL))
    assert caught.value.status == "failed"


def test_a_run_records_its_memory_and_its_proof(planning, tmp_path):
    optimise(planning(2, **SMALL)).write(tmp_path)
    run = json.loads((tmp_path / "run.json").read_text())
    assert 2e7 < run["peak_memory_bytes"] < 1e11
    assert [list(entry) for entry in run["proof"]] == [["stage", "of", "duality", "dual", "slackness"]] * 3
    assert [entry["stage"] for entry in run["proof"]] == ["shortfall", "cost", "moves"]
    assert {entry["of"] for entry in run["proof"]} == {"the linear problem"}
    assert max(entry[measure] for entry in run["proof"] for measure in ("duality", "dual", "slackness")) < 1e-9


# Proof

# minimise x + 2 y, x + y >= 3, x <= 2: x = 2, y = 1; the row is worth 2, and x's reduced cost is -1.
FACE = Face(
    np.array([[1.0, 1.0]]) * 1.0,
    np.array([3.0]),
    np.array([np.inf]),
    np.zeros(2),
    np.array([2.0, np.inf]),
)


def proven(duals, values=(2.0, 1.0)):
    from dataclasses import replace

    from scipy import sparse

    face = replace(FACE, matrix=sparse.csr_array(FACE.matrix))
    return prove("cost", face, np.array([1.0, 2.0]), np.array(values), np.array([duals]))


def test_a_proof_worked_out_by_hand():
    proof = proven(2.0)
    assert (proof.bound, proof.dual, proof.slackness) == (4.0, 0.0, 0.0)
    assert proof.holds(4.0)
    assert not proof.holds(4.1)
    assert proof.duality(5.0) == pytest.approx(0.2)


def test_duals_that_prove_less_give_a_lower_bound():
    """With a price of 1 on the row, no plan costs less than 3; that is true, and is no proof of 4."""
    proof = proven(1.0)
    assert proof.bound == 3.0
    assert proof.bounds
    assert not proof.holds(4.0)
    assert proof.slackness == pytest.approx(0.25), "y is worth 1 more than it costs, and is used once"


def test_duals_of_the_wrong_sign_prove_nothing():
    assert not proven(-1.0).bounds, "the row has no upper side"
    assert not proven(3.0).bounds, "y would be worth more than it costs, without end"
    assert not proven(float("nan")).holds(4.0)


def test_a_value_off_its_bound_shows_in_slackness():
    assert proven(2.0, (1.0, 2.0)).slackness == pytest.approx(0.2)


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_stage_that_its_duals_do_not_prove_is_not_called_optimal(planning, monkeypatch, stage):
    """A solver that claims the right values with the wrong prices is not believed; the plan, which keeps the tables, is let out."""
    honest, calls = Session.duals, itertools.count()

    def wrong(solving):
        duals = honest(solving)
        return duals + 0.5 if next(calls) == stage else duals

    monkeypatch.setattr(Session, "duals", wrong)
    monkeypatch.setattr(Session, "keeps", lambda *_: True)
    plan = optimise(planning(2, **SMALL))
    assert plan.status == "feasible"
    told = plan.stages[stage]
    assert {"bound", "gap"} <= set(told)
    assert told["bound"] is None or told["bound"] <= told["value"]
    assert max(plan.proof[stage][measure] for measure in ("duality", "dual", "slackness")) > PROVEN


def test_a_proof_of_whole_plans_is_of_the_linear_problem_with_the_whole_numbers_fixed(planning):
    plan = optimise(planning(2, **WHOLE))
    assert plan.status == "optimal"
    assert {entry["of"] for entry in plan.proof} == {"the linear problem with the whole numbers fixed"}
    assert max(entry["duality"] for entry in plan.proof) <= PROVEN


def test_stages_held_by_rows_are_proven_on_them(planning, monkeypatch):
    """Where the optimal face slips, rows hold the stages before, and the proof counts these rows in."""
    monkeypatch.setattr(Session, "freeze", lambda _: None)
    rows = []
    honest = Session.thaw
    monkeypatch.setattr(Session, "thaw", lambda solving: (honest(solving), rows.append(solving.face.matrix.shape[0]))[0])
    plan = optimise(planning(2, **SMALL))
    assert plan.status == "optimal"
    assert max(rows) >= plan.size["constraints"] + 2
    assert 1e-9 < max(entry["duality"] for entry in plan.proof) <= PROVEN


# The same tables give the same plan


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_neither_order_nor_names_change_the_plan(random, variant):
    """Rows and columns in any order, and other names in the same order, give the same plan to the last figure."""
    parts = {
        "stocks": {"stock": ["a", "b", "money"], "opening": [4.0, 2.0, variant]},
        "transitions": {"from_stock": ["a", "b", "money"], "to_stock": ["a", "b", "money"], "rate": [1.0, 0.9, 1.0]},
        "inflows": {"stock": ["money"], "amount": [9.0]},
        "requirements": {"stock": ["a", "b"], "required": [9.0, 7.0]},
        "levers": {"lever": ["p", "q", "r"], "unit_cost": [1.0, 1.0, 2.0]},
        "effects": {
            "lever": ["p", "q", "r", "r", "p", "q", "r"],
            "stock": ["a", "b", "a", "b", "money", "money", "money"],
            "amount": [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -2.0],
        },
    }
    names = {"a": "a 1", "b": "b:2", "money": "müßig", "p": "p-1", "q": "q[2]", "r": "r é"}

    def planned(frames):
        return optimise(PlanningTables.from_frames(Problem(3), frames))

    def shuffled(frame):
        order = list(frame.columns)
        random.shuffle(order)
        return frame.sample(frac=1, random_state=random.randrange(2**32))[order]

    frames = {name: pd.DataFrame(columns) for name, columns in parts.items()}
    renamed = {name: shuffled(frame.replace(names)) for name, frame in frames.items()}
    first, second, third = planned(frames), planned({name: shuffled(frame) for name, frame in frames.items()}), planned(renamed)
    assert first.stages == second.stages == third.stages
    for frame in ("actions", "stocks", "coverage", "shadow_prices"):
        pd.testing.assert_frame_equal(getattr(first, frame), getattr(second, frame))
        pd.testing.assert_frame_equal(getattr(first, frame).replace(names), getattr(third, frame))


# Whole people


@st.composite
def purchases(draw):
    """Draw a small problem of whole levers, one budget with carry-over, and a limit; small enough to try every plan."""
    levers = ["p", "q"][: draw(st.integers(1, 2))]
    quarters = st.integers(0, 12).map(lambda n: n / 4)
    prices = [draw(st.integers(1, 9).map(lambda n: n / 3)) for _ in levers]
    effects = [{"lever": lever, "stock": "money", "lag": 0, "amount": -price} for lever, price in zip(levers, prices, strict=True)]
    effects += [{"lever": lever, "stock": "staff", "lag": draw(st.integers(0, 1)), "amount": draw(quarters) + 0.25} for lever in levers]
    frames = {
        "stocks": pd.DataFrame({"stock": ["money", "staff"], "opening": [draw(quarters), draw(quarters)]}),
        "transitions": pd.DataFrame(
            {"from_stock": ["money", "staff"], "to_stock": ["money", "staff"], "rate": [draw(st.sampled_from([0.0, 0.5, 1.0])), 0.9]}
        ),
        "inflows": pd.DataFrame({"stock": ["money"], "amount": [draw(quarters) * 2]}),
        "requirements": pd.DataFrame({"stock": ["staff"], "required": [draw(quarters) * 3]}),
        "levers": pd.DataFrame({"lever": levers, "unit_cost": prices, "maximum": 3.0, "whole": True}),
        "effects": pd.DataFrame(effects),
        "limits": pd.DataFrame({"limit": ["seats"], "amount": [draw(quarters) * 2]}),
        "uses": pd.DataFrame([{"limit": "seats", "kind": "lever", "item": lever, "amount": draw(quarters) + 0.3} for lever in levers]),
    }
    return PlanningTables.from_frames(Problem(2, stages=("shortfall", "cost")), frames)


def best_of_all(tables: PlanningTables) -> tuple[float, float]:
    """Try every plan: the least shortfall, and the least cost at that."""
    arrays = arrays_of(tables)
    tried = []
    for counts in itertools.product(range(4), repeat=len(arrays.levers) * arrays.periods):
        used = np.array(counts, dtype=float).reshape(-1, arrays.periods)
        held = stocks_of(arrays, used)[:, 1:]
        within = np.bincount(arrays.uses.row, arrays.uses.amount * used[arrays.uses.item, arrays.uses.period], len(arrays.limits.amount))
        if (held >= -1e-9).all() and (within <= arrays.limits.amount + 1e-9).all():
            missing = np.maximum(arrays.needs.required - held[arrays.needs.stock, arrays.needs.period], 0.0).sum()
            tried.append((round(missing, 9), float((arrays.terms.unit_cost * used).sum())))
    least = min(missing for missing, _ in tried)
    return least, min(cost for missing, cost in tried if missing <= least + 1e-6)


@settings(max_examples=40, deadline=None)
@given(purchases(), st.sampled_from([None, 0.02, 0.1]), st.sampled_from([0.0, 0.3]))
def test_whole_plans_overspend_nothing_and_their_bounds_are_true(tables, limit, gap):
    """Proven, stopped early or content with a gap: no plan spends money that is not there, and none is better than its bound."""
    shortfall, cost = best_of_all(tables)
    try:
        plan = optimise(tables, time_limit=limit, gap=gap)
    except PlanError as error:
        assert error.status == "stopped"
        assert limit is not None
        return
    assert plan.stocks["amount"].min() >= -1e-6
    assert (plan.limits["slack"] >= -1e-6).all()
    used = use_of(arrays_of(tables), plan.actions)
    assert (used == used.round()).all()
    first, second = plan.stages
    assert first["value"] >= shortfall - 1e-6
    if first.get("bound") is not None:
        assert first["bound"] <= shortfall + 1e-6
    if plan.status == "optimal":
        assert (first["value"], second["value"]) == pytest.approx((shortfall, cost), abs=1e-5)
    if plan.status == "optimal" or first["gap"] == 0:
        assert second["bound"] is None or second["bound"] <= cost + 1e-5


def test_whole_numbers_that_nothing_keeps_are_infeasible_though_parts_would_do(planning):
    parts = {
        "levers": "lever,maximum,whole|l,9,true",
        "limits": "limit,amount,sense|odd,3,==",
        "uses": "limit,kind,item,amount|odd,lever,l,2",
    }
    assert optimise(planning(1, **parts | {"levers": "lever,maximum|l,9"})).actions["amount"].tolist() == [1.5]
    with pytest.raises(PlanError) as caught:
        optimise(planning(1, **parts))
    assert caught.value.status == "infeasible"


def test_whole_numbers_without_end_are_unbounded(planning):
    with pytest.raises(PlanError, match="sell") as caught:
        optimise(
            planning(2, **WHOLE | {"levers": "lever,unit_cost,maximum,whole|hire,3,4,true|contract,2,,|sell,-1,,true"}, stages=("cost",))
        )
    assert caught.value.status == "unbounded"


def test_rounding_that_breaks_a_limit_is_dropped_and_the_solver_starts_from_nothing(planning, monkeypatch):
    """4 people are needed, hard; 3.75 hires would do, 3 do not."""
    starts = []
    honest = solver.Start.of
    monkeypatch.setattr(solver.Start, "of", lambda *given: starts.append(honest(*given)) or starts[-1])
    parts = {
        "stocks": "stock|staff",
        "requirements": "stock,required,hard|staff,3.75,true",
        "levers": "lever,unit_cost,whole|hire,3,true",
        "effects": "lever,stock,amount|hire,staff,1",
    }
    plan = optimise(planning(1, **parts, stages=("cost",)))
    assert starts[0].values is None  # noqa: PD011 - of a plan, not of a frame
    assert starts[0].bound == pytest.approx(11.25)
    assert (plan.status, plan.stages[0]["value"]) == ("optimal", 12)


def test_a_whole_plan_starts_from_the_linear_one(trust, monkeypatch):
    """The plan rounded down is whole, within every limit, and given to the solver to start from; it knows a bound."""
    starts = []
    honest = solver.Start.of
    monkeypatch.setattr(solver.Start, "of", lambda *given: starts.append(honest(*given)) or starts[-1])
    tables = trust(groups=3, budget=4500.0)
    levers = [lever for lever in tables.levers["lever"] if not lever.startswith("contract")]
    rows = pd.DataFrame([(lever, period, True) for lever in levers for period in range(1, 5)], columns=["lever", "period", "whole"])
    frames = {name: frame for name, frame in tables.frames().items() if len(frame)} | {"lever_periods": rows}
    whole = PlanningTables.from_frames(Problem(12, "quarter", stages=("shortfall",), attributes=tables.problem.attributes), frames)
    plan = optimise(whole, gap=0.05)
    (start,) = starts
    first = start.values  # noqa: PD011 - of a plan, not of a frame
    arrays = arrays_of(whole)
    programme = formulate(arrays)
    rows_used = programme.matrix @ first
    assert (rows_used >= programme.row_lower - 1e-6).all()
    assert (rows_used <= programme.row_upper + 1e-6).all()
    assert (first[programme.whole] == first[programme.whole].round()).all()
    assert start.bound <= plan.stages[0]["value"] <= float(objective(arrays, programme.layout, "shortfall") @ first) + 1e-6
