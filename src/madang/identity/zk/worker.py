"""The process in which the library runs: `python -m madang.identity.zk.worker`, one task on standard input.

It bounds itself before it loads the library, and answers in one message on standard output. The library ends the
process on some input: whoever started it takes any end but a message for a refusal.
"""

import datetime
import hashlib
import resource
import sys
from importlib import resources

import msgspec

from madang.identity.zk.statement import MAX_PROOF_BYTES, Done, Prove, Refused, Statement, Verify

CPU_SECONDS = 60
MEMORY_BYTES = 1024**3
_FILE = "longfellow-v7-1.circuit"
_DIGEST = "9016d173d8a579a104591b85826798bfbb03eafa7b376ad18c5344eab3a92769"
_VERSION, _ELEMENTS = 7, 1


def main() -> None:
    """Do the task on standard input, and write what came of it."""
    bound()
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Prove | Verify)
    sys.stdout.buffer.write(msgspec.msgpack.encode(work(task)))
    sys.stdout.buffer.flush()


def bound() -> None:
    """Keep this process within its time, memory and output; it leaves no image of its memory behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MAX_PROOF_BYTES, 2 * MAX_PROOF_BYTES))


def circuit() -> bytes:
    """The circuit, if it is the one that we know: with another anything could be proven."""
    content = (resources.files("madang.identity.zk") / "circuits" / _FILE).read_bytes()
    if hashlib.sha256(content).hexdigest() != _DIGEST:
        raise SystemExit("the circuit is not the one that was published")
    return content


def work(task: Prove | Verify) -> Done | Refused:
    """Prove or verify."""
    from pylongfellow import LongfellowError, Pylongfellow, mdoc

    longfellow = Pylongfellow(backend="google-cpp")
    longfellow.load_circuit(circuit(), _VERSION, _ELEMENTS)
    said = task.statement
    key = mdoc.PublicKey(int.from_bytes(said.issuer[:32], "big"), int.from_bytes(said.issuer[32:], "big"))
    claims = [mdoc.RequestedAttribute(said.namespace, said.element, b"\xf5" if said.value else b"\xf4")]
    try:
        if isinstance(task, Prove):
            return Done(longfellow.prove(task.response, key, said.transcript, claims, moment(said)))
        longfellow.verify(key, said.transcript, claims, moment(said), task.proof, said.doc_type)
    except (LongfellowError, ValueError) as error:
        return Refused(str(error))
    return Done(b"")


def moment(said: Statement) -> datetime.datetime:
    """The time of a statement, as the library takes it."""
    return datetime.datetime.fromtimestamp(said.at, datetime.UTC)


if __name__ == "__main__":
    main()
