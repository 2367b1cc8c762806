#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/key_index.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::search {

/// Metrics that cost next to nothing, of any number of architectures; each architecture is asked
/// about once.
class KnownMetrics {
 public:
  /// `wanted`: those metrics that are read; names() are those of them that are free or cheap.
  KnownMetrics(spaces::AnySpace space, std::vector<std::shared_ptr<evaluation::Evaluator>> sources,
               std::span<const std::string> wanted);

  std::span<const std::string> names() const { return names_; }

  /// The values of each architecture, one for each name, with their intervals; NaN where a source
  /// has none. `identities` are equal for architectures with the same values.
  std::vector<evaluation::Measurement> values(std::span<const spaces::Genotype> block,
                                              std::span<const Key> identities);

 private:
  void ask(std::span<const evaluation::Candidate> block, std::span<const std::size_t> rows);

  spaces::AnySpace space_;
  std::vector<std::shared_ptr<evaluation::Evaluator>> sources_;
  std::vector<std::string> names_;
  KeyIndex asked_;
  std::vector<evaluation::Measurement> values_;  ///< names().size() for each that was asked about
};

}  // namespace evonas::search
