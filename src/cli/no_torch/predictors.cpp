#include "cli/run/predictors.hpp"

#include <fmt/format.h>

#include "predictor/predictor_list.hpp"

namespace evonas::cli {

std::unique_ptr<predictor::Predictor> make_predictor(const std::string& name,
                                                     const spaces::AnySpace& space) {
  if (auto plain = predictor::make_plain_predictor(name, space)) return plain;
  throw predictor::PredictorError(
      fmt::format("this evonas was built without LibTorch, which the predictor {} needs: build it "
                  "with EVONAS_TORCH=ON",
                  name));
}

}  // namespace evonas::cli
