#include "predictor/models/tensor_state.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {

namespace {

constexpr std::array<std::pair<std::string_view, torch::Dtype>, 3> kTypes = {
    {{"float16", torch::kHalf}, {"float32", torch::kFloat}, {"float64", torch::kDouble}}};

}  // namespace

nlohmann::json state_of(const torch::Tensor& tensor) {
  const auto known =
      std::ranges::find(kTypes, tensor.scalar_type(), [](const auto& pair) { return pair.second; });
  if (known == kTypes.end()) throw PredictorError("only tensors of real numbers can be kept");
  const torch::Tensor whole = tensor.detach().cpu().contiguous();
  const auto* bytes = static_cast<const std::uint8_t*>(whole.const_data_ptr());
  return {{"type", known->first},
          {"shape", whole.sizes().vec()},
          {"data", nlohmann::json::binary({bytes, bytes + whole.nbytes()})}};
}

torch::Tensor tensor_from(const nlohmann::json& state, at::IntArrayRef shape) {
  const auto name = state.at("type").get<std::string>();
  const auto known = std::ranges::find(kTypes, name, [](const auto& pair) { return pair.first; });
  if (known == kTypes.end()) throw PredictorError("a tensor of an unknown type");
  const torch::Dtype type = known->second;
  const auto given = state.at("shape").get<std::vector<std::int64_t>>();
  bool fits = given.size() == shape.size();
  std::size_t bytes = torch::elementSize(type);
  for (std::size_t i = 0; fits && i < given.size(); ++i) {
    fits = given[i] >= 0 && (shape[i] == -1 || given[i] == shape[i]);
    bytes *= static_cast<std::size_t>(given[i]);
  }
  const std::vector<std::uint8_t>& data = state.at("data").get_binary();
  if (!fits || data.size() != bytes) {
    throw PredictorError(fmt::format("a tensor of the shape {} and {} bytes, expected the shape {}",
                                     given, data.size(), shape.vec()));
  }
  torch::Tensor tensor = torch::empty(given, type);
  std::memcpy(tensor.mutable_data_ptr(), data.data(), data.size());
  return tensor;
}

nlohmann::json states_of(std::span<const torch::Tensor> tensors) {
  nlohmann::json states = nlohmann::json::array();
  for (const torch::Tensor& tensor : tensors) states.push_back(state_of(tensor));
  return states;
}

void restore_tensors(std::span<torch::Tensor> tensors, const nlohmann::json& states) {
  const torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    tensors[i].copy_(tensor_from(states.at(i), tensors[i].sizes()));
  }
}

nlohmann::json state_of(const at::Generator& generator) {
  if (!generator.defined()) return {};
  const torch::Tensor state = generator.get_state().contiguous();
  const auto* bytes = state.const_data_ptr<std::uint8_t>();
  return nlohmann::json::binary({bytes, bytes + state.numel()});
}

void restore_generator(at::Generator generator, const nlohmann::json& state) {
  if (!generator.defined()) return;
  const std::vector<std::uint8_t>& bytes = state.get_binary();
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(bytes.size())}, torch::kByte);
  std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
  generator.set_state(tensor);
}

std::size_t count_weights(const torch::nn::Module& module) {
  std::size_t count = 0;
  for (const torch::Tensor& weight : module.parameters()) {
    count += static_cast<std::size_t>(weight.numel());
  }
  return count;
}

void copy_weights(const torch::nn::Module& from, torch::nn::Module& to) {
  const torch::NoGradGuard no_gradients;
  const auto copy_all = [](const std::vector<torch::Tensor>& source,
                           std::vector<torch::Tensor> target) {
    for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
  };
  copy_all(from.parameters(), to.parameters());
  copy_all(from.buffers(), to.buffers());
}

void restore_weights(torch::nn::Module& module, const nlohmann::json& weights) {
  std::vector<torch::Tensor> parameters = module.parameters();
  restore_tensors(parameters, weights);
}

}  // namespace evonas::predictor
