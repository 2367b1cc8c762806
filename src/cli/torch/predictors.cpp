#include "cli/run/predictors.hpp"

#include "predictor/models/gaussian_process.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {

std::unique_ptr<predictor::Predictor> make_predictor(const std::string& name,
                                                     const spaces::AnySpace& space) {
  if (auto plain = predictor::make_plain_predictor(name, space)) return plain;
  return std::make_unique<predictor::GaussianProcess>(
      std::make_shared<const predictor::GraphFeatures>(space));
}

}  // namespace evonas::cli
