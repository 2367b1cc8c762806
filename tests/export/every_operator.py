"""A network in evonas JSON with every operator and every kind of window."""

INPUT = [3, 17, 14]


class Writer:
    def __init__(self):
        self.nodes = [{"name": "image", "op": "Input", "shape": INPUT}]

    def __call__(self, op, *inputs, **attributes):
        name = f"{op.lower()}.{len(self.nodes)}"  # the dot has to go where LibTorch takes none
        self.nodes.append(
            {"name": name, "op": op, "inputs": list(inputs), "attributes": attributes})
        return name


def graph():
    add = Writer()
    conv = dict(output_channels=12, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    x = add("Conv", "image", **conv, bias=1)
    x = add("BatchNormalization", x, epsilon=1e-3, momentum=0.99)
    x = add("Relu", x)
    y = add("Conv", x, output_channels=12, kernel_shape=[1, 3], pads=[0, 0, 0, 2], group=4)
    y = add("BatchNormalization", y)
    y = add("Clip", y, min=-0.7, max=6.0)
    z = add("Conv", x, output_channels=12, kernel_shape=[3, 3], dilations=[2, 2],
            pads=[2, 2, 2, 2], group=12)
    z = add("Clip", z, max=0.9)
    z = add("Clip", z, min=-0.9)
    gate = add("GlobalAveragePool", z)
    gate = add("HardSigmoid", gate, alpha=1 / 6, beta=0.5)
    z = add("Mul", z, gate)
    z = add("Add", z, add("HardSigmoid", z))
    total = add("Add", x, y, add("HardSwish", z), add("Sigmoid", y))
    total = add("Identity", total)
    total = add("Dropout", total, ratio=0.3)
    pools = [
        add("MaxPool", total, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        add("MaxPool", total, kernel_shape=[3, 3], strides=[2, 2], pads=[2, 2, 1, 1]),
        add("MaxPool", total, kernel_shape=[3, 2], strides=[2, 2], pads=[0, 0, 2, 1]),
        add("MaxPool", total, kernel_shape=[2, 2], strides=[2, 2], dilations=[2, 2],
            pads=[1, 1, 1, 1]),
        add("AveragePool", total, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        add("AveragePool", total, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
            count_include_pad=1),
        add("AveragePool", total, kernel_shape=[2, 3], strides=[2, 2], pads=[0, 0, 1, 2]),
        add("AveragePool", total, kernel_shape=[2, 3], strides=[2, 2], pads=[0, 0, 1, 2],
            count_include_pad=1),
    ]
    pools = [add("Resize", pool, sizes=[11, 5]) for pool in pools]
    x = add("Concat", *pools, axis=1)
    x = add("Softmax", x, axis=1)
    x = add("Resize", x, sizes=[5, 13])
    mean = add("ReduceMean", x, axes=[2, 3], keepdims=0)
    kept = add("Flatten", add("ReduceMean", x, axes=[2, 3]))
    hidden = add("Softmax", add("Gemm", mean, output_features=96))
    x = add("Div", add("Sub", kept, hidden), add("Sigmoid", hidden))
    x = add("BatchNormalization", x)
    x = add("Gemm", x, output_features=7, bias=1)
    return {"nodes": add.nodes, "outputs": [x]}
