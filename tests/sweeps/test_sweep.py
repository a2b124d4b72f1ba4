"""`xlnn sweep`: every pair of η and start as if it were trained alone; its workbook; workers, Dask, interruption."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from distributed import Client
from problems import dense, maps, random_problem

import xlnn
from xlnn.cli.main import main
from xlnn.errors import DivergedError, UsageError
from xlnn.model.network import LayerSettings
from xlnn.model.problem import draw
from xlnn.model.training import totals
from xlnn.sweeps import jobs as sweep_jobs
from xlnn.sweeps.grid import grid
from xlnn.sweeps.pages import write_sweep
from xlnn.sweeps.running import run_grid
from xlnn.sweeps.variants import variants_of
from xlnn.xlsx.seals import SEAL

DATA = Path(__file__).parents[1] / "data"
ETAS = tuple(float(f"{value:.12g}") for value in np.linspace(0.05, 0.5, 10))


def run(*arguments) -> tuple[int, str, str]:
    """Exit code, output and errors of `xlnn sweep`."""
    result = CliRunner().invoke(main, ["sweep", *map(str, arguments)], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def parts(path: Path) -> dict[str, bytes]:
    """All of a workbook but sheet Times, which no two sweeps share, the title, which is the file's name, and the seal of both."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
        times = openpyxl.load_workbook(path, read_only=True).sheetnames.index("Times") + 1
        assert 'name="Times"' in book
        left_out = (f"xl/worksheets/sheet{times}.xml", "docProps/core.xml", SEAL)
        return {name: archive.read(name) for name in archive.namelist() if name not in left_out}


@cache
def rows(path: Path, name: str) -> list[tuple]:
    book = openpyxl.load_workbook(path, read_only=True)
    found = list(book[name].iter_rows(values_only=True))
    book.close()
    return found


def table_of(path: Path, title: str) -> dict[object, dict[float, object]]:
    """A heat map of sheet Sweep: by start and η."""
    lines = rows(path, "Sweep")
    row, column = next((r, c) for r, line in enumerate(lines) for c, value in enumerate(line) if value == title)
    etas = list(lines[row + 1][column + 1 :])
    etas = etas[: etas.index(None)] if None in etas else etas
    found = {}
    for line in lines[row + 2 :]:
        if line[column] == "median":
            break
        found[line[column]] = dict(zip(etas, line[column + 1 :], strict=False))
    return found


@pytest.fixture(scope="module", name="book")
def _book(tmp_path_factory) -> Path:
    return Path(xlnn.new("4-4", tmp_path_factory.mktemp("sweep") / "book.xlsx"))


@pytest.fixture(scope="module", name="swept")
def _swept(book) -> Path:
    """4-4 over 10 η and 20 starts."""
    path = book.with_name("swept.xlsx")
    code, _, errors = run(book, "--eta", "0.05:0.5:10", "--seeds", "0:20", "--workers", 1, "--keep", "1,50", "-o", path)
    assert (code, errors) == (0, "")
    return path


# ---- the numbers -------------------------------------------------------------------------------------


def test_the_books_start_at_the_books_eta(swept):
    """4-4: 50 updates bring C_T to 0.236651, with all 64 images right."""
    assert round(table_of(swept, "C_T after training")["own"][0.2], 6) == 0.236651
    assert table_of(swept, "share right")["own"][0.2] == 1


def test_the_books_start_goes_as_in_the_book():
    """C_T after 0, 1, 2, 5 and 10 updates, among 200 other runs."""
    found = xlnn.sweep(xlnn.example("4-4"), eta=ETAS, seeds=range(20), workers=1)
    own = next(one for one in found.grid.runs if (one.start, one.eta) == ("own", 0.2))
    updates, costs = found.curve(own)
    with (DATA / "expected_CT_4-4.csv").open() as file:
        lines = [(int(line["updates_done"]), float(line["CT"])) for line in csv.DictReader(file)]
    assert len(lines) >= 5
    for done, expected in lines:
        assert costs[updates.tolist().index(done)] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("start", "eta"), [("own", 0.5), (0, 0.05), (7, 0.2), (13, 0.35), (19, 0.5)])
def test_a_cell_is_what_train_finds_alone(swept, start, eta):
    problem = xlnn.example("4-4").with_settings(eta=eta)
    if start != "own":
        drawn = {q.name: draw(q, start, "N(0, 1)") for q in problem.network.parameters}
        problem = replace(problem, parameters=drawn)
    *_, (_, cost, share) = totals(problem)
    assert table_of(swept, "C_T after training")[start][eta] == pytest.approx(cost, rel=1e-12)
    assert table_of(swept, "share right")[start][eta] == share


def test_the_table_is_whole(swept):
    for title in ("C_T after training", "share right"):
        found = table_of(swept, title)
        assert list(found) == ["own", *range(20)]
        assert all(list(line) == list(ETAS) and all(isinstance(v, int | float) for v in line.values()) for line in found.values())


def test_from_python_with_the_same_words():
    found = xlnn.sweep(xlnn.example("4-4"), eta=[0.1, 0.2], seeds=range(2), workers=1)
    assert list(found.frame.columns) == ["eta", "start", "before", "CT", "share", "diverged"]
    assert found.frame["start"].tolist() == ["own", "own", 0, 0, 1, 1]
    assert round(found.table("CT").loc["own", 0.2], 6) == 0.236651
    assert round(found.frame["before"][1], 6) == 20.255346
    best = found.grid.problem_of(found.best)
    *_, (_, cost, _) = totals(best)
    assert cost == pytest.approx(found.frame["CT"].min(), rel=1e-12)


def test_convolutions_and_shuffled_batches():
    """Each seed shuffles the images in its own way, as `train --seed` does."""
    network = maps((6, 6), *(LayerSettings(*entry) for entry in (("F", "convolution", 2, (3, 3)), ("O", "dense", 2))))
    problem = random_problem(network, 7, iterations=6, batch=3, order="shuffled")
    found = run_grid(grid(problem, [0.1, 0.3], [4, 9]), workers=1)
    assert len(found.grid.jobs) == 3
    for one in found.grid.runs:
        updates, costs, _ = zip(*totals(found.grid.problem_of(one)), strict=True)
        assert found.curve(one)[0].tolist() == list(updates)
        np.testing.assert_allclose(found.curve(one)[1], costs, rtol=1e-12)


# ---- runs that diverge -------------------------------------------------------------------------------


def test_runs_that_diverge_are_marked_and_do_not_fail_the_rest(book, swept, tmp_path):
    path = tmp_path / "out.xlsx"
    code, said, _ = run(book, "--eta", "0.2,1e308", "--seeds", "0:2", "--keep", "none", "-o", path)
    assert code == 0
    assert "6 runs. Best: η = 0.2, start 1:" in said
    costs, shares = table_of(path, "C_T after training"), table_of(path, "share right")
    assert [line[1e308] for line in costs.values()] == [line[1e308] for line in shares.values()] == ["×"] * 3
    for start in ("own", 0, 1):
        assert costs[start][0.2] == pytest.approx(table_of(swept, "C_T after training")[start][0.2], rel=1e-12)
    header, *lines = rows(path, "Runs")
    assert header[-1] == "diverged after update"
    assert [(line[1], line[4], line[6]) for line in lines if line[1] > 1] == [(1e308, None, 1)] * 3
    assert "3 runs diverged, with numbers that are not finite; marked ×." in [line[0] for line in rows(path, "Sweep")]


def test_runs_that_end_higher_than_they_began_are_marked(book, tmp_path):
    """η 1e30 saturates the units of 4-4: C_T stays finite, at half a square for every wrong unit."""
    path = tmp_path / "out.xlsx"
    run(book, "--eta", "0.2,1e30", "--keep", "none", "-o", path)
    sheet = openpyxl.load_workbook(path)["Sweep"]
    formats = {cell.value: cell.number_format for line in sheet.iter_rows() for cell in line if isinstance(cell.value, float)}
    high = table_of(path, "C_T after training")["own"][1e30]
    assert high > 20.255346
    assert {value for value, shown in formats.items() if "▲" in shown} <= {high}
    assert "▲" in next(cell.number_format for line in sheet.iter_rows() for cell in line if cell.value == high)


def test_where_all_diverge_the_table_is_written_and_the_exit_code_is_7(book, tmp_path):
    path = tmp_path / "out.xlsx"
    code, _, errors = run(book, "--eta", "1e308,1.7e308", "-o", path)
    assert (code, errors) == (7, f"xlnn: error: every run diverged. Try smaller η; the table is in {path}.\n")
    assert openpyxl.load_workbook(path).sheetnames == ["Sweep", "Runs", "Curves", "Times"]
    with pytest.raises(DivergedError):
        write_sweep(xlnn.sweep(xlnn.example("4-4"), eta=[1e308]), tmp_path / "again.xlsx")


# ---- the workbook ------------------------------------------------------------------------------------


def test_the_workbook_has_the_best_run_in_full(swept):
    names = openpyxl.load_workbook(swept, read_only=True).sheetnames
    assert names[:5] == ["Sweep", "Runs", "Curves", "Times", "Summary"]
    assert {"Iteration 1", "Iteration 50", "Trained", "Settings", "Data"} <= set(names)
    costs = table_of(swept, "C_T after training")
    best = min((cost, start, eta) for start, line in costs.items() for eta, cost in line.items() if start != "own")
    summary = [line for line in rows(swept, "Summary") if line[0] == 50]
    assert summary[0][1] == pytest.approx(best[0], rel=1e-12)
    again = xlnn.read(swept)  # it is an input, too: training goes on from the best run's parameters
    assert again.settings.eta == best[2]
    assert next(totals(again))[1] == pytest.approx(best[0], rel=1e-12)


def test_every_run_has_a_line(swept):
    header, *lines = rows(swept, "Runs")
    assert header == (
        "run", "η", "start", "C_T before", "C_T after training", "share right", "diverged after update",
    )  # fmt: skip
    assert [line[:3] for line in lines] == [
        (number, eta, start) for number, (start, eta) in enumerate(((s, e) for s in ("own", *range(20)) for e in ETAS), 1)
    ]
    costs = table_of(swept, "C_T after training")
    assert all(line[4] == costs[line[2]][line[1]] for line in lines)


def test_curves_are_those_of_the_best_median_and_worst_start(swept):
    lines = rows(swept, "Curves")
    top = next(number for number, line in enumerate(lines) if line[0] == "updates")
    ranks, etas, starts, *curves = lines[top : top + 54]
    assert [line[0] for line in curves] == list(range(51))
    costs = table_of(swept, "C_T after training")
    for column in range(1, 31):
        ordered = sorted(line[etas[column]] for line in costs.values())
        expected = {"best start": ordered[0], "median start": ordered[10], "worst start": ordered[20]}[ranks[column]]
        assert curves[-1][column] == expected == costs[starts[column]][etas[column]]
        assert curves[0][column] != curves[-1][column]
    with zipfile.ZipFile(swept) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        drawn = [archive.read(name).decode() for name in charts]
    assert sum("η = 0.05" in chart and "η = 0.5<" in chart and chart.count("<c:ser>") == 10 for chart in drawn) == 3


def test_it_speaks_the_workbooks_language(book, tmp_path):
    path = tmp_path / "out.xlsx"
    code, said, _ = run(book, "--eta", "0.2,0.3", "--language", "zh", "--keep", "none", "-o", path)
    assert code == 0
    assert said.startswith("2 次学习。最好：η = 0.3，初始值：工作簿自带，C_T 20.2553 → ")
    assert rows(path, "Sweep")[0][0] == "试验：12-3-2"


# ---- other settings ----------------------------------------------------------------------------------


def test_other_settings_are_tried_in_all_combinations(book, tmp_path):
    path = tmp_path / "out.xlsx"
    code, _, errors = run(
        book, "--seeds", "3", "--set", "activation=sigmoid,tanh", "--set", "units 2=2,3", "--keep", "none", "-o", path, "-n", 5
    )
    assert (code, errors) == (0, "")
    header, *lines = rows(path, "Runs")
    assert header[1:3] == ("activation", "units 2")
    assert [(line[1], line[2], line[4]) for line in lines] == [
        ("sigmoid", 2, 3), ("sigmoid", 3, "own"), ("sigmoid", 3, 3), ("tanh", 2, 3), ("tanh", 3, "own"), ("tanh", 3, 3),
    ]  # fmt: skip
    texts = [line[0] for line in rows(path, "Sweep")]
    assert texts.count("The workbook's own start does not fit this network.") == 2
    own = next(line for line in lines if line[1:3] == ("tanh", 3) and line[4] == "own")
    problem = xlnn.example("4-4")
    layers = tuple(replace(e, activation="tanh") if e.kind == "dense" else e for e in problem.network.layer_settings)
    alone = replace(problem, network=replace(problem.network, layer_settings=layers)).with_settings(iterations=5)
    *_, (_, cost, _) = totals(alone)
    assert own[6] == pytest.approx(cost, rel=1e-12)


def test_costs_of_different_kinds_are_not_compared():
    """The mean over 64 images is always smaller than the sum; the larger share right is the better run."""
    found = xlnn.sweep(xlnn.example("4-4").with_settings(iterations=20), settings={"total": ["mean", "sum"]}, workers=1)
    mean, sum_ = found.frame["CT"]
    assert mean < sum_
    assert found.frame["share"][2] > found.frame["share"][1]
    assert found.best.number == 2


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("iterations", ["5", "10"], [5, 10]),
        ("cost", ["squares", "half squares"], ["squares", "half squares"]),
        ("batch size", ["all", "16"], ["all", 16]),
        ("freeze biases", ["yes", "no"], ["yes", "no"]),
        ("激活函数 3", ["tanh"], ["tanh"]),
        ("size P", ["1x1", "2×2"], ["1×1", "2×2"]),
    ],
)
def test_settings_are_known_by_their_names(name, values, found):
    problem = xlnn.example("5-6" if name == "size P" else "4-4")
    assert [variant.changed for variant in variants_of(problem, {name: values})] == [((name, value),) for value in found]


# ---- wrong options -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "nothing to try: give --eta, --seeds or --set."),
        (["--eta", "0.1:0.5"], "--eta: expected from:to:count like 0.05:0.5:10, or values like 0.1,0.2; found '0.1:0.5'."),
        (["--eta", "a,b"], "--eta: expected from:to:count like 0.05:0.5:10, or values like 0.1,0.2; found 'a,b'."),
        (["--eta", "0:1:3"], "the learning rate η must be a number above 0, not 0."),
        (["--seeds", "20:0"], "--seeds: expected first:end like 0:20 (20 starts, 0 to 19), or numbers like 3,5; found '20:0'."),
        (["--seeds", "-1"], "--seeds: expected first:end like 0:20 (20 starts, 0 to 19), or numbers like 3,5; found '-1'."),
        (["--set", "units"], "--set: expected name=value,value like activation=sigmoid,tanh; found 'units'."),
        (["--set", "cost="], "cost: no value to try; write cost=value,value."),
        (["--set", "units=2,3"], "units: of which layer? Write one of: units 2, units 3."),
        (["--set", "units 7=2,3"], "units 7: no such layer; known: units 2, units 3."),
        (["--set", "units 2=two"], "units: expected a whole number, found 'two'."),
        (["--set", "units 3=4"], "4 output units, but 2 classes."),
        (["--set", "activation=tan"], "activation: expected sigmoid / tanh / softsign / relu / leaky relu /"),
        (["--set", "activation 2=step"], "layer 2: the unit step has no slope at 0 and the slope 0 everywhere else"),
        (["--set", "cost=abs"], "cost: expected half squares / squares / "
            "cross-entropy / perceptron / softmax cross-entropy, found 'abs'."),
        (["--set", "eta=1,2"], "cannot try values of 'eta'; known: iterations, cost,"),
        (["--set", "cost=squares", "--set", "cost=squares"], "--set: cost is given twice; write all its values in one."),
        (["--set", "units 2=2,3"], "the workbook's own start does not fit units 2 = 2; draw others with --seeds."),
        (["--set", "units 2=4"], "the workbook's own start fits none of these networks; draw others with --seeds."),
        (["--eta", "0.1", "--workers", "0"], "the number of workers must be at least 1, not 0."),
        (["--eta", "0.1", "--scheduler", "here"], "--scheduler: expected an address like tcp://192.168.1.7:8786, found 'here'."),
        (["--eta", "0.1", "--resume"], "there is no interrupted sweep to resume: out.xlsx.part is missing. Leave out --resume."),
        (["--eta", "0.1", "--keep", "odd"], "cannot keep 'odd': write all, every:10, first,last, none or numbers"),
    ],
)  # fmt: skip
def test_wrong_options_are_named_before_anything_is_computed(book, tmp_path, options, message):
    code, said, errors = run(book, *options, "-o", tmp_path / "out.xlsx")
    assert (code, said) == (2, "")
    assert errors.startswith(f"xlnn: error: {message}")
    assert list(tmp_path.iterdir()) == []


def test_what_fits_no_sheet_is_refused_before_anything_is_computed(tmp_path, monkeypatch):
    problem = random_problem(dense((2, 2), (2, "sigmoid"), (2, "sigmoid")), 9000)
    xlnn.write_problem(problem.with_settings(layout="table"), tmp_path / "wide.xlsx")
    monkeypatch.setattr(sweep_jobs, "run_job", lambda job: pytest.fail("computed"))
    code, _, errors = run(tmp_path / "wide.xlsx", "--eta", "0.1,0.2", "--layout", "book")
    assert code == 5
    assert "Traceback" not in errors
    code, _, errors = run(tmp_path / "wide.xlsx", "--eta", "0.1:0.5:9000", "--layout", "table", "--keep", "none")
    assert code == 5
    assert errors == (
        "xlnn: error: the tables of 9000 runs need 9100 rows and 27002 columns; a sheet has 1,048,576 and 16,384. "
        "Try fewer at once.\n"
    )


# ---- interrupted -------------------------------------------------------------------------------------


def interrupted_after(count: int):
    def progress(done: int, _) -> None:
        if done >= count:
            raise KeyboardInterrupt

    return progress


def test_an_interrupted_sweep_keeps_what_is_done_and_goes_on(tmp_path):
    """With the same bytes as one that was never interrupted."""
    chosen = grid(xlnn.example("4-4").with_settings(iterations=2), [0.1, 0.2], range(400))
    assert len(chosen.jobs) == 3
    journal = tmp_path / "out.xlsx.part"
    found = run_grid(chosen, 1, progress=interrupted_after(1), journal=journal)
    assert not found.complete
    assert len(found.done) == len(chosen.jobs[0].numbers) == 268
    write_sweep(found, tmp_path / "cut.xlsx", keep="none")
    assert rows(tmp_path / "cut.xlsx", "Sweep")[1][0] == (
        "Interrupted: 268 of 802 runs are done. The same command with --resume goes on."
    )
    with journal.open("a") as file:
        file.write('{"index": 1, "numb')  # the power went off meanwhile
    told = []
    again = run_grid(chosen, 1, progress=lambda *counts: told.append(counts), journal=journal, resume=True)
    assert told == [(268, 802), (535, 802), (802, 802)]
    whole = run_grid(chosen, 1)
    for name, sweep in (("again.xlsx", again), ("whole.xlsx", whole)):
        write_sweep(sweep, tmp_path / name, keep="none")
    assert parts(tmp_path / "again.xlsx") == parts(tmp_path / "whole.xlsx")


def test_ctrl_c_writes_what_is_done_and_resume_goes_on(book, tmp_path, monkeypatch):
    options = (
        book,
        "--eta",
        "0.1,0.2",
        "--seeds",
        "0:400",
        "-n",
        2,
        "--workers",
        1,
        "--keep",
        "none",
        "-o",
        tmp_path / "out.xlsx",
    )
    real, done = sweep_jobs.run_job, []

    def job(job):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(real(job))
        return done[-1]

    monkeypatch.setattr(sweep_jobs, "run_job", job)
    code, said, errors = run(*options)
    assert (code, said) == (130, "")
    assert errors.splitlines()[-1] == (
        f"xlnn: 535 of 802 runs are done; {tmp_path / 'out.xlsx'} has them. To go on: the same command with --resume"
    )
    code, _, errors = run(*options, "--set", "cost=squares", "--resume")
    assert code == 2
    assert errors == (
        "xlnn: error: out.xlsx.part is of another sweep, or of another version of xlnn. Leave out --resume to begin anew.\n"
    )
    monkeypatch.setattr(sweep_jobs, "run_job", real)
    code, said, errors = run(*options, "--resume")
    assert (code, errors) == (0, "")
    assert said.startswith("802 runs. Best: ")
    assert not (tmp_path / "out.xlsx.part").exists()


def test_interrupted_before_anything_is_done_nothing_is_written(book, tmp_path, monkeypatch):
    def job(job):
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep_jobs, "run_job", job)
    code, _, errors = run(book, "--eta", "0.1", "-o", tmp_path / "out.xlsx", "--workers", 1)
    assert (code, errors) == (130, "xlnn: interrupted; nothing was written.\n")
    assert not (tmp_path / "out.xlsx").exists()


# ---- workers and Dask --------------------------------------------------------------------------------

MANY = ("--eta", "0.1:0.5:5", "--seeds", "0:300", "-n", 40, "--keep", "none")  # 5 jobs


@pytest.fixture(scope="module", name="local")
def _local(book) -> Path:
    """A sweep of several jobs, on one core."""
    path = book.with_name("local.xlsx")
    assert run(book, *MANY, "--workers", 1, "-o", path)[0] == 0
    return path


def test_two_workers_give_the_same_bytes_as_one(book, local):
    path = book.with_name("two.xlsx")
    assert run(book, *MANY, "--workers", 2, "-o", path)[0] == 0
    assert parts(path) == parts(local)


class Cluster:
    """A `dask scheduler` and two `dask worker` processes on loopback."""

    def __init__(self, folder: Path):
        self.folder, self.processes = folder, []
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(folder / "s.json"))
        wait_for(lambda: (folder / "s.json").exists() and (folder / "s.json").read_text().endswith("}"))
        self.address = json.loads((folder / "s.json").read_text())["address"]
        self.workers = [self.worker(), self.worker()]
        with Client(self.address, set_as_default=False, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)

    def worker(self) -> subprocess.Popen:
        return self.start("worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))

    def start(self, *arguments: str) -> subprocess.Popen:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes.append(subprocess.Popen([sys.executable, "-m", "dask", *arguments, "--no-dashboard"], **quiet))
        return self.processes[-1]

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def wait_for(happened, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("dask"))
    yield found
    found.end()


def test_a_dask_cluster_gives_the_same_bytes(book, local, cluster):
    path = book.with_name("dask.xlsx")
    code, _, errors = run(book, *MANY, "--scheduler", cluster.address, "-o", path)
    assert (code, errors) == (0, "")
    assert parts(path) == parts(local)


def test_a_worker_that_ends_in_the_middle_loses_nothing(cluster):
    """Its jobs are computed by the other one: every run is there once, with the same bits."""
    chosen = grid(xlnn.example("4-4").with_settings(iterations=100), [0.1, 0.2, 0.3], range(900))
    assert len(chosen.jobs) == 8
    told = []

    def progress(done: int, _) -> None:
        told.append(done)
        if done and cluster.workers[0].poll() is None:
            cluster.workers[0].kill()

    found = run_grid(chosen, scheduler=cluster.address, progress=progress)
    assert cluster.workers[0].poll() is not None
    assert found.complete
    assert sorted(number for part in found.parts for number in part.numbers) == list(range(1, 2704))
    assert len(told) == len(set(told)) == 9
    local = run_grid(chosen, 1)
    assert all((found.curve(one)[1] == local.curve(one)[1]).all() for one in chosen.runs)


def test_no_scheduler_is_said_with_what_to_start(book, tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_jobs, "PATIENCE", 1)
    code, _, errors = run(book, "--eta", "0.1,0.2", "--scheduler", "tcp://127.0.0.1:9", "-o", tmp_path / "out.xlsx")
    assert code == 2
    assert errors == (
        "xlnn: error: no Dask scheduler answers at tcp://127.0.0.1:9. Start one with: dask scheduler; and on each machine, in "
        "an environment that has xlnn: dask worker tcp://127.0.0.1:9\n"
    )


def test_workers_and_a_scheduler_are_not_for_one_sweep(book, tmp_path):
    with pytest.raises(UsageError, match="workers=… is for this machine"):
        xlnn.sweep(xlnn.read(book), eta=[0.1], workers=2, scheduler="tcp://127.0.0.1:9")
