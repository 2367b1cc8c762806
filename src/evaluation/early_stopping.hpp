#pragma once

#include <cstdint>
#include <string>

#include "base/fields.hpp"

namespace evonas::evaluation {

/// When a candidate is given up before its evaluation ends: the median stopping rule of Vizier
/// (Golovin et al., "Google Vizier: a service for black-box optimization", KDD 2017, section 3.2).
struct EarlyStopping {
  std::string metric;
  std::string goal;
  std::int64_t candidates = 5;
  std::int64_t epochs = 1;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("metric", metric, "the metric that the command reports after each epoch", required());
    visit("goal", goal, "what is better", required(one_of({"minimize", "maximize"})));
    limits(visit, candidates, epochs);
  }

  /// The options that do not name a metric.
  template <class Visitor>
  static void limits(Visitor& visit, std::int64_t& candidates, std::int64_t& epochs) {
    visit("candidates", candidates,
          "finished candidates of earlier generations that there must be to compare with",
          between(1, 1e6));
    visit("epochs", epochs, "no candidate is stopped before so many epochs", between(1, 1e9));
  }
};

/// The same for a source that knows its only metric.
struct OwnEarlyStopping {
  std::int64_t candidates = EarlyStopping{}.candidates;
  std::int64_t epochs = EarlyStopping{}.epochs;

  template <class Visitor>
  void fields(Visitor& visit) {
    EarlyStopping::limits(visit, candidates, epochs);
  }
};

}  // namespace evonas::evaluation
