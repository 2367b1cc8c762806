#include "evaluation/training/device.hpp"

#include <fmt/format.h>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

torch::Device parse_device(const std::string& text) {
  if (text == "cpu") return torch::kCPU;
  const std::string digits = text.starts_with("cuda:") ? text.substr(5) : "0";
  if ((text != "cuda" && !text.starts_with("cuda:")) || digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    throw EvaluationError(fmt::format("device {}: expected cpu, cuda or cuda:N", text));
  }
  const int index = std::stoi(digits);
  const auto count =
      torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (index >= count) {
    throw EvaluationError(
        fmt::format("device {}: this LibTorch finds {} CUDA devices; use cpu, or a LibTorch built "
                    "for CUDA (see "
                    "CMAKE_PREFIX_PATH in the README)",
                    text, count));
  }
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace evonas::evaluation
