#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "predictor/predictor.hpp"

/// `src/cli/torch` makes every predictor; an evonas built without LibTorch has `src/cli/no_torch`
/// instead, which throws a PredictorError for those that need it.
namespace evonas::cli {

/// Makes predictors for one space; what they can share, such as pre-trained networks, is made once,
/// when it is first needed.
class PredictorSource {
 public:
  /// What takes long to make gives up with a PredictorError once `stop` is requested.
  PredictorSource(const spaces::AnySpace& space, const std::stop_token& stop);

  /// The predictor of that name, unfitted. Safe from many threads. Throws PredictorError for an
  /// unknown name.
  std::unique_ptr<predictor::Predictor> make(const std::string& name) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace evonas::cli
