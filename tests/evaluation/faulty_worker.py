"""A process of a command that misbehaves in one way.

    faulty_worker.py --fault NAME [--victim KEY] [--once FILE] [--slots N] [--log FILE]

The accuracy of an architecture is its seed and a half. Faults called start_... come before or with
hello; all others when the architecture KEY is asked for, or any where there is no KEY. With --once
nothing is wrong any more as soon as FILE exists, which the fault makes. With --log, the key of every
request is added to FILE.
"""
import argparse
import json
import os
import select
import signal
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--fault", default="none")
parser.add_argument("--victim")
parser.add_argument("--once")
parser.add_argument("--slots", type=int, default=1)
parser.add_argument("--log")
options = parser.parse_args()


def write_bytes(data):
    while data:
        data = data[os.write(1, data):]


def write(**message):
    write_bytes(json.dumps(message).encode() + b"\n")


def hello(**more):
    write(**{"type": "hello", "protocol": 1, "slots": options.slots, **more})


def result(request, **more):
    metrics = {"accuracy": request["seed"] + 0.5}
    write(**{"type": "result", "id": request["id"], "metrics": metrics, **more})


def progress(request, epoch, value, **more):
    write(**{"type": "progress", "id": request["id"], "epoch": epoch, "metrics": {"accuracy": value},
             **more})


def hang(seconds=60):
    time.sleep(seconds)


def die(number):
    os.kill(os.getpid(), number)
    hang()


def endless_line():
    while True:
        write_bytes(b"x" * 65536)


def leave_a_child():
    if os.fork() == 0:
        hang(30)
    os._exit(5)


def flood_error(request):
    for number in range(100000):
        os.write(2, b"this is line %d of very many\n" % number)
    result(request)


def flood_progress(request):
    for epoch in range(1, 20001):
        progress(request, epoch, 1.0)
    result(request)


def obey_cancel(request):
    cancel = json.loads(sys.stdin.readline())
    assert cancel == {"type": "cancel", "id": request["id"]}
    write(type="result", id=request["id"], error="cancelled")


def beat(request):
    while not select.select([0], [], [], 0.02)[0]:
        write(type="heartbeat")
    obey_cancel(request)


START = {
    "start_exit": lambda: sys.exit(3),
    "start_killed": lambda: die(signal.SIGKILL),
    "start_hang": hang,
    "start_closed": lambda: (os.close(1), hang()),
    "start_version": lambda: hello(protocol=2),
    "start_no_version": lambda: write(type="hello", slots=1),
    "start_refusal": lambda: hello(error="there is no GPU"),
    "start_print": lambda: write_bytes(b"Loading the data ...\n"),
    "start_no_slots": lambda: hello(slots=0),
    "start_slots_text": lambda: hello(slots="many"),
    "start_result": lambda: write(type="result", id=1, metrics={}),
    "start_import": lambda: __import__("no_such_module"),
    "start_cut": lambda: (write_bytes(b'{"type":"hel'), sys.exit(0)),
    "start_leaves": lambda: (hello(), os._exit(0)),
}

ASKED = {
    "exit": lambda request: sys.exit(7),
    "exit_well": lambda request: sys.exit(0),
    "abort": lambda request: die(signal.SIGABRT),
    "exit_in_result": lambda request: (write_bytes(b'{"type":"result","id":'), sys.exit(1)),
    "exit_after_progress": lambda request: (progress(request, 1, 2.0), sys.exit(1)),
    "leaves_a_child": lambda request: leave_a_child(),
    "hang": lambda request: hang(),
    "silent": lambda request: hang(),
    "stops_itself": lambda request: die(signal.SIGSTOP),
    "only_heartbeats": beat,
    "obeys_cancel": obey_cancel,
    "slow": lambda request: (hang(0.02), result(request)),
    "late": lambda request: (hang(0.5), result(request)),
    "closes_output": lambda request: (os.close(1), hang()),
    "closes_input": lambda request: (os.close(0), hang()),
    "twice": lambda request: write_bytes(
        2 * (json.dumps({"type": "result", "id": request["id"],
                         "metrics": {"accuracy": request["seed"] + 0.5}}).encode() + b"\n")),
    "again": lambda request: result({**request, "id": request["id"] - 1}),
    "wrong_id": lambda request: result({**request, "id": 999999}),
    "text_id": lambda request: result({**request, "id": "one"}),
    "negative_id": lambda request: result({**request, "id": -1}),
    "no_id": lambda request: write(type="result", metrics={"accuracy": 1}),
    "nan": lambda request: result(request, metrics={"accuracy": float("nan")}),
    "infinity": lambda request: result(request, metrics={"accuracy": float("-inf")}),
    "null": lambda request: result(request, metrics={"accuracy": None}),
    "text_metric": lambda request: result(request, metrics={"accuracy": "high"}),
    "no_metric": lambda request: result(request, metrics={"accurracy": 1.0}),
    "list_metrics": lambda request: result(request, metrics=[1.0]),
    "no_metrics": lambda request: write(type="result", id=request["id"]),
    "negative_seconds": lambda request: result(request, seconds=-1),
    "huge_number": lambda request: write_bytes(
        b'{"type":"result","id":%d,"metrics":{"accuracy":1e999}}\n' % request["id"]),
    "invalid_utf8": lambda request: write_bytes(b'{"type":"result\xff\xfe"}\n'),
    "print": lambda request: write_bytes(b"Epoch 1 of 10: loss 2.3\n"),
    "zeros": lambda request: write_bytes(b"\x00" * 100 + b"\n"),
    "list": lambda request: write_bytes(b"[1, 2]\n"),
    "long_line": lambda request: write_bytes(b'{"x":"' + b"y" * 300000 + b'"}\n'),
    "endless_line": lambda request: endless_line(),
    "deep": lambda request: write_bytes(b"[" * 50000 + b"\n"),
    "key_twice": lambda request: write_bytes(b'{"type":"result","id":1,"id":1}\n'),
    "unknown_type": lambda request: write(type="answer", id=request["id"]),
    "no_type": lambda request: write(id=request["id"]),
    "hello_again": lambda request: hello(),
    "epoch_back": lambda request: (
        progress(request, 2, 1.0), progress(request, 1, 1.0), obey_cancel(request)),
    "epoch_text": lambda request: (progress(request, "one", 1.0), obey_cancel(request)),
    "progress_nan": lambda request: (
        progress(request, 1, float("nan")), obey_cancel(request)),
    "progress_of_another": lambda request: progress({"id": 999999}, 1, 1.0),
    "failure": lambda request: result(
        request, error={"kind": "out_of_memory", "message": "12 GB are\nnot enough \u00fc"}),
    "failure_text": lambda request: result(request, error="the loss diverged"),
    "failure_again": lambda request: result(
        request, error={"kind": "busy", "message": "no GPU is free", "retry": True}),
    "failure_no_message": lambda request: result(request, error={"kind": "out_of_memory"}),
    "failure_number": lambda request: result(request, error=5),
    "flood_error": flood_error,
    "flood_progress": flood_progress,
}

if options.fault != "none" and options.fault not in START | ASKED:
    parser.error("there is no fault " + options.fault)


def strikes():
    if options.once is None:
        return True
    if os.path.exists(options.once):
        return False
    os.close(os.open(options.once, os.O_CREAT, 0o600))
    return True


for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        if options.fault in START and strikes():
            START[options.fault]()
        else:
            hello()
    elif message["type"] == "evaluate":
        if options.log:
            print("asked for", message["key"], file=sys.stderr, flush=True)
            with open(options.log, "a") as log:
                print(message["key"], file=log)
        is_victim = options.victim in (None, message["key"])
        if options.fault in ASKED and is_victim and strikes():
            ASKED[options.fault](message)
        else:
            result(message)
    elif message["type"] == "cancel":
        pass  # of a request that has been answered meanwhile
