#include "evaluation/training/training_benchmark.hpp"

#include <algorithm>
#include <chrono>

#include <torch/torch.h>

#include "evaluation/training/device.hpp"
#include "graph/cost.hpp"

namespace evonas::evaluation {
namespace {

constexpr int kProducts = 30;
constexpr int kFewestProducts = 3;
constexpr std::chrono::seconds kLongest{3};

}  // namespace

double measure_matmul(const std::string& device, bool bfloat16) {
  using Clock = std::chrono::steady_clock;
  const torch::Device where = parse_device(device);
  const std::int64_t size = where.is_cuda() ? 8192 : 1024;
  const torch::InferenceMode inference;
  at::set_num_threads(1);
  const torch::TensorOptions options =
      torch::TensorOptions(where).dtype(bfloat16 ? torch::kBFloat16 : torch::kFloat);
  const torch::Tensor a = torch::randn({size, size}, options);
  const torch::Tensor b = torch::randn({size, size}, options);
  torch::Tensor c = torch::empty({size, size}, options);
  double best = 1e9;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < kProducts; ++i) {
    const Clock::time_point begin = Clock::now();
    // Where bfloat16 is emulated, one product takes as long as all in float32.
    if (i >= kFewestProducts && begin - start > kLongest) break;
    torch::mm_out(c, a, b);
    if (where.is_cuda()) torch::cuda::synchronize(where.index());
    best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  const auto side = static_cast<double>(size);
  return 2.0 * side * side * side / best / 1e9;
}

TrainingSpeed measure_training(const TrainingEvaluator& evaluator, const graph::Graph& network,
                               std::uint64_t seed) {
  const std::optional<TrainingResult> result = evaluator.train(network, seed, {});
  TrainingSpeed speed{.images_per_second = result->images_per_second,
                      .test_accuracy = result->test_accuracy,
                      .sgemm_gflops = measure_matmul()};
  speed.gflops =
      speed.images_per_second * 6.0 * static_cast<double>(graph::cost(network).macs) / 1e9;
  return speed;
}

}  // namespace evonas::evaluation
