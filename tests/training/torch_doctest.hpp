#pragma once

// LibTorch and doctest both define CHECK; the tests mean doctest's.
#include <torch/torch.h>
#undef CHECK
#include <doctest/doctest.h>
