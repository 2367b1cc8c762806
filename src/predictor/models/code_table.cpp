#include "predictor/models/code_table.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include "predictor/position_code.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {

torch::Tensor distinct_code_table(std::int64_t count, std::int64_t width) {
  torch::Tensor table = torch::empty({count, width});
  for (std::int64_t i = 0; i < count; ++i) {
    distinct_code(i, {table.data_ptr<float>() + i * width, static_cast<std::size_t>(width)});
  }
  return table;
}

void check_codes(const GraphBatch& graphs, std::int64_t count, const std::string& model) {
  const std::int64_t nodes = graphs.operations.size(1);
  const std::int64_t operations = graphs.operations.max().item<std::int64_t>() + 1;
  if (nodes < count && operations <= count) return;
  throw PredictorError(fmt::format(
      "a graph of {} nodes and {} operations was given to {}, whose codes tell {} apart; expected "
      "cells, not whole networks",
      nodes, operations, model, count - 1));
}

}  // namespace evonas::predictor
