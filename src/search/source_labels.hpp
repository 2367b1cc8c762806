#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "search/driver.hpp"
#include "search/label_source.hpp"

namespace evonas::search {

/// Labels that the sources of a search give, a batch at a time: for benchmarks where no table lists
/// what there is. The seconds of an evaluation are those that its sources report, added up.
class SourceLabels final : public LabelSource {
 public:
  /// Of `sources` those are asked, in their order, that report a metric of the problem or the one
  /// that is named `cost` (may be empty); a candidate that one fails is not shown to the next. They
  /// have to repeat themselves, and to be safe to evaluate several blocks at once, as sources are
  /// that look up or compute. Throws SearchError for one that does not repeat itself, and for what
  /// a search could not begin with: no objective, a metric that none or two of them report.
  ///
  /// `screening` are metrics that screen(): it asks those that report the metric or `cost`.
  SourceLabels(spaces::AnySpace space, std::span<const Source> sources, Problem problem,
               const std::string& cost = {}, std::span<const std::string> screening = {});

  std::span<const Individual> listed() const override { return {}; }
  void evaluate(std::span<spaces::Genotype> asked, std::uint64_t first,
                std::vector<Individual>& evaluated, std::vector<double>& seconds) const override;
  /// Throws SearchError for a metric that is none of `screening`.
  void screen(std::span<spaces::Genotype> asked, const std::string& metric, std::uint64_t first,
              std::vector<Individual>& screened, std::vector<double>& seconds) const override;
  /// Names, metrics and identities (Evaluator::identity()) of the sources.
  Key digest() const override;

 private:
  struct Block;
  /// What `sources` say of `asked`, which it takes.
  Block ask_all(std::span<const Source> sources, std::span<spaces::Genotype> asked) const;
  /// Asks one source about those of the block that have not failed.
  void ask(const Source& source, Block& block) const;

  spaces::AnySpace space_;
  std::vector<Source> sources_;                           ///< of evaluations in full
  std::map<std::string, std::vector<Source>> screening_;  ///< of screenings by metric
  Problem problem_;
};

}  // namespace evonas::search
