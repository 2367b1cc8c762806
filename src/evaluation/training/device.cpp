#include "evaluation/training/device.hpp"

#include <stdexcept>

#include "base/device_names.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

torch::Device parse_device(const std::string& text) {
  const auto count =
      torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  try {
    const DeviceName name = device_called(text, count);
    if (!name.is_cuda) return torch::kCPU;
    return {torch::kCUDA, static_cast<c10::DeviceIndex>(name.index)};
  } catch (const std::invalid_argument& error) {
    throw EvaluationError(error.what());
  }
}

}  // namespace evonas::evaluation
