#pragma once

#include <optional>
#include <span>

#include <nlohmann/json_fwd.hpp>

#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

/// The scale in which a model learns labels. Immutable; safe from many threads.
class LabelScale {
 public:
  enum class Kind {
    /// Above 0 and up to 1: divided by the largest, those that are not all above zero after a
    /// shift. Equal labels leave nothing to learn and are all 0.5.
    LargestIsOne,
    RankNormal,  ///< see rank_normal.hpp
    /// As LargestIsOne, but divided by their geometric mean: for models that begin near 1 and learn
    /// relative errors.
    MiddleIsOne,
  };

  /// Throws as check_labels() does.
  LabelScale(std::span<const Label> labels, Kind kind);

  double scaled(double value) const;
  /// The noise (Label::noise) of a scaled label.
  double scaled_noise(const Label& label) const;
  /// Reverse of scaled(), or the only value there is.
  double value(double scaled) const;

  /// An object; another one's members may stand beside its own.
  nlohmann::json state() const;
  /// Reverse of state(). Throws PredictorError or nlohmann::json::exception for anything else.
  static LabelScale from_state(const nlohmann::json& state, Kind kind);

 private:
  LabelScale() = default;

  std::optional<RankNormal> ranks_;  // set for that kind; for the other one:
  double offset_ = 0.0;
  double unit_ = 1.0;  // 0 for equal labels
};

}  // namespace evonas::predictor
