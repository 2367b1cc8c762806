#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "search/session.hpp"

namespace evonas::search {
namespace {

/// Lists of numbers below `end`, a line each, with blanks between; nothing for another text.
std::optional<std::vector<std::vector<std::size_t>>> parse_number_lines(std::string_view text,
                                                                        std::size_t end) {
  std::vector<std::vector<std::size_t>> lists(1);
  while (!text.empty()) {
    std::size_t number = 0;
    if (text.front() == '\n') lists.emplace_back();
    if (text.front() == '\n' || text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number >= end) return std::nullopt;
    lists.back().push_back(number);
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  }
  return lists;
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

/// Gives the evaluations of an asynchronous run their places in the order of completion; what is
/// wrong with these.
std::string take_places(StoredRun& run) {
  std::uint64_t asks = 0;
  for (std::size_t i = 0; i < run.completions.size(); ++i) {
    const CompletionRecord& completion = run.completions[i];
    const bool fits = completion.place == i && completion.evaluation < run.evaluations.size() &&
                      run.complete(completion.evaluation) && completion.asks >= asks &&
                      completion.asks <= run.asks.size() &&
                      run.evaluations[completion.evaluation].generation < completion.asks;
    asks = completion.asks;
    if (!fits || std::exchange(run.evaluations[completion.evaluation].place, i)) {
      return fmt::format("completion {} does not follow from the one before", i);
    }
  }
  std::uint64_t ended = 0;
  for (std::size_t i = 0; i < run.generations.size() && !run.completions.empty(); ++i) {
    const std::uint64_t end = run.generations[i].evaluations;
    if (end <= ended || end > run.completions.size()) {
      return fmt::format("generation {} does not follow from the order of completion", i);
    }
    ended = end;
  }
  return {};
}

}  // namespace

StoredRun read_run(const RunStore& store) {
  StoredRun run;
  run.asks = store.asks();
  run.evaluations = store.evaluations();
  run.generations = store.generations();
  run.gene_importance = store.gene_importance();
  if (const auto front = store.get("predicted_front")) {
    run.predicted_front = parse_predicted_front(*front);
  }
  const std::vector<std::string> sources = split_lines(store.get("search.sources").value_or(""));
  run.sources = sources.size();
  const auto fail = [&](const std::string& what) {
    throw SearchError(fmt::format("{}: {}; the file is damaged, `evonas verify` names the rows",
                                  store.file().string(), what));
  };
  if (const auto rungs = store.get("search.rungs")) {
    const auto parsed = parse_number_lines(*rungs, sources.size());
    if (!parsed) fail("its sources by rung cannot be read");
    run.sources_of = *parsed;
  } else {
    run.sources_of.resize(1);
    run.sources_of.front().resize(sources.size());
    std::iota(run.sources_of.front().begin(), run.sources_of.front().end(), std::size_t{0});
  }
  run.completions = store.completions();
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
    const std::size_t rung = run.evaluations[i].rung;
    if (rung >= run.sources_of.size()) fail(fmt::format("evaluation {} is on no rung", i));
    const std::vector<std::size_t>& own = run.sources_of[rung];
    // Sources report in their order, so those that have are the first ones.
    for (std::size_t j = 0; j < finished[i].size(); ++j) {
      if (j >= own.size() || !std::ranges::count(finished[i], sources[own[j]])) {
        fail(fmt::format("the sources of evaluation {} are not those of the run", i));
      }
    }
    run.reported.push_back(finished[i].size());
  }
  if (const std::string fault = take_places(run); !fault.empty()) fail(fault);
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
  std::vector<EvaluationRecord> complete;
  for (std::size_t i = 0; i < run.evaluations.size(); ++i) {
    if (run.complete(i)) complete.push_back(run.evaluations[i]);
  }
  sort_into(summary, std::move(complete));
  summary.generations = run.generations;
  summary.gene_importance = run.gene_importance;
  summary.predicted_front = run.predicted_front;
  summary.final = store.final();
  summarise(problem, summary);
  return summary;
}

}  // namespace evonas::search
