#!/usr/bin/env python3
"""Reads the official files of NAS-Bench-201 and NATS-Bench and writes a CSV for `evonas table import`.

    tools/nasbench201_to_csv.py NATS-tss-v1_0-3ffb9-simple nasbench201.csv.gz
    tools/nasbench201_to_csv.py NAS-Bench-201-v1_1-096897.pth nasbench201.csv.gz

Columns: index, arch; for each quantity (cifar10_val, cifar10_test, cifar100_val, cifar100_test,
imagenet16_val, imagenet16_test: accuracy in percent after the last epoch) every single training as
QUANTITY@EPOCHS#SEED and the mean over the seeds that the cell has as QUANTITY@EPOCHS, the figure that
the benchmark's API gives; for each data set DATA_train_seconds@EPOCHS, DATA_params_m and
DATA_flops_m. The command that imports them all is printed at the end.

The files are Python pickles, which can run any program when they are loaded in the usual way. Here
nothing is called that a file names: only plain data is read, and a file that asks for more is refused.
Needs nothing but Python. The folder is read cell by cell; the one big .pth file takes tens of GB.
"""

import argparse
import bz2
import collections
import csv
import gzip
import io
import math
import pickle
import re
import struct
import sys
import zipfile
from pathlib import Path

# Quantity: data set trained on, data set evaluated on, both as the benchmark calls them.
QUANTITIES = {
    "cifar10_val": ("cifar10-valid", "x-valid"),
    "cifar10_test": ("cifar10", "ori-test"),
    "cifar100_val": ("cifar100", "x-valid"),
    "cifar100_test": ("cifar100", "x-test"),
    "imagenet16_val": ("ImageNet16-120", "x-valid"),
    "imagenet16_test": ("ImageNet16-120", "x-test"),
}
DATA = {"cifar10": "cifar10-valid", "cifar100": "cifar100", "imagenet16": "ImageNet16-120"}


class FileFault(Exception):
    """A file that cannot be used: one sentence."""


class Ignored:
    """Stands for what no label depends on, such as weights; takes all it is given and does nothing."""

    def __init__(self, *args, **kwargs):
        pass

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass


class NumberType:
    """Stands for numpy.dtype: knows how one number lies in memory."""

    FORMATS = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
               "f2": "e", "f4": "f", "f8": "d"}

    def __init__(self, name, *_):
        self.format = self.FORMATS.get(name)
        self.order = "<"

    def __setstate__(self, state):
        self.order = ">" if state[1] == ">" else "<"


def number(kind, data=None):
    """Stands for numpy's function that makes a scalar."""
    if not isinstance(kind, NumberType) or kind.format is None or not isinstance(data, (bytes, str)):
        raise FileFault("it has a numpy scalar that is no number")
    data = data.encode("latin1") if isinstance(data, str) else data
    return struct.unpack(kind.order + kind.format, data)[0]


def encoded(text, _encoding="latin1"):
    """Stands for _codecs.encode, which old pickles write bytes with."""
    return text.encode("latin1")


STAND_INS = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("_codecs", "encode"): encoded,
    ("numpy", "dtype"): NumberType,
    ("numpy", "ndarray"): Ignored,
    ("torch._utils", "_rebuild_tensor_v2"): Ignored,
    ("torch._utils", "_rebuild_parameter"): Ignored,
}
for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
    STAND_INS[module, "scalar"] = number
    STAND_INS[module, "_reconstruct"] = Ignored
for plain in (set, frozenset, bytearray):
    STAND_INS["builtins", plain.__name__] = plain
    STAND_INS["__builtin__", plain.__name__] = plain


class PlainUnpickler(pickle.Unpickler):
    """Reads plain data only."""

    def find_class(self, module, name):
        if (module, name) in STAND_INS:
            return STAND_INS[module, name]
        if module == "torch" and re.fullmatch(r"[A-Z][A-Za-z0-9]*Storage", name):
            return Ignored
        raise FileFault(f"it asks for {module}.{name}, which is no plain data: it may be malicious, and nothing of it was run")

    def persistent_load(self, _identity):
        return Ignored()


def unpickle(stream, name):
    try:
        return PlainUnpickler(stream).load()
    except FileFault as fault:
        raise FileFault(f"{name}: {fault}") from None
    except Exception as error:  # pickle raises nearly anything at damaged input
        raise FileFault(f"{name} cannot be read, is it whole and undamaged? ({type(error).__name__}: {error})") from None


def load_pickle_bz2(file):
    try:
        data = bz2.decompress(file.read_bytes())
    except (OSError, ValueError, EOFError) as error:
        raise FileFault(f"{file} cannot be read: {error}") from None
    return unpickle(io.BytesIO(data), file)


def load_pth(file):
    """What torch.save wrote: a zip archive, or before 2020 pickles one after the other."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            if len(names) != 1:
                raise FileFault(f"{file} is a zip archive without one data.pkl, so it was not written by torch.save")
            with archive.open(names[0]) as stream:
                return unpickle(stream, file)
    with open(file, "rb") as stream:
        if unpickle(stream, file) != 0x1950A86A20F9469CFC6C:
            raise FileFault(f"{file} was not written by torch.save: it does not begin with its magic number")
        unpickle(stream, file)  # version of the format
        unpickle(stream, file)  # sizes of numbers
        return unpickle(stream, file)


def member(value, key, kind, place):
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, kind):
        raise FileFault(f"{place} has no {key!r} of the form that the benchmark's files have")
    return found


def cells(source):
    """Yields (index, architecture, {hyper-parameters: results}) of every cell in the source."""
    if source.is_dir():
        meta = source / "meta.pickle.pbz2"
        if not meta.is_file():
            raise FileFault(f"{source} has no meta.pickle.pbz2; expected a folder such as NATS-tss-v1_0-3ffb9-simple")
        architectures = member(load_pickle_bz2(meta), "meta_archs", list, meta)
        for index, architecture in enumerate(architectures):
            file = source / f"{index:06d}.pickle.pbz2"
            if file.is_file():
                yield index, architecture, load_pickle_bz2(file)
        return
    if not source.is_file():
        raise FileFault(f"there is no {source}")
    whole = load_pickle_bz2(source) if source.name.endswith(".pbz2") else load_pth(source)
    infos = member(whole, "arch2infos", dict, source)
    architectures = member(whole, "meta_archs", list, source)
    for index in sorted(infos):
        if not isinstance(index, int) or not 0 <= index < len(architectures):
            raise FileFault(f"{source} has results of a cell {index!r} that it does not name")
        yield index, architectures[index], infos[index]


def add_training(row, result, dataset, seed, place):
    """Adds what one training says to the row of its cell, and to the lists of which means are made."""
    epochs = member(result, "epochs", int, place)
    accuracies = member(result, "eval_acc1es", dict, place)
    for quantity, (trained_on, evaluated_on) in QUANTITIES.items():
        value = accuracies.get(f"{evaluated_on}@{epochs - 1}")
        if trained_on == dataset and value is not None:
            row[f"{quantity}@{epochs}#{seed}"] = value
            row.setdefault(f"{quantity}@{epochs}", []).append(value)
    for name, trained_on in DATA.items():
        if trained_on != dataset:
            continue
        times = result.get("train_times")
        if isinstance(times, dict) and times:
            row.setdefault(f"{name}_train_seconds@{epochs}", []).append(sum(times.values()))
        for column, key in ((f"{name}_params_m", "params"), (f"{name}_flops_m", "flop")):
            if result.get(key) is not None:
                row.setdefault(column, []).append(result[key])


def row_of(infos, place):
    row = {}
    if not isinstance(infos, dict):
        raise FileFault(f"{place} has no results")
    for results in infos.values():
        trainings = member(results, "all_results", dict, place)
        for key in sorted(trainings):
            dataset, seed = key
            add_training(row, trainings[key], dataset, seed, place)
    for name, value in row.items():
        if isinstance(value, list):
            row[name] = math.fsum(value) / len(value)
        if not math.isfinite(row[name]):
            raise FileFault(f"{place} has {row[name]} for {name}, expected a finite number")
    return row


def column_order(name):
    quantity, _, rest = name.partition("@")
    epochs, _, seed = rest.partition("#")
    known = list(QUANTITIES)
    return (known.index(quantity) if quantity in known else len(known), quantity, int(epochs or 0), int(seed or -1))


def metric_option(name):
    quantity = name.partition("@")[0]
    if quantity in QUANTITIES:
        return f"--metric '{name}={name}:%:maximize'"
    unit = "s" if quantity.endswith("seconds") else "M"
    return f"--metric '{name}={name}:{unit}'"


def text_of(value):
    return "" if value is None else repr(float(value))


def write_csv(source, out):
    rows = []
    for index, architecture, infos in cells(source):
        rows.append((index, architecture, row_of(infos, f"{source}, cell {index}")))
    if not rows:
        raise FileFault(f"{source} has no cells")
    columns = sorted({name for _, _, row in rows for name in row}, key=column_order)
    opened = gzip.open if out.name.endswith(".gz") else open
    with opened(out, "wt", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["index", "arch", *columns])
        for index, architecture, row in rows:
            writer.writerow([index, architecture, *(text_of(row.get(name)) for name in columns)])
    return len(rows), columns


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="NATS-tss-...-simple folder, .pickle.pbz2 or .pth file")
    parser.add_argument("out", type=Path, help="CSV file to write; compressed where it ends in .gz")
    arguments = parser.parse_args()
    try:
        count, columns = write_csv(arguments.source, arguments.out)
    except (FileFault, OSError, RecursionError, TypeError, ValueError) as error:
        print(f"nasbench201_to_csv: {error}", file=sys.stderr)
        return 2
    print(f"{count} cells, {len(columns)} columns of labels. To import them:", file=sys.stderr)
    options = " \\\n  ".join(metric_option(name) for name in columns)
    print(f"evonas table import --space nasbench201 --csv {arguments.out} --architecture arch \\\n  {options} \\\n"
          "  --licence MIT --out nasbench201.sqlite")
    return 0


if __name__ == "__main__":
    sys.exit(main())
