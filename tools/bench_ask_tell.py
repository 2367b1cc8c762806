#!/usr/bin/env python3
"""How many candidates a second ask and tell of the Python package hand out and take, without a predictor:
NSGA-II in the space of DARTS, told at once what follows from the genes.

    tools/python tools/bench_ask_tell.py [--candidates 20000] [--repeats 5]
"""
import argparse
import statistics
import time

import evonas

BATCH = 200


def candidates_per_second(count: int) -> float:
    search = evonas.Search({
        "space": "darts",
        "objectives": [{"metric": "accuracy", "goal": "maximize"}],
        "search": {"algorithm": "nsga2", "population": BATCH, "seed": 1},
        "budget": {"evaluations": count},
    })
    begin = time.perf_counter()
    while candidates := search.ask(BATCH):
        search.tell_all([(one, float(sum(one.architecture.genes))) for one in candidates])
    return count / (time.perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Candidates a second by ask and tell, without a predictor.")
    parser.add_argument("--candidates", type=int, default=20000, help="of each search (20000)")
    parser.add_argument("--repeats", type=int, default=5, help="searches (5)")
    options = parser.parse_args()
    rates = [candidates_per_second(options.candidates) for _ in range(options.repeats)]
    for rate in rates:
        print(f"       {rate:10,.0f}")
    print(f"median {statistics.median(rates):10,.0f} candidates a second")


if __name__ == "__main__":
    main()
