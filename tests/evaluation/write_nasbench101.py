"""Writes a small file in the form of the official NAS-Bench-101 file, with nothing but struct.

    python3 write_nasbench101.py OUT [FAULT]

Cells: "101 c3" (input-conv3x3-output and no skip) and "1" (input-output), trained for 4 and 108
epochs, three times each; only the first is trained for 4. Values follow from cell, epochs and repeat:
see `evaluation`. FAULT spoils the fourth record in a way that leaves its check sums right.
"""

import base64
import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def framed(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def evaluation(cell, epochs, repeat, part):
    """Doubles 1 to 5: current epoch, seconds, accuracies; part 0 to 2 of the training."""
    accuracy = single((1000 * cell + epochs + 10 * repeat + part) / 9984)
    numbers = [epochs * part / 2, single(1.1 * epochs * part + cell), accuracy, accuracy / 2, accuracy / 4]
    out = b"".join(varint(field << 3 | 1) + struct.pack("<d", value) for field, value in enumerate(numbers, 1))
    return out + varint(6 << 3 | 2) + varint(4) + b"ckpt"


def metrics(cell, epochs, repeat, parts=3, parameters=None):
    out = b""
    for part in range(parts):
        message = evaluation(cell, epochs, repeat, part)
        out += varint(1 << 3 | 2) + varint(len(message)) + message
    out += varint(2 << 3) + varint(parameters or 8555530 + cell)
    return out + varint(3 << 3 | 1) + struct.pack("<d", 99.5)


CELLS = [
    ("hash0", "010001000", "input,conv3x3-bn-relu,output"),
    ("hash1", "0100", "input,output"),
]


def record(cell, epochs, repeat, fault):
    name, matrix, operations = CELLS[cell]
    message = metrics(cell, epochs, repeat)
    if fault == "no_json":
        return b"[" * 1000
    if fault == "object":
        return b'{"a": 1}'
    if fault == "operation":
        operations = operations.replace("conv3x3-bn-relu", "conv5x5")
    if fault == "matrix":
        matrix = matrix[1:]
    if fault == "backwards":
        matrix = matrix[:-1] + "1"
    if fault == "two_parts":
        message = metrics(cell, epochs, repeat, parts=2)
    if fault == "other_parameters":
        message = metrics(cell, epochs, repeat, parameters=5)
    if fault == "cut_message":
        message = message[:40]
    if fault == "noise":
        message = bytes(range(255, 100, -1))
    if fault == "other_cell":
        operations = operations.replace("conv3x3-bn-relu", "maxpool3x3")
    if fault == "same_cell":
        name = "hash2"
    if fault == "not_finite":
        message = message.replace(struct.pack("<d", evaluation_value(cell, epochs, repeat)), struct.pack("<d", float("nan")))
    text = base64.b64encode(message).decode()
    if fault == "base64":
        text = "?" + text[1:]
    if fault == "epochs":
        epochs = -1
    return json.dumps([name, epochs, matrix, operations, text]).encode()


def evaluation_value(cell, epochs, repeat):
    return single((1000 * cell + epochs + 10 * repeat + 2) / 9984) / 4


def main():
    out = sys.argv[1]
    fault = sys.argv[2] if len(sys.argv) > 2 else None
    order = [(0, 108, 1), (1, 108, 1), (0, 4, 1), (0, 108, 2), (0, 4, 2), (1, 108, 2), (0, 4, 3), (0, 108, 3), (1, 108, 3)]
    with open(out, "wb") as file:
        for position, (cell, epochs, repeat) in enumerate(order, 1):
            file.write(framed(record(cell, epochs, repeat, fault if position == 4 else None)))


if __name__ == "__main__":
    main()
