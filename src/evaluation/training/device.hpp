#pragma once

#include <string>

#include <torch/torch.h>

namespace evonas::evaluation {

/// The device that a configuration names ("cpu", "cuda", "cuda:1"). Throws EvaluationError where
/// there is no such device or this LibTorch cannot use it.
torch::Device parse_device(const std::string& text);

}  // namespace evonas::evaluation
