"""The arithmetic of the benchmarks, and that none of their rows is missing."""

import socket
import struct
import threading
from contextlib import suppress

import pytest

from bench.__main__ import main, parse
from bench.arithmetic import (
    Faults,
    Heard,
    Measured,
    Posted,
    audit,
    due_times,
    median,
    owed_by,
    percentile,
    waits,
)
from bench.growth import AXES
from bench.page import Ruler
from bench.report import ENDED_EARLY, Run, cells, number, value
from bench.sockets import Ears
from bench.table import MEASUREMENTS, ROWS

pytestmark = pytest.mark.once

ASHA, RAVI = 7, 8


def post(number: int, user: int = ASHA, committed: float = 10.0, due: float = 9.0) -> Posted:
    return Posted(number, user, due, due + 0.25, committed)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (0.995, 100.0), (1.0, 100.0)]
)
def test_a_percentile_is_a_value_that_occurred(share, expected):
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_a_percentile_of_little_is_the_worst_of_it():
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_there_is_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_the_median_of_an_even_number_is_between_two():
    assert median([4.0, 1.0, 3.0, 2.0]) == 2.5
    assert median([3.0, 1.0, 2.0]) == 2.0


def test_posts_are_due_whether_those_before_them_are_done_or_not():
    assert due_times(100.0, 50.0, 4) == [100.0, 100.02, 100.04, 100.06]


def test_what_a_call_costs_does_not_hide_that_it_began_late():
    late = Posted(1, ASHA, due=1.0, called=1.5, committed=1.75)
    assert (late.cost, late.late) == (0.25, 0.5)
    assert Posted(1, ASHA, due=2.0, called=1.5, committed=1.75).late == 0.0


def test_a_wait_counts_from_the_commit_to_the_first_frame_of_every_socket():
    heard = [Heard(ASHA, [1, 1], [10.5, 11.0]), Heard(ASHA, [1], [10.25])]
    assert waits([post(1)], heard) == [0.5, 0.25]


def test_nothing_is_wrong_where_every_socket_heard_its_own_in_order():
    posts = [post(1), post(2, RAVI), post(3)]
    heard = [Heard(ASHA, [1, 3], [1, 2]), Heard(ASHA, [1, 3], [1, 2]), Heard(RAVI, [2], [1])]
    assert audit(owed_by(posts), heard) == Faults()


@pytest.mark.parametrize(
    ("ids", "faults"),
    [
        ([1], Faults(lost=1)),
        ([1, 1, 3], Faults(repeated=1)),
        ([3, 1], Faults(disordered=1)),
        ([1, 3, 9], Faults(foreign=1)),
        ([], Faults(lost=2)),
    ],
)
def test_what_goes_astray_is_counted(ids, faults):
    heard = [Heard(ASHA, ids, [1.0] * len(ids))]
    assert audit({ASHA: [1, 3]}, heard) == faults


@pytest.mark.parametrize(
    ("faults", "is_void"),
    [
        (Faults(lost=1), True),
        (Faults(foreign=1), True),
        (Faults(repeated=5, disordered=5, counts_fell=5), False),
    ],
)
def test_a_run_is_void_where_something_was_lost(faults, is_void):
    run = Run("sqlite", "short")
    run.take("product", "steady", Measured({"cost_p50": [1.0]}, faults))
    cost = next(row for row in ROWS if row.short == "cost")
    assert run.is_void == is_void
    assert (value(run, "product", cost) is None) == is_void
    assert ("void" in cells(run, cost)) == is_void


def test_what_the_naive_pipeline_loses_makes_its_own_figures_void_and_no_others():
    run = Run("sqlite", "short")
    run.take("product", "steady", Measured({"cost_p50": [1.0]}))
    run.take("naive", "steady", Measured({"cost_p50": [2.0]}, Faults(lost=1)))
    assert not run.is_void
    assert cells(run, ROWS[0])[1:4] == ("1.00 ms", "void", "")


def test_a_run_that_could_not_measure_everything_is_void():
    assert Run("sqlite", "short", failures=[ENDED_EARLY]).is_void


def test_a_loss_in_one_of_several_runs_makes_all_of_them_void():
    run = Run("sqlite", "short")
    run.take("product", "steady", Measured({"cost_p50": [1.0]}, Faults(lost=1)))
    run.take("product", "steady", Measured({"cost_p50": [1.0]}))
    assert run.is_void


@pytest.mark.parametrize(
    ("short", "ours", "naive", "ratio", "verdict"),
    [
        ("cost", 1.5, 3.0, "×2.0", "reached"),
        ("cost", 1.6, 3.2, "×2.0", "NOT YET"),
        ("sustained", 1500, 150, "×10.0", "reached"),
        ("sustained", 1499, 1499, "×1.0", "NOT YET"),
    ],
)
def test_a_row_says_how_it_compares_and_whether_it_is_reached(short, ours, naive, ratio, verdict):
    row = next(row for row in ROWS if row.short == short)
    run = Run("sqlite", "short")
    run.take("product", row.measurement, Measured({row.figure: [ours]}))
    run.take("naive", row.measurement, Measured({row.figure: [naive]}))
    line = cells(run, row)
    assert (line[3], line[5]) == (ratio, verdict)


def test_a_long_history_is_held_against_a_short_one_of_the_same_run():
    row = next(row for row in ROWS if row.short == "history")
    run = Run("sqlite", "short")
    run.take("product", "history", Measured({"history_few": [2.0], "history_many": [2.5]}))
    assert cells(run, row)[4:] == ("≤ 2.40 ms", "NOT YET")


def test_the_spread_stands_beside_the_median():
    run = Run("sqlite", "short")
    for sample in (3.0, 1.0, 2.0):
        run.take("product", "steady", Measured({"cost_p50": [sample]}))
    assert cells(run, ROWS[0])[1] == "2.00 (1.00–3.00) ms"


def test_no_row_of_the_table_is_missing():
    targets = {row.short: row.target for row in ROWS if row.target is not None}
    assert targets == {
        "cost": 1.5,
        "cost-down": 50,
        "cost-stalled": 50,
        "latency": 3,
        "latency-p99": 8,
        "sustained": 1_500,
        "saturation": 25,
        "bulk": 5_000,
        "fanout": 60,
        "frames": 20_000,
        "memory": 25,
        "accept": 1,
    }
    assert [row.short for row in ROWS if row.like] == ["history"]


def test_every_row_has_a_measurement_and_every_measurement_a_row():
    assert {row.measurement for row in ROWS} == set(MEASUREMENTS)
    assert len({row.short for row in ROWS}) == len(ROWS)


def test_growth_is_measured_along_every_axis_from_little_to_much():
    ends = {axis.name: (axis.sizes[0], axis.sizes[-1]) for axis in AXES}
    assert ends["rows"] == (10, 1_000_000)
    assert ends["unread"] == (0, 50_000)
    assert ends["sockets"] == (1, 10_000)
    assert ends["tabs"] == (1, 20)
    assert ends["users"] == (1, 10_000)
    assert ends["workers"] == (1, 2)


def test_charts_end_at_powers_of_ten():
    ruler = Ruler([3.0, 250.0], 0.0, 300.0)
    assert ruler.powers == [1.0, 10.0, 100.0, 1000.0]
    assert [ruler.place(power) for power in ruler.powers] == pytest.approx([0.0, 100.0, 200.0, 300.0])


def test_numbers_have_three_digits():
    assert [number(value) for value in (1.234, 12.34, 1234.5)] == ["1.23", "12.3", "1,234"]


def test_one_row_can_be_asked_for_and_an_unknown_one_cannot():
    options = parse(["--only", "latency", "--database", "sqlite", "--short", "--without-naive"])
    assert (options.only, options.database, options.without_naive) == (["latency"], ["sqlite"], True)
    with pytest.raises(SystemExit):
        main(["--only", "nonsense"])


RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing tells the other side that nothing more is known of it
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
COUNT = b'{"type":"notification_count","count":3}'


def test_a_handshake_that_is_reset_before_its_answer_is_tried_again_and_counted():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        refused, _ = listener.accept()
        refused.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        refused.close()
        taken, _ = listener.accept()
        with taken:
            taken.recv(4096)
            taken.sendall(ANSWER + bytes([0x81, len(COUNT)]) + COUNT)
            with suppress(ConnectionResetError):
                taken.recv(1)  # until it is dropped

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    ears = Ears()
    with listener:
        ears.open("127.0.0.1", listener.getsockname()[1], [(1, "sessionid=x")], at_once=1)
    assert (ears.resets(), ears.resets()) == (1, 0)
    ears.close()
    server.join()


def test_a_handshake_that_is_refused_is_not_tried_again():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        taken, _ = listener.accept()
        taken.recv(4096)
        taken.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        taken.close()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    with listener, pytest.raises(ConnectionError, match="status 403"):
        Ears().open("127.0.0.1", listener.getsockname()[1], [(1, "sessionid=x")], at_once=1)
    server.join()
