#include "predictor/models/code_table.hpp"

#include "predictor/position_code.hpp"

namespace evonas::predictor {

torch::Tensor distinct_code_table(std::int64_t count, std::int64_t width) {
  torch::Tensor table = torch::empty({count, width});
  for (std::int64_t i = 0; i < count; ++i) {
    distinct_code(i, {table.data_ptr<float>() + i * width, static_cast<std::size_t>(width)});
  }
  return table;
}

}  // namespace evonas::predictor
