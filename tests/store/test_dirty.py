"""Dirty marks are a set for each stage and kind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.records import Entity
from store.dirty import clear, mark, take, take_on
from store.session import sessions


def test_marks_are_taken_once_and_in_order(session: Session) -> None:
    mark(session, "correlate", Entity.ITEM, [3, 1, 3])
    mark(session, "correlate", Entity.ITEM, {1, 2})
    assert take(session, "correlate", Entity.ITEM) == [1, 2, 3]


def test_stages_and_kinds_do_not_mix(session: Session) -> None:
    mark(session, "correlate", Entity.ITEM, [1])
    mark(session, "measure", Entity.ITEM, [2])
    mark(session, "correlate", Entity.COMMIT, [3])
    assert take(session, "correlate", Entity.ITEM) == [1]
    assert take(session, "measure", Entity.ITEM) == [2]
    assert take(session, "measure", Entity.COMMIT) == []


def test_only_what_is_cleared_goes(session: Session) -> None:
    mark(session, "measure", Entity.ITEM, range(5))
    clear(session, "measure", Entity.ITEM, [0, 2, 4, 9])
    clear(session, "measure", Entity.ITEM, [])
    assert take(session, "measure", Entity.ITEM) == [1, 3]


def test_what_a_run_takes_on_is_all_that_waits_and_what_a_killed_one_left(session: Session) -> None:
    mark(session, "measuring", Entity.ITEM, [4])
    mark(session, "measure", Entity.ITEM, [2, 4])
    mark(session, "measure", Entity.BUILD, [1])
    mark(session, "correlate", Entity.BUILD, [9])
    taken = take_on(session, "measure", "measuring")
    assert taken == {entity: [] for entity in Entity} | {Entity.ITEM: [2, 4], Entity.BUILD: [1]}
    assert take(session, "measuring", Entity.ITEM) == [2, 4]
    assert take(session, "measure", Entity.ITEM) == []
    assert take(session, "correlate", Entity.BUILD) == [9]


def test_what_an_open_transaction_marks_again_is_left_for_the_next_run(
    postgres_engine: Engine,
) -> None:
    """It can't be seen yet: who took the mark away now would never look at the change."""
    maker = sessions(postgres_engine)
    with maker.begin() as session:
        mark(session, "correlate", Entity.ITEM, [5, 6])
    with maker() as page:
        mark(page, "correlate", Entity.ITEM, [5, 7])
        with maker.begin() as run:
            assert take_on(run, "correlate", "correlating")[Entity.ITEM] == [6]
        page.commit()
    with maker.begin() as run:
        clear(run, "correlating", Entity.ITEM, [6])
        assert take_on(run, "correlate", "correlating")[Entity.ITEM] == [5, 7]


def test_what_is_marked_while_a_run_takes_it_on_is_marked_anew(postgres_engine: Engine) -> None:
    maker = sessions(postgres_engine)
    with maker.begin() as session:
        mark(session, "correlate", Entity.ITEM, [5])

    def page() -> None:
        with maker.begin() as session:
            mark(session, "correlate", Entity.ITEM, [5])

    with ThreadPoolExecutor(1) as pool, maker() as run:
        assert take_on(run, "correlate", "correlating")[Entity.ITEM] == [5]
        marked = pool.submit(page)  # waits until the run has said what it took
        run.commit()
        marked.result()
    with maker.begin() as session:
        assert take(session, "correlate", Entity.ITEM) == [5]
        assert take(session, "correlating", Entity.ITEM) == [5]
