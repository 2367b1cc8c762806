#!/usr/bin/env python3
"""A process that evonas asks to evaluate architectures: configs/COMMAND.md explains the messages.

Put your training in the place of train(). Two evaluations run at once here, in threads.
"""
import json
import os
import sys
import threading

SLOTS, EPOCHS = 2, 5
messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # standard output is for messages alone: what anybody prints goes to evonas's log
lock = threading.Lock()
under_way = {}


def write(**message):
    with lock:
        print(json.dumps(message), file=messages, flush=True)


def train(request, epoch):
    """Made up: every convolution of the cell is good for 5 %."""
    nodes = request["architecture"]["cell"]["nodes"]
    best = 60 + 5 * sum("conv" in node["op"] for node in nodes)
    return {"accuracy": best * (1 - 0.5**epoch) + request["seed"] % 100 / 100}


def evaluate(request, cancelled):
    number = request["id"]
    try:
        for epoch in range(1, EPOCHS + 1):
            metrics = train(request, epoch)
            write(type="progress", id=number, epoch=epoch, metrics=metrics)
            if cancelled.is_set():
                raise InterruptedError("cancelled")
        write(type="result", id=number, metrics=metrics)
    except Exception as error:  # the candidate fails for this reason, and the search goes on
        write(type="result", id=number,
              error={"kind": type(error).__name__, "message": str(error)})


for line in sys.stdin:  # ends with the search
    message = json.loads(line)
    if message["type"] == "hello":
        write(type="hello", protocol=1, slots=SLOTS)
    elif message["type"] == "evaluate":
        cancelled = under_way[message["id"]] = threading.Event()
        threading.Thread(target=evaluate, args=(message, cancelled), daemon=True).start()
    elif message["type"] == "cancel" and message["id"] in under_way:
        under_way[message["id"]].set()
