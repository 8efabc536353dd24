"""Reviews come back after growing intervals, and only a review moves them."""

import pytest

from rung.learn.review import DAY, INTERVALS, Attempt, due


def at(day: float, passed: bool = True, review: bool = False) -> Attempt:
    return Attempt(day * DAY, passed, review)


def day_due(*attempts: Attempt) -> float:
    state = due(attempts)
    assert state is not None
    return state.at / DAY


def test_what_was_never_passed_is_never_due():
    assert due([]) is None
    assert due([at(0, passed=False), at(1, passed=False)]) is None


def test_the_intervals_grow_and_the_last_is_repeated():
    attempts = [at(0)]
    waits = []
    for _ in range(6):
        day = day_due(*attempts)
        waits.append(day - attempts[-1].at / DAY)
        attempts.append(at(day, review=True))
    assert waits == [2, 7, 21, 60, 60, 60]
    assert INTERVALS == (2, 7, 21, 60)


def test_failing_before_the_first_pass_does_not_start_the_clock():
    assert day_due(at(0, passed=False), at(5)) == 7


def test_running_the_check_again_moves_nothing():
    assert day_due(at(0), at(1), at(1.5, passed=False), at(3)) == 2


def test_a_review_too_early_moves_nothing():
    assert day_due(at(0), at(1, review=True)) == 2


def test_a_late_review_counts_from_its_own_day():
    assert day_due(at(0), at(30, review=True)) == 37


def test_a_failed_review_stays_due_and_begins_again():
    assert day_due(at(0), at(2, review=True), at(9, passed=False, review=True)) == 9
    assert day_due(
        at(0), at(2, review=True), at(9, passed=False, review=True), at(9.1, review=True)
    ) == pytest.approx(11.1)


@pytest.mark.parametrize(("now", "is_due"), [(1.99, False), (2.0, True), (400, True)])
def test_it_is_due_from_its_hour_on(now, is_due):
    state = due([at(0)])
    assert state is not None
    assert state.is_due(now * DAY) is is_due
