#pragma once

#include <doctest/doctest.h>
#include <torch/torch.h>

// LibTorch and doctest both define CHECK; the tests mean doctest's.
#undef CHECK
#define CHECK DOCTEST_CHECK
