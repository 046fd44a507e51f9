"""Before a server starts: what would go wrong is said in one sentence, and nothing is started."""

import socket

import pytest

from madang.app import MODULES
from madang.demo import stage
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.log.errors import LogError
from madang.web.server import check_start


@pytest.mark.parametrize("host", ["notahost", "10.99.99.99"])
def test_an_address_that_is_not_ours_is_refused(tmp_path, host):
    with pytest.raises(MadangError) as caught:
        check_start(tmp_path, host, 0)
    assert caught.value.code == "serve.address"


def test_a_port_in_use_is_refused_even_where_it_could_be_shared(tmp_path):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(MadangError) as caught:
            check_start(tmp_path, "127.0.0.1", taken.getsockname()[1])
    assert caught.value.code == "serve.address"


def test_a_folder_in_use_is_refused_and_a_bad_origin_leaves_nothing(tmp_path):
    folder = tmp_path / "node"
    genesis = stage.genesis("1")
    with pytest.raises(LogError):
        Node.create(folder, MODULES, genesis, "a b")
    assert not folder.exists()
    Node.create(folder, MODULES, genesis, stage.ORIGIN)
    check_start(folder, "127.0.0.1", 0)
    with Node(folder, MODULES), pytest.raises(MadangError) as caught:
        check_start(folder, "127.0.0.1", 0)
    assert caught.value.code == "store.in_use"
