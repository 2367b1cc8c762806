#include "predictor/models/pretrained_networks.hpp"

namespace evonas::predictor {

std::shared_ptr<const PretrainedNetworks> carried_networks(const GraphFeatures& /*features*/) {
  return nullptr;
}

}  // namespace evonas::predictor
