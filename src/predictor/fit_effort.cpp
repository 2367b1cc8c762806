#include "predictor/fit_effort.hpp"

#include <algorithm>
#include <iterator>

namespace evonas::predictor {
namespace {

/// Seconds of one core: of any fit, for each label, and for each label in each epoch.
struct FitEffort {
  const char* model;
  double fit = 0.0;
  double label = 0.0;
  std::int64_t epochs = 0;  ///< that its authors train
  double label_epoch = 0.0;
};

constexpr FitEffort kEfforts[] = {
    {.model = "trees", .fit = 0.3, .label = 2e-3},
    {.model = "gp", .fit = 0.5, .label = 5e-3},
    {.model = "gp_wl", .fit = 0.5, .label = 8e-3},
    {.model = "gp_both", .fit = 1.0, .label = 1e-2},
    {.model = "path_networks", .fit = 5.0, .label = 2e-2},
    {.model = "networks", .fit = 5.0, .label = 5e-2},
    {.model = "mixture", .fit = 6.0, .label = 6e-2},
    {.model = "evonas", .fit = 9.0, .label = 6e-2},
    {.model = "arch2vec", .fit = 9.0, .label = 7e-2},
    {.model = "node_costs", .fit = 1.0, .epochs = 100, .label_epoch = 2e-4},
    {.model = "graphsage", .fit = 1.0, .epochs = 300, .label_epoch = 3e-4},
    {.model = "gin", .fit = 1.0, .epochs = 300, .label_epoch = 3e-4},
    {.model = "nnlp", .fit = 1.0, .epochs = 50, .label_epoch = 3e-3},
    {.model = "carl", .fit = 5.0, .epochs = 200, .label_epoch = 1e-3},
    {.model = "ledg_former", .fit = 5.0, .epochs = 200, .label_epoch = 2e-3},
    {.model = "cg", .fit = 5.0, .epochs = 60, .label_epoch = 6e-3},
    {.model = "nar_former_v2", .fit = 5.0, .epochs = 1000, .label_epoch = 6e-3},
    {.model = "nn_former", .fit = 5.0, .epochs = 3000, .label_epoch = 5e-3},
    {.model = "nn_former_published", .fit = 5.0, .epochs = 3000, .label_epoch = 5e-3},
    {.model = "nar_former", .fit = 5.0, .epochs = 6000, .label_epoch = 8e-3},
};

constexpr FitEffort kCheap = {.model = "", .fit = 0.01, .label = 1e-5};

}  // namespace

double expected_fit_seconds(const std::string& model, std::size_t labels, std::int64_t epochs) {
  const auto* const found = std::ranges::find_if(
      kEfforts, [&](const FitEffort& effort) { return effort.model == model; });
  const FitEffort& effort = found == std::end(kEfforts) ? kCheap : *found;
  const double passes =
      static_cast<double>(epochs > 0 && effort.epochs > 0 ? epochs : effort.epochs);
  return effort.fit + static_cast<double>(labels) * (effort.label + passes * effort.label_epoch);
}

}  // namespace evonas::predictor
