#include "search/session.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/random.hpp"

namespace evonas::search {
namespace {

/// Lists the fields of an options struct as "name=value", those of an inner one as
/// "name.inner=value", those of a list of inner ones as "name[0].inner=value", values for names as
/// "name.key=value".
struct FieldPrinter {
  std::string prefix;
  std::vector<std::string> parts;

  template <class Value, class... Rest>
  void operator()(const std::string& name, Value& value, const Rest&...) {
    if constexpr (requires(FieldPrinter & inner) { value.fields(inner); }) {
      FieldPrinter inner{.prefix = fmt::format("{}{}.", prefix, name)};
      value.fields(inner);
      parts.insert(parts.end(), inner.parts.begin(), inner.parts.end());
    } else if constexpr (requires(FieldPrinter & inner) { value.front().fields(inner); }) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        (*this)(fmt::format("{}[{}]", name, i), value[i]);
      }
    } else if constexpr (requires { value.named; }) {
      if (value.named.empty()) (*this)(name, value.one);
      for (auto& [key, one] : value.named) (*this)(fmt::format("{}.{}", name, key), one);
    } else {
      parts.push_back(fmt::format("{}{}={}", prefix, name, value));
    }
  }
};

/// "0 1 3": numbers with blanks between, a line for each list.
std::string number_lines(const std::vector<std::vector<std::size_t>>& lists) {
  std::vector<std::string> lines;
  for (const std::vector<std::size_t>& numbers : lists) {
    lines.push_back(fmt::format("{}", fmt::join(numbers, " ")));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

void check_metric(const std::string& metric, const std::string& role,
                  const std::map<std::string, std::string>& source_of) {
  if (source_of.contains(metric)) return;
  std::vector<std::string> known;
  for (const auto& [name, source] : source_of) known.push_back(name);
  throw SearchError(fmt::format(
      "the metric '{}' of {} is reported by no source; there are: {}. Add a source for "
      "it under `evaluation`, or name one of these",
      metric, role, known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

/// An asynchronous search keeps one source busy; the others answer at once.
void check_one_is_slow(const SearchSetup& setup) {
  std::vector<std::string> slow;
  for (const Source& source : setup.sources) {
    if (is_expensive(*source.evaluator)) slow.push_back(source.name);
  }
  if (slow.size() <= 1) return;
  throw SearchError(
      fmt::format("an asynchronous search keeps one source busy, and {} of them take long: {}; let "
                  "one report all that they do, look the other values up, or use the synchronous "
                  "driver",
                  slow.size(), fmt::join(slow, ", ")));
}

/// Begins the entries of the identities of sources (Evaluator::identity()).
constexpr std::string_view kIdentityEntry = "search.identity of ";

}  // namespace

void check_setup(const SearchSetup& setup) {
  if (setup.problem.objectives.empty()) {
    throw SearchError("a search needs at least one objective; add one under `objectives`");
  }
  if (setup.budget.evaluations < 0 || !(setup.budget.seconds >= 0.0) ||
      !(setup.budget.training_seconds >= 0.0)) {
    throw SearchError(fmt::format(
        "a budget is 0 (no limit) or above, not {} evaluations, {} s and {} s of training",
        setup.budget.evaluations, setup.budget.seconds, setup.budget.training_seconds));
  }
  if (setup.threads == 0) throw SearchError("a search needs at least one thread, not 0");
  std::set<std::string> names;
  std::map<std::string, std::string> source_of;
  for (const Source& source : setup.sources) {
    if (source.evaluator == nullptr || source.name.empty() ||
        source.name.find('\n') != std::string::npos) {
      throw SearchError(
          fmt::format("the source '{}' needs a name of one line and an evaluator", source.name));
    }
    if (!names.insert(source.name).second) {
      throw SearchError(fmt::format("two sources are named '{}'; rename one", source.name));
    }
    for (const evaluation::Metric& metric : source.evaluator->metrics()) {
      const auto [other, is_new] = source_of.emplace(metric.name, source.name);
      if (!is_new) {
        throw SearchError(
            fmt::format("the metric '{}' is reported by the sources '{}' and '{}'; "
                        "remove one of them",
                        metric.name, other->second, source.name));
      }
    }
  }
  for (const Objective& objective : setup.problem.objectives) {
    check_metric(objective.metric, "an objective", source_of);
  }
  for (const Limit& limit : setup.problem.limits) {
    check_metric(limit.metric, fmt::format("the limit {}", limit.to_string()), source_of);
  }
  for (const ScreeningOptions& screening : setup.algorithm.guidance.screening) {
    check_metric(screening.metric, fmt::format("the screening of {}", screening.of), source_of);
  }
  if (is_asynchronous(setup)) check_one_is_slow(setup);
}

std::vector<std::vector<std::size_t>> sources_by_rung(const SearchSetup& setup) {
  const std::vector<ScreeningOptions>& screening = setup.algorithm.guidance.screening;
  std::vector<std::vector<std::size_t>> sources(1 + screening.size());
  for (std::size_t i = 0; i < setup.sources.size(); ++i) {
    std::size_t others = 0;
    const std::vector<evaluation::Metric> metrics = setup.sources[i].evaluator->metrics();
    for (const evaluation::Metric& metric : metrics) {
      const auto rung = std::ranges::find(screening, metric.name, &ScreeningOptions::metric);
      if (rung == screening.end()) {
        ++others;
      } else {
        sources[1 + static_cast<std::size_t>(rung - screening.begin())].push_back(i);
      }
    }
    if (others > 0 || metrics.empty()) sources.front().push_back(i);
  }
  return sources;
}

std::map<std::string, std::string> describe_setup(const SearchSetup& setup) {
  std::vector<std::string> objectives;
  for (const Objective& objective : setup.problem.objectives) {
    objectives.push_back(fmt::format(
        "{} {}", objective.goal == Goal::Maximize ? "maximize" : "minimize", objective.metric));
  }
  std::vector<std::string> limits;
  for (const Limit& limit : setup.problem.limits) limits.push_back(limit.to_string());
  std::vector<std::string> sources;
  for (const Source& source : setup.sources) sources.push_back(source.name);
  AlgorithmOptions options = setup.algorithm;
  options.seed = 0;  // has an entry of its own
  FieldPrinter printer;
  options.fields(printer);
  const bool screens = !options.guidance.screening.empty();
  // Runs that have no screenings, are synchronous, share no heads, or whose batches, beginnings,
  // tournaments and deaths are as they come, may be older than these options.
  const bool is_apart = options.guidance.batch_diversity == "distance";
  std::erase_if(printer.parts, [&](const std::string& part) {
    return (!screens && part.starts_with("guidance.halving=")) || part == "driver=synchronous" ||
           part == "guidance.heads=separate" || part == "guidance.batch_diversity=imagined" ||
           (!is_apart && part.starts_with("guidance.batch_distance=")) ||
           part == "guidance.initial_spread=first" || part == "guidance.survey=-1" ||
           part == "tournament_share=0" || part == "deaths=oldest";
  });
  std::map<std::string, std::string> entries = {
      {"search.space", setup.space.name()},
      {"search.seed", fmt::format("{}", setup.algorithm.seed)},
      {"search.objectives", fmt::format("{}", fmt::join(objectives, ", "))},
      {"search.limits", fmt::format("{}", fmt::join(limits, ", "))},
      {"search.sources", fmt::format("{}", fmt::join(sources, "\n"))},
      {"search.algorithm", fmt::format("{}", fmt::join(printer.parts, " "))}};
  if (!setup.predictors.empty()) entries["search.predictors"] = setup.predictors;
  if (!setup.among.empty()) entries["search.among"] = setup.among;
  if (screens) entries["search.rungs"] = number_lines(sources_by_rung(setup));
  for (const Source& source : setup.sources) {
    const std::string identity = source.evaluator->identity();
    if (!identity.empty()) entries[std::string(kIdentityEntry) + source.name] = identity;
  }
  return entries;
}

bool may_be_missing(const std::string& entry) { return entry.starts_with(kIdentityEntry); }

void refuse_other_setup(const RunStore& store, const std::map<std::string, std::string>& present) {
  const std::map<std::string, std::string> kept = store.manifest();
  for (const auto& [name, value] : present) {
    const auto found = kept.find(name);
    if (found == kept.end() ? may_be_missing(name) : found->second == value) continue;
    throw SearchError(fmt::format(
        "{} belongs to another search: its {} is '{}', now it is '{}'; continue it with the "
        "configuration in its folder, or choose a new folder",
        store.file().string(), name.substr(name.find('.') + 1),
        found == kept.end() ? "" : found->second, value));
  }
}

Guidance guidance_of(const SearchSetup& setup) {
  Guidance guidance{.make_predictor = setup.make_predictor,
                    .known = {},
                    .latent = setup.latent,
                    .make_joint_predictor = setup.make_joint_predictor};
  for (const Source& source : setup.sources) {
    if (!is_expensive(*source.evaluator)) guidance.known.push_back(source.evaluator);
  }
  return guidance;
}

bool is_expensive(const evaluation::Evaluator& evaluator) {
  const auto metrics = evaluator.metrics();
  return std::ranges::any_of(metrics, [](const evaluation::Metric& metric) {
    return metric.cost == evaluation::CostClass::Expensive;
  });
}

bool is_asynchronous(const SearchSetup& setup) { return setup.algorithm.driver == "asynchronous"; }

evaluation::Candidate to_candidate(const EvaluationRecord& record, std::uint64_t run_seed) {
  return {record.genotype, record.key,
          derive_seed(run_seed, "evaluation", record.key.low ^ record.key.high)};
}

evaluation::Outcome checked(evaluation::Outcome outcome, const std::string& source,
                            std::span<const evaluation::Metric> metrics) {
  if (!std::isfinite(outcome.seconds)) outcome.seconds = 0.0;
  std::map<std::string, evaluation::Measurement> values;
  // Zero has no sign in the store, so it has none here.
  const auto tidy = [](std::optional<double>& bound) {
    if (bound && std::isfinite(*bound)) {
      *bound += 0.0;
    } else {
      bound.reset();
    }
  };
  for (const evaluation::Metric& metric : metrics) {
    if (!outcome.ok()) break;
    const auto found = outcome.metrics.find(metric.name);
    if (found == outcome.metrics.end()) {
      outcome.failure = fmt::format("the source '{}' did not report '{}'", source, metric.name);
    } else if (!std::isfinite(found->second.value)) {
      outcome.failure =
          fmt::format("the source '{}' reported {} for '{}', which is no finite number", source,
                      found->second.value, metric.name);
    } else {
      evaluation::Measurement value = found->second;
      value.value += 0.0;
      tidy(value.low);
      tidy(value.high);
      values.emplace(metric.name, value);
    }
  }
  outcome.metrics = outcome.ok() ? std::move(values) : decltype(values){};
  for (auto& [epoch, on_the_way] : outcome.by_epoch) {
    std::erase_if(on_the_way, [](const auto& value) { return !std::isfinite(value.second); });
    for (auto& [metric, value] : on_the_way) value += 0.0;
  }
  std::erase_if(outcome.by_epoch, [](const auto& epoch) { return epoch.second.empty(); });
  return outcome;
}

EvaluationRecord propose_record(const spaces::AnySpace& space, const spaces::Genotype& genotype,
                                std::uint64_t index, std::uint64_t generation) {
  EvaluationRecord record;
  record.index = index;
  record.generation = generation;
  record.genotype = genotype;
  record.architecture = space.format(genotype);
  record.key = space.key(genotype);
  return record;
}

Key identity_of(const EvaluationRecord& record, const AlgorithmOptions& options) {
  return options.identity == "genotype" ? Key::of(record.genotype.to_string()) : record.key;
}

}  // namespace evonas::search
