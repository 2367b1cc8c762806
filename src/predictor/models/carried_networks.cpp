#include <array>
#include <string_view>

#include "base/json.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/models/pretrained_networks.hpp"

// Names of the assembler file.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char evonas_networks_nasbench101_begin[], evonas_networks_nasbench101_end[];
extern const char evonas_networks_nasbench201_begin[], evonas_networks_nasbench201_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace evonas::predictor {

std::shared_ptr<const PretrainedNetworks> carried_networks(const GraphFeatures& features) {
  const std::array<std::string_view, 2> files = {
      {{evonas_networks_nasbench101_begin, evonas_networks_nasbench101_end},
       {evonas_networks_nasbench201_begin, evonas_networks_nasbench201_end}}};
  for (const std::string_view file : files) {
    const Checkpoint checkpoint = read_checkpoint(file, "the networks that evonas carries");
    if (checkpoint.state.at("space") != features.vocabulary().key().hex()) continue;
    return std::make_shared<const PretrainedNetworks>(checkpoint.state, features);
  }
  return nullptr;
}

}  // namespace evonas::predictor
