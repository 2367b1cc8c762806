#include "predictor/models/label_tables.hpp"

#include "predictor/label_noise.hpp"

namespace evonas::predictor {

torch::Tensor by_architecture(const JoinedLabels& joined,
                              std::span<const std::vector<double>> columns, float missing) {
  const std::size_t metrics = columns.size();
  torch::Tensor table = torch::full(
      {static_cast<std::int64_t>(joined.architectures.size()), static_cast<std::int64_t>(metrics)},
      missing, torch::kFloat);
  float* to = table.data_ptr<float>();
  for (std::size_t metric = 0; metric < metrics; ++metric) {
    for (std::size_t i = 0; i < columns[metric].size(); ++i) {
      to[joined.rows[metric][i] * metrics + metric] = static_cast<float>(columns[metric][i]);
    }
  }
  return metrics == 1 ? table.squeeze(1) : table;
}

torch::Tensor weights_by_architecture(const JoinedLabels& joined,
                                      std::span<const RankedLabels> ranked) {
  bool any = false;
  std::vector<std::vector<double>> columns;
  for (const RankedLabels& labels : ranked) {
    columns.push_back(noise_weights(labels.noises));
    any = any || !columns.back().empty();
  }
  // Of a metric whose noise nobody knows, all count alike.
  return any ? by_architecture(joined, columns, 1.0F) : torch::Tensor();
}

}  // namespace evonas::predictor
