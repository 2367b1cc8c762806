#include "search/source_labels.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "search/session.hpp"

namespace evonas::search {
namespace {

/// Whether labels need the metric.
bool is_wanted(const std::string& metric, const Problem& problem, const std::string& cost) {
  const auto names_it = [&](const auto& part) { return part.metric == metric; };
  return metric == cost || std::ranges::any_of(problem.objectives, names_it) ||
         std::ranges::any_of(problem.limits, names_it);
}

/// Those that report a metric for which `wanted` holds. Throws SearchError for one of them that
/// does not repeat itself.
template <class Wanted>
std::vector<Source> sources_of(std::span<const Source> sources, const Wanted& wanted) {
  std::vector<Source> chosen;
  for (const Source& source : sources) {
    if (!std::ranges::any_of(source.evaluator->metrics(), wanted, &evaluation::Metric::name)) {
      continue;
    }
    if (!source.evaluator->deterministic()) {
      throw SearchError(
          fmt::format("a benchmark needs labels that repeat, and those of the source '{}' do not",
                      source.name));
    }
    chosen.push_back(source);
  }
  return chosen;
}

bool reports_metric(std::span<const Source> sources, const std::string& metric) {
  return std::ranges::any_of(sources, [&](const Source& source) {
    return std::ranges::count(source.evaluator->metrics(), metric, &evaluation::Metric::name) > 0;
  });
}

}  // namespace

/// Architectures on their way, and what is known of each.
struct SourceLabels::Block {
  std::vector<evaluation::Candidate> candidates;
  std::vector<std::map<std::string, evaluation::Measurement>> metrics;
  std::vector<double> seconds;
  std::vector<char> failed;
};

SourceLabels::SourceLabels(spaces::AnySpace space, std::span<const Source> sources, Problem problem,
                           const std::string& cost, std::span<const std::string> screening)
    : space_(std::move(space)), problem_(std::move(problem)) {
  check_setup({.space = space_,
               .problem = problem_,
               .sources = std::vector<Source>(sources.begin(), sources.end())});
  sources_ = sources_of(
      sources, [&](const std::string& metric) { return is_wanted(metric, problem_, cost); });
  if (!cost.empty() && !reports_metric(sources, cost)) {
    throw SearchError(
        fmt::format("no source reports the metric '{}', which should hold the "
                    "seconds that an evaluation takes",
                    cost));
  }
  for (const std::string& early : screening) {
    if (!reports_metric(sources, early)) {
      throw SearchError(
          fmt::format("no source reports the metric '{}', which should screen", early));
    }
    screening_[early] = sources_of(
        sources, [&](const std::string& metric) { return metric == early || metric == cost; });
  }
}

SourceLabels::Block SourceLabels::ask_all(std::span<const Source> sources,
                                          std::span<spaces::Genotype> asked) const {
  Block block;
  for (spaces::Genotype& genotype : asked) {
    const Key key = space_.key(genotype);
    block.candidates.push_back({.genotype = std::move(genotype), .key = key});
  }
  block.metrics.resize(asked.size());
  block.seconds.resize(asked.size());
  block.failed.resize(asked.size());
  for (const Source& source : sources) ask(source, block);
  return block;
}

void SourceLabels::evaluate(std::span<spaces::Genotype> asked, std::uint64_t first,
                            std::vector<Individual>& evaluated,
                            std::vector<double>& seconds) const {
  Block block = ask_all(sources_, asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Individual individual{.genotype = std::move(block.candidates[i].genotype),
                          .key = block.candidates[i].key,
                          .violation = kInfinity,
                          .index = first + i};
    if (block.failed[i] == 0) {
      individual.objectives = problem_.minimised(block.metrics[i]);
      individual.limited = problem_.limited(block.metrics[i]);
      individual.violation = problem_.violation(block.metrics[i]);
    }
    evaluated.push_back(std::move(individual));
    seconds.push_back(block.seconds[i]);
  }
}

void SourceLabels::screen(std::span<spaces::Genotype> asked, const std::string& metric,
                          std::uint64_t first, std::vector<Individual>& screened,
                          std::vector<double>& seconds) const {
  const auto sources = screening_.find(metric);
  if (sources == screening_.end()) {
    throw SearchError(
        fmt::format("the labels of the benchmark do not screen by the metric '{}': name it where "
                    "they are made",
                    metric));
  }
  Block block = ask_all(sources->second, asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Individual individual{.genotype = std::move(block.candidates[i].genotype),
                          .key = block.candidates[i].key,
                          .violation = kInfinity,
                          .index = first + i};
    if (block.failed[i] == 0) individual.screened = block.metrics[i].at(metric).value;
    screened.push_back(std::move(individual));
    seconds.push_back(block.seconds[i]);
  }
}

void SourceLabels::ask(const Source& source, Block& block) const {
  std::vector<evaluation::Candidate> left;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < block.candidates.size(); ++i) {
    if (block.failed[i] != 0) continue;
    left.push_back(block.candidates[i]);
    positions.push_back(i);
  }
  const std::vector<evaluation::Metric> metrics = source.evaluator->metrics();
  source.evaluator->evaluate(left,
                             [&](std::size_t position, evaluation::Outcome outcome) {
                               const std::size_t i = positions.at(position);
                               outcome = checked(std::move(outcome), source.name, metrics);
                               block.seconds[i] += outcome.seconds;
                               block.failed[i] = outcome.ok() ? 0 : 1;
                               block.metrics[i].merge(outcome.metrics);
                             },
                             {});
}

Key SourceLabels::digest() const {
  KeyStream stream;
  const auto add = [&](std::span<const Source> sources) {
    for (const Source& source : sources) {
      stream.add(fmt::format("{}\n{}\n", source.name, source.evaluator->identity()));
      for (const evaluation::Metric& metric : source.evaluator->metrics()) {
        stream.add(fmt::format("{}/{}\n", metric.name, static_cast<int>(metric.cost)));
      }
    }
  };
  add(sources_);
  for (const auto& [metric, sources] : screening_) {
    stream.add(fmt::format("screens: {}\n", metric));
    add(sources);
  }
  return stream.key();
}

}  // namespace evonas::search
