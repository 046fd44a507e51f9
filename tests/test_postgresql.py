"""The private PostgreSQL really runs, keeps databases apart, and leaves nothing behind."""

from __future__ import annotations

import psycopg
import pytest

from tests.components import Needs
from tests.postgresql import Cluster, ClusterError, _initialise, running_cluster


def test_each_database_is_its_own(postgresql: Cluster) -> None:
    first, second = postgresql.database("first_of_two"), postgresql.database("second_of_two")
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE shop (name text)")
        connection.execute("INSERT INTO shop VALUES ('동원약국')")
    with psycopg.connect(first) as connection:
        assert connection.execute("SELECT name FROM shop").fetchall() == [("동원약국",)]
    with psycopg.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT name FROM shop")


def test_it_listens_on_this_machine_only(postgresql: Cluster) -> None:
    with psycopg.connect(postgresql.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)


def test_a_second_cluster_stops_even_with_an_open_session_and_leaves_nothing(needs: Needs, postgresql: Cluster) -> None:
    with running_cluster(needs("postgresql")) as cluster:
        assert cluster.port != postgresql.port
        left_open = psycopg.connect(cluster.url)
    assert cluster.process.poll() is not None
    assert not cluster.folder.exists()
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()


def test_a_failure_says_what_postgresql_said(needs: Needs, postgresql: Cluster) -> None:
    with pytest.raises(ClusterError, match="not empty"):
        _initialise(needs("postgresql"), postgresql.folder / "data")
