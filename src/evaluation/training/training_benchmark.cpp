#include "evaluation/training/training_benchmark.hpp"

#include <algorithm>
#include <chrono>

#include <torch/torch.h>

#include "graph/cost.hpp"

namespace evonas::evaluation {

double measure_sgemm() {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t kSize = 1024;
  const torch::InferenceMode inference;
  at::set_num_threads(1);
  const torch::Tensor a = torch::ones({kSize, kSize});
  const torch::Tensor b = torch::ones({kSize, kSize});
  torch::Tensor c = torch::empty({kSize, kSize});
  double best = 1e9;
  for (int i = 0; i < 30; ++i) {
    const Clock::time_point begin = Clock::now();
    torch::mm_out(c, a, b);
    best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return 2.0 * kSize * kSize * kSize / best / 1e9;
}

TrainingSpeed measure_training(const TrainingEvaluator& evaluator, const graph::Graph& network,
                               std::uint64_t seed) {
  const std::optional<TrainingResult> result = evaluator.train(network, seed, {});
  TrainingSpeed speed{.images_per_second = result->images_per_second,
                      .test_accuracy = result->test_accuracy,
                      .sgemm_gflops = measure_sgemm()};
  speed.gflops =
      speed.images_per_second * 6.0 * static_cast<double>(graph::cost(network).macs) / 1e9;
  return speed;
}

}  // namespace evonas::evaluation
