#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"

namespace evonas::search {

/// A metric that says early what an objective of the problem will be, such as the accuracy after a
/// training of fewer epochs.
struct ScreeningOptions {
  std::string metric;
  std::string of;
  double share = 0.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("metric", metric,
          "a metric under `evaluation`; what is better in the objective is better in it too",
          required());
    visit("of", of, "the objective that it says early", required());
    visit("share", share,
          "what it costs of the cost of an evaluation, above 0 and below 1; on a table the share "
          "of the seconds",
          required(between(0, 1)));
  }
};

/// What is wrong with one field of what a configuration says of screening.
struct ScreeningFault {
  std::string field;  ///< within the guidance, "screening[1].share"
  std::string what;
};

/// What is wrong with a list of screenings, of which each lets one in `halving` architectures pass,
/// for a problem with these objectives and with limits on these metrics; empty where nothing is.
/// Texts that are empty are left to who reads them.
std::vector<ScreeningFault> screening_faults(std::span<const ScreeningOptions> screening,
                                             std::int64_t halving,
                                             std::span<const std::string> objectives,
                                             std::span<const std::string> limits);

/// How many architectures `rungs` screenings begin with for each that passes all of them: `halving`
/// to the power of `rungs`.
std::size_t screened_for_each(std::size_t rungs, std::int64_t halving);

}  // namespace evonas::search
