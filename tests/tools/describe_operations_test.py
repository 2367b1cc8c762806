#!/usr/bin/env python3
"""Tests tools/describe_operations.py without its language model: how sentences are cut into pieces, and
that the table that evonas carries is of the sentences that stand there."""

import importlib.util
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("describe_operations",
                                              ROOT / "tools/describe_operations.py")
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)


class DescribeOperations(unittest.TestCase):
    def test_words_are_cut_into_the_longest_pieces(self):
        words = ["[CLS]", "[SEP]", "[UNK]", "conv", "##ol", "##ution", "a", "3", "##x", "##3", ","]
        vocabulary = {word: number for number, word in enumerate(words)}
        pieces = tool.word_pieces("A 3x3 convolution, qed", vocabulary)
        expected = ["[CLS]", "a", "3", "##x", "##3", "conv", "##ol", "##ution", ",", "[UNK]", "[SEP]"]
        self.assertEqual([words[piece] for piece in pieces], expected)

    def test_the_table_is_of_these_sentences(self):
        table = {}
        text = (ROOT / "src/predictor/models/carried/descriptions.tsv").read_text()
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, sentence, numbers = line.split("\t")
            table[name] = sentence
            values = [float(number) for number in numbers.split(" ")]
            self.assertEqual(len(values), 384)
            self.assertAlmostEqual(sum(value * value for value in values), 1.0, places=2)
        devices = {f"device:{name}": text for name, text in tool.DEVICES.items()}
        self.assertEqual(table, {**tool.ONNX, **tool.CELLS, **devices})


if __name__ == "__main__":
    unittest.main()
