#include "search/repeated_asks.hpp"

#include <algorithm>

namespace evonas::search {

bool RepeatedAsks::check() {
  if (is_asynchronous(setup_)) return repeat_asynchronous();
  if (!run_.completions.empty()) {
    fault("evaluations have an order of completion, as in no synchronous search");
  }
  return repeat_synchronous();
}

/// False where the run cannot be followed any further.
bool RepeatedAsks::repeat_synchronous() {
  std::size_t begin = 0;
  for (const AskRecord& ask : run_.asks) {
    if (!check_ask(ask, begin)) return false;
    for (std::size_t i = begin; i < begin + ask.proposed; ++i) {
      if (run_.complete(i)) continue;
      if (ask.generation < run_.generations.size()) {
        fault("generation {} is marked as complete, evaluation {} is not", ask.generation, i);
      } else if (ask.generation + 1 < run_.asks.size()) {
        fault("evaluation {} was not complete when the next generation began", i);
      }
      return false;
    }
    tell(std::span(run_.evaluations).subspan(begin, ask.proposed));
    end_generation(ask.generation);
    begin += ask.proposed;
  }
  return true;
}

/// Likewise in the order of completion.
bool RepeatedAsks::repeat_asynchronous() {
  for (std::size_t i = 0; i < run_.evaluations.size(); ++i) {
    if (run_.complete(i) && !run_.evaluations[i].place) {
      fault("nothing says when evaluation {} was complete", i);
    }
  }
  std::size_t asks = 0;
  std::size_t asked = 0;
  const auto ask_until = [&](std::size_t count) {
    for (; asks < count; ++asks) {
      if (!check_ask(run_.asks[asks], asked)) return false;
      asked += run_.asks[asks].proposed;
    }
    return true;
  };
  std::size_t generation = 0;
  for (const CompletionRecord& completion : run_.completions) {
    if (!ask_until(completion.asks)) return false;
    tell(std::span(run_.evaluations).subspan(completion.evaluation, 1));
    const bool ends = generation < run_.generations.size() &&
                      run_.generations[generation].evaluations == completion.place + 1;
    if (ends) end_generation(generation++);
  }
  return ask_until(run_.asks.size());
}

/// Whether the algorithm asks for the architectures from `begin` on.
bool RepeatedAsks::check_ask(const AskRecord& ask, std::size_t begin) {
  const auto records = std::span(run_.evaluations).subspan(begin, ask.proposed);
  const auto asked = arena_.execute([&] { return algorithm_.ask(ask.asked); });
  if (!std::ranges::equal(asked, records, {}, {}, &EvaluationRecord::genotype)) {
    fault("generation {}: the algorithm asks for other architectures than were stored",
          ask.generation);
    return false;
  }
  std::vector<std::uint32_t> rungs = algorithm_.rungs();
  rungs.resize(records.size(), 0);
  if (!std::ranges::equal(rungs, records, {}, {}, &EvaluationRecord::rung)) {
    fault("generation {}: the algorithm asks for other screenings than were stored",
          ask.generation);
    return false;
  }
  std::vector<Forecast> forecasts = algorithm_.forecasts();
  forecasts.resize(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].forecast == forecasts[i]) continue;
    fault("evaluation {}: the algorithm expects other values than were stored", records[i].index);
  }
  check_origins(records, algorithm_.origins());
  return true;
}

void RepeatedAsks::tell(std::span<const EvaluationRecord> records) {
  const std::vector<Individual> individuals =
      to_individuals(records, setup_.problem, setup_.algorithm.guidance.screening);
  arena_.execute([&] { algorithm_.tell(individuals); });
  told_.insert(told_.end(), records.begin(), records.end());
  individuals_.insert(individuals_.end(), individuals.begin(), individuals.end());
}

/// Compares the state after all that was told since the last generation.
void RepeatedAsks::end_generation(std::uint64_t generation) {
  const GenerationRecord expected = progress_.add(generation, told_, individuals_);
  told_.clear();
  individuals_.clear();
  if (generation >= run_.generations.size()) return;
  const GenerationRecord& stored = run_.generations[generation];
  check_state(stored, expected);
  if (stored.seconds < earlier_) {
    fault("generation {} ended {} s into the run, before the one it follows ({} s)", generation,
          stored.seconds, earlier_);
  }
  earlier_ = stored.seconds;
}

/// A run that an evonas without origins began has none.
void RepeatedAsks::check_origins(std::span<const EvaluationRecord> records,
                                 std::span<const Origin> expected) const {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!records[i].origin) continue;
    if (i < expected.size() && *records[i].origin == expected[i]) continue;
    fault("evaluation {}: the algorithm came by it in another way than was stored",
          records[i].index);
  }
}

void RepeatedAsks::check_state(const GenerationRecord& stored,
                               const GenerationRecord& expected) const {
  const auto same = [&](const char* name, const auto& is, const auto& should) {
    if (is != should) {
      fault("generation {}: {} is {}, the evaluations say {}", stored.generation, name, is, should);
    }
  };
  same("the number of evaluations", stored.evaluations, expected.evaluations);
  same("the number of failures", stored.failures, expected.failures);
  same("the number of feasible evaluations", stored.feasible, expected.feasible);
  same("the size of the front", stored.front_size, expected.front_size);
  same("the hypervolume", stored.hypervolume, expected.hypervolume);
  if (stored.best != expected.best) {
    fault("generation {}: the best values are not those of the evaluations", stored.generation);
  }
}

}  // namespace evonas::search
