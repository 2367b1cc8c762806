#include "cli/run/predictors.hpp"

#include <fmt/format.h>

#include "predictor/predictor_list.hpp"

namespace evonas::cli {

struct PredictorSource::Shared {
  spaces::AnySpace space;
};

PredictorSource::PredictorSource(const spaces::AnySpace& space, const std::stop_token& /*stop*/)
    : shared_(std::make_shared<Shared>(Shared{space})) {}

std::unique_ptr<predictor::Predictor> PredictorSource::make(const std::string& name) const {
  if (auto plain = predictor::make_plain_predictor(name, shared_->space)) return plain;
  throw predictor::PredictorError(
      fmt::format("this evonas was built without LibTorch, which the predictor {} needs: build it "
                  "with EVONAS_TORCH=ON",
                  name));
}

}  // namespace evonas::cli
