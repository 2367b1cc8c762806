"""Networks in PyTorch as others write them, and their export by torch.onnx."""
import warnings

import torch
from torch import nn
from torch.nn import functional


def conv_bn(inputs, outputs, kernel, stride=1, groups=1, act=nn.ReLU):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
              nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Residual(nn.Module):
    """The basic block of ResNet-18."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(conv_bn(inputs, outputs, 3, stride),
                                  conv_bn(outputs, outputs, 3, act=None))
        plain = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if plain else conv_bn(inputs, outputs, 1, stride, act=None)

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


class ResNet(nn.Module):
    """ResNet-18, 11,689,512 parameters; the pool rounds up as in Caffe where `ceil` is set."""

    def __init__(self, ceil=False):
        super().__init__()
        layers = [conv_bn(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1, ceil_mode=ceil)]
        inputs = 64
        for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            layers += [Residual(inputs, outputs, stride), Residual(outputs, outputs, 1)]
            inputs = outputs
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(512, 1000)

    def forward(self, x):
        return self.head(torch.flatten(functional.adaptive_avg_pool2d(self.features(x), 1), 1))


class Inverted(nn.Module):
    """A block of MobileNetV2, or with a gate one of MobileNetV3."""

    def __init__(self, inputs, outputs, stride, expansion, act, gated):
        super().__init__()
        hidden = inputs * expansion
        self.widen = conv_bn(inputs, hidden, 1, act=act)
        self.depthwise = conv_bn(hidden, hidden, 3, stride, hidden, act)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(hidden, 8, 1), nn.ReLU(),
                                  nn.Conv2d(8, hidden, 1), nn.Hardsigmoid()) if gated else None
        self.project = conv_bn(hidden, outputs, 1, act=None)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.depthwise(self.widen(x))
        if self.gate is not None:
            y = y * self.gate(y)
        y = self.project(y)
        return x + y if self.residual else y


class MobileNet(nn.Module):
    """The vector comes from a mean, or by view and size as older code has it."""

    def __init__(self, act, gated, old_view):
        super().__init__()
        blocks = [(16, 24, 2), (24, 24, 1), (24, 40, 2), (40, 40, 1)]
        self.features = nn.Sequential(
            conv_bn(3, 16, 3, 2, act=act),
            *[Inverted(i, o, s, 4, act, gated) for i, o, s in blocks],
            conv_bn(40, 160, 1, act=act))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.old_view = old_view
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(160, 10))

    def forward(self, x):
        x = self.features(x)
        if self.old_view:
            x = self.pool(x)
            return self.head(x.view(x.size(0), -1))
        return self.head(x.mean([2, 3]))


class Branches(nn.Module):
    """Concatenation, oblong windows, resampling, products with a matrix."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU())
        self.a = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
        self.b = nn.Conv2d(8, 8, (1, 7), padding=(0, 3), dilation=1)
        self.matrix = nn.Parameter(torch.randn(16, 10))
        self.bias = nn.Parameter(torch.randn(10))

    def forward(self, x):
        x = self.stem(x)
        x = torch.cat([self.a(x), self.b(x)], 1)
        x = functional.interpolate(x, size=(20, 20), mode="bilinear", align_corners=False)
        x = functional.max_pool2d(x, 2)
        x = functional.adaptive_avg_pool2d(x, 1).reshape(-1, 16)
        return torch.softmax(x @ self.matrix + self.bias, 1)


def all_networks():
    torch.manual_seed(1)
    for opset in (11, 13, 17, 18):
        yield "ResNet-18", opset, ResNet().eval()
        yield "ResNet-18 rounded up", opset, ResNet(ceil=True).eval()
        yield "MobileNetV2", opset, MobileNet(nn.ReLU6, False, False).eval()
        yield "MobileNetV3", opset, MobileNet(nn.Hardswish, True, True).eval()
        yield "branches", opset, Branches().eval()


def export(network, file, opset):
    """Batch symbolic, nothing folded: the least tidy form that the exporter writes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (torch.randn(2, 3, 64, 64),), str(file), opset_version=opset,
                          dynamo=False, input_names=["image"], output_names=["logits"],
                          dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
                          training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
