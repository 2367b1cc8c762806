#include "predictor/predictor.hpp"

#include <cmath>

#include <fmt/format.h>

namespace evonas::predictor {

void Predictor::refresh(std::span<const Label> labels, std::size_t /*known*/,
                        const FitControl& control) {
  fit(labels, control);
}

void check_labels(std::span<const Label> labels) {
  if (labels.empty()) {
    throw PredictorError("no labels were given to learn from, expected at least one");
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& [genotype, value, noise] = labels[i];
    if (!std::isfinite(value)) {
      throw PredictorError(
          fmt::format("label {} (of the genotype [{}]) is {}, expected a finite number", i,
                      genotype.to_string(), value));
    }
    if (!std::isfinite(noise) || noise < 0.0) {
      throw PredictorError(
          fmt::format("label {} (of the genotype [{}]) has the noise {}, expected a finite number "
                      "of at least 0",
                      i, genotype.to_string(), noise));
    }
  }
}

}  // namespace evonas::predictor
