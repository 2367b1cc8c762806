#pragma once

#include <cstddef>
#include <span>

#include <ATen/core/Generator.h>
#include <nlohmann/json_fwd.hpp>
#include <torch/nn/module.h>
#include <torch/types.h>

namespace evonas::predictor {

/// A tensor of numbers in half, single or double precision as JSON, its bytes as a binary value.
nlohmann::json state_of(const torch::Tensor& tensor);

/// Reverse of state_of(), for a tensor of the given shape; a size of -1 is any. Throws
/// PredictorError where it is of another, and nlohmann::json::exception where it is no tensor.
torch::Tensor tensor_from(const nlohmann::json& state, at::IntArrayRef shape);

/// The same of several tensors, as an array, and back into tensors of the same shapes.
nlohmann::json states_of(std::span<const torch::Tensor> tensors);
void restore_tensors(std::span<torch::Tensor> tensors, const nlohmann::json& states);

/// How far a generator is, as a binary value, and back; null where it is undefined.
nlohmann::json state_of(const at::Generator& generator);
void restore_generator(at::Generator generator, const nlohmann::json& state);

/// How many numbers the weights of a module are.
std::size_t count_weights(const torch::nn::Module& module);

/// Gives a module the weights of another one that is built alike, on whichever device each is.
void copy_weights(const torch::nn::Module& from, torch::nn::Module& to);

/// Replaces the weights of a module, in their order, by a JSON array of tensors. Throws as
/// tensor_from() does.
void restore_weights(torch::nn::Module& module, const nlohmann::json& weights);

}  // namespace evonas::predictor
