"""Proves or verifies with the other implementation, zk-cred-longfellow of ISRG, in Rust."""

import sys

import msgspec

from madang.identity.zk import worker
from madang.identity.zk.statement import Done, Prove, Refused, Verify


def main() -> None:
    """Do the task on standard input as `madang.identity.zk.worker` does, with the other implementation."""
    from pylongfellow import LongfellowError, Pylongfellow, mdoc

    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Prove | Verify)
    said = task.statement
    longfellow = Pylongfellow(backend="isrg-rust")
    longfellow.load_circuit(worker.circuit(), 7, 1)
    key = mdoc.PublicKey(int.from_bytes(said.issuer[:32], "big"), int.from_bytes(said.issuer[32:], "big"))
    claims = [mdoc.RequestedAttribute(said.namespace, said.element, b"\xf5" if said.value else b"\xf4")]
    moment = worker.moment(said)
    answer: Done | Refused
    try:
        if isinstance(task, Prove):
            answer = Done(longfellow.prove(task.response, key, said.transcript, claims, moment))
        else:
            about = (said.transcript, claims, moment, task.proof, said.doc_type)
            longfellow.verify(key, *about, device_namespaces=b"\xa0")
            answer = Done(b"")
    except LongfellowError as error:
        answer = Refused(str(error))
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
