#include "search/session.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/random.hpp"

namespace evonas::search {
namespace {

/// Lists the fields of an options struct as "name=value", those of an inner one as
/// "name.inner=value".
struct FieldPrinter {
  std::string prefix;
  std::vector<std::string> parts;

  template <class Value, class... Rest>
  void operator()(const char* name, Value& value, const Rest&...) {
    if constexpr (requires(FieldPrinter & inner) { value.fields(inner); }) {
      FieldPrinter inner{.prefix = fmt::format("{}{}.", prefix, name)};
      value.fields(inner);
      parts.insert(parts.end(), inner.parts.begin(), inner.parts.end());
    } else {
      parts.push_back(fmt::format("{}{}={}", prefix, name, value));
    }
  }
};

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

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

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
  return {{"search.space", setup.space.name()},
          {"search.seed", fmt::format("{}", setup.algorithm.seed)},
          {"search.objectives", fmt::format("{}", fmt::join(objectives, ", "))},
          {"search.limits", fmt::format("{}", fmt::join(limits, ", "))},
          {"search.sources", fmt::format("{}", fmt::join(sources, "\n"))},
          {"search.algorithm", fmt::format("{}", fmt::join(printer.parts, " "))}};
}

void refuse_other_setup(const RunStore& store, const std::map<std::string, std::string>& present) {
  const std::map<std::string, std::string> kept = store.manifest();
  for (const auto& [name, value] : present) {
    const auto found = kept.find(name);
    if (found != kept.end() && found->second == value) continue;
    throw SearchError(fmt::format(
        "{} belongs to another search: its {} is '{}', now it is '{}'; continue it with the "
        "configuration in its folder, or choose a new folder",
        store.file().string(), name.substr(name.find('.') + 1),
        found == kept.end() ? "" : found->second, value));
  }
}

Guidance guidance_of(const SearchSetup& setup) {
  Guidance guidance{.make_predictor = setup.make_predictor};
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

StoredRun read_run(const RunStore& store) {
  StoredRun run;
  run.asks = store.asks();
  run.evaluations = store.evaluations();
  run.generations = store.generations();
  run.gene_importance = store.gene_importance();
  const std::vector<std::string> sources = split_lines(store.get("search.sources").value_or(""));
  run.sources = sources.size();
  const auto fail = [&](const std::string& what) {
    throw SearchError(fmt::format("{}: {}; the file is damaged, `evonas verify` names the rows",
                                  store.file().string(), what));
  };
  std::size_t count = 0;
  for (std::size_t i = 0; i < run.asks.size(); ++i) {
    const AskRecord& ask = run.asks[i];
    if (ask.generation != i) fail(fmt::format("the ask of generation {} is missing", i));
    if (ask.proposed > run.evaluations.size() - count) {
      fail(fmt::format("evaluations of generation {} are missing", i));
    }
    for (std::size_t end = count + ask.proposed; count < end; ++count) {
      if (run.evaluations[count].generation != i) {
        fail(fmt::format("evaluation {} is not of generation {}", count, i));
      }
    }
  }
  if (count != run.evaluations.size()) fail("an evaluation was not asked for");
  for (std::size_t i = 0; i < run.generations.size(); ++i) {
    if (run.generations[i].generation != i || i >= run.asks.size()) {
      fail(fmt::format("generation {} does not follow from the one before", i));
    }
  }
  const auto finished = store.finished_sources();
  for (std::size_t i = 0; i < finished.size(); ++i) {
    // Sources report in their order, so those that have are the first ones.
    for (std::size_t j = 0; j < finished[i].size(); ++j) {
      if (j >= sources.size() || !std::ranges::count(finished[i], sources[j])) {
        fail(fmt::format("the sources of evaluation {} are not those of the run", i));
      }
    }
    run.reported.push_back(finished[i].size());
  }
  return run;
}

SearchSummary load_summary(const RunStore& store, const Problem& problem) {
  const StoredRun run = read_run(store);
  SearchSummary summary;
  summary.termination =
      parse_termination(store.get("termination").value_or(to_string(Termination::Running)));
  summary.message = store.get("message").value_or("");
  summary.seed = std::strtoull(store.get("search.seed").value_or("0").c_str(), nullptr, 10);
  summary.seconds = store.seconds();
  summary.times = store.times();
  for (std::size_t i = 0; i < run.evaluations.size(); ++i) {
    if (run.complete(i)) summary.evaluations.push_back(run.evaluations[i]);
  }
  summary.generations = run.generations;
  summary.gene_importance = run.gene_importance;
  summary.final = store.final();
  summarise(problem, summary);
  return summary;
}

}  // namespace evonas::search
