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
    if (std::isfinite(labels[i].value)) continue;
    throw PredictorError(
        fmt::format("label {} (of the genotype [{}]) is {}, expected a finite number", i,
                    labels[i].genotype.to_string(), labels[i].value));
  }
}

}  // namespace evonas::predictor
