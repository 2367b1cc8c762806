#include "search/run_verification.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <stop_token>
#include <unordered_map>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "search/repeated_asks.hpp"
#include "search/session.hpp"

namespace evonas::search {
namespace {

class Verification {
 public:
  Verification(const SearchSetup& setup, const StoredRun& run, std::string place)
      : setup_(setup), run_(run), place_(std::move(place)), arena_(setup.threads) {}

  std::vector<std::string> check(Algorithm& algorithm, const std::string& termination) {
    check_architectures();
    check_sources();
    check_asks(algorithm, termination == to_string(Termination::SpaceExhausted));
    return std::move(faults_);
  }

  template <class... Arguments>
  void fault(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    faults_.push_back(place_ + ": " + fmt::format(text, std::forward<Arguments>(arguments)...));
  }

 private:
  /// Runs `body`, and turns what it throws into a fault.
  template <class Body>
  void attempt(const std::string& what, const Body& body) {
    try {
      body();
    } catch (const std::exception& error) {
      fault("{}: {}", what, error.what());
    }
  }

  void check_architectures() {
    std::map<std::uint32_t, std::unordered_map<Key, std::uint64_t>> first;  // by rung
    for (const EvaluationRecord& record : run_.evaluations) {
      attempt(fmt::format("evaluation {}", record.index), [&] {
        setup_.space.validate(record.genotype);
        const EvaluationRecord expected =
            propose_record(setup_.space, record.genotype, record.index, record.generation);
        if (record.architecture != expected.architecture) {
          fault("evaluation {}: the architecture is '{}', its genotype {} says '{}'", record.index,
                record.architecture, record.genotype.to_string(), expected.architecture);
        }
        if (record.key != expected.key) {
          fault("evaluation {}: the key is {}, the architecture has {}", record.index,
                record.key.hex(), expected.key.hex());
        }
      });
      const auto [other, is_new] =
          first[record.rung].emplace(identity_of(record, setup_.algorithm), record.index);
      if (!is_new) {
        fault("evaluations {} and {} are of the same architecture", other->second, record.index);
      }
    }
  }

  void check_sources() {
    for (std::size_t i = 0; i < setup_.sources.size(); ++i) {
      const Source& source = setup_.sources[i];
      if (!source.evaluator->deterministic() || is_expensive(*source.evaluator)) continue;
      attempt(fmt::format("source '{}'", source.name), [&] { check_source(i); });
    }
  }

  /// Whether a source has, which are asked one after the other.
  bool has_reported(std::size_t source, const EvaluationRecord& record) const {
    const auto reported =
        std::span(run_.sources_of[record.rung]).first(run_.reported[record.index]);
    return std::ranges::find(reported, source) != reported.end();
  }

  void check_source(std::size_t number) {
    const Source& source = setup_.sources[number];
    std::vector<evaluation::Candidate> block;
    std::vector<const EvaluationRecord*> records;
    for (const EvaluationRecord& record : run_.evaluations) {
      if (!has_reported(number, record)) continue;
      block.push_back(to_candidate(record, setup_.algorithm.seed));
      records.push_back(&record);
    }
    const std::vector<evaluation::Metric> metrics = source.evaluator->metrics();
    std::vector<evaluation::Outcome> outcomes(block.size());
    std::vector<bool> arrived(block.size(), false);
    const auto sink = [&](std::size_t position, evaluation::Outcome outcome) {
      outcomes.at(position) = checked(std::move(outcome), source.name, metrics);
      arrived.at(position) = true;
    };
    arena_.execute([&] { source.evaluator->evaluate(block, sink, std::stop_token()); });
    for (std::size_t i = 0; i < records.size(); ++i) {
      const EvaluationRecord& record = *records[i];
      if (!arrived[i]) {
        fault("evaluation {}: the source '{}' no longer reports on it", record.index, source.name);
        continue;
      }
      // A failure ends an evaluation, so only the last source that reported can have failed.
      const bool last = run_.sources_of[record.rung][run_.reported[record.index] - 1] == number;
      const std::string& stored_failure = last ? record.failure : std::string();
      if (outcomes[i].failure != stored_failure) {
        fault("evaluation {}: the source '{}' failed with '{}', now with '{}'", record.index,
              source.name, stored_failure, outcomes[i].failure);
      }
      for (const auto& [metric, value] : outcomes[i].metrics) {
        const auto found = record.metrics.find(metric);
        if (found == record.metrics.end()) {
          fault("evaluation {}: {} is missing, the source '{}' says {}", record.index, metric,
                source.name, value.value);
        } else if (!(found->second == value)) {
          fault("evaluation {}: {} is {}, the source '{}' says {}", record.index, metric,
                found->second.value, source.name, value.value);
        }
      }
    }
  }

  /// Asks the algorithm again, and tells it what is stored.
  void check_asks(Algorithm& algorithm, bool is_exhausted) {
    RepeatedAsks repeated(setup_, run_, algorithm, arena_,
                          [&](const std::string& what) { fault("{}", what); });
    if (!repeated.check()) return;
    if (is_exhausted) {
      // The ask that found nothing new is not stored, but algorithms learn from what they know at
      // it. What that was in an asynchronous run nothing says.
      if (is_asynchronous(setup_)) return;
      attempt("the last ask", [&] {
        arena_.execute(
            [&] { return algorithm.ask(std::max<std::size_t>(algorithm.batch_size(), 1)); });
      });
    }
    check_gene_importance(algorithm);
    check_predicted_front(algorithm);
  }

  /// Only a run that came to its end has one.
  void check_predicted_front(const Algorithm& algorithm) {
    if (run_.predicted_front.empty()) return;
    attempt("the predicted front", [&] {
      if (run_.predicted_front != algorithm.predicted_front()) {
        fault("the predicted front is not what the algorithm expects");
      }
    });
  }

  /// Likewise.
  void check_gene_importance(const Algorithm& algorithm) {
    if (run_.gene_importance.empty()) return;
    attempt("the importance of the genes", [&] {
      const GeneImportances expected = arena_.execute([&] { return algorithm.gene_importance(); });
      if (run_.gene_importance != expected) {
        fault("the importance of the genes is not what the algorithm has learnt");
      }
    });
  }

  const SearchSetup& setup_;
  const StoredRun& run_;
  std::string place_;
  ThreadArena arena_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> verify_run(const SearchSetup& setup, Algorithm& algorithm,
                                    const RunStore& store) {
  check_setup(setup);
  std::vector<std::string> faults = store.verify_checksums();
  try {
    const std::string place = store.file().string();
    const std::map<std::string, std::string> manifest = store.manifest();
    for (const auto& [name, value] : describe_setup(setup)) {
      const auto found = manifest.find(name);
      if (found == manifest.end()) {
        if (may_be_missing(name)) continue;
        faults.push_back(fmt::format("{}: the manifest has no '{}'", place, name));
      } else if (found->second != value) {
        faults.push_back(fmt::format("{}: '{}' is '{}', the configuration says '{}'", place, name,
                                     found->second, value));
      }
    }
    const StoredRun run = read_run(store);
    if (run.sources != setup.sources.size() || run.sources_of != sources_by_rung(setup)) {
      return faults;
    }
    Verification verification(setup, run, place);
    const std::vector<std::string> found =
        verification.check(algorithm, store.get("termination").value_or(""));
    faults.insert(faults.end(), found.begin(), found.end());
    const SearchSummary summary = load_summary(store, setup.problem);
    const auto check_evaluated = [&](const FinalNetwork& network) {
      if (std::ranges::count(summary.evaluations, network.architecture,
                             &EvaluationRecord::architecture) == 0) {
        faults.push_back(fmt::format("{}: the final stage is of {}, which was not evaluated", place,
                                     network.architecture));
      }
    };
    if (summary.final) {
      check_evaluated(*summary.final);
      std::ranges::for_each(summary.final->rejected, check_evaluated);
    }
  } catch (const std::exception& error) {
    // Whatever cannot even be read is one more finding.
    faults.emplace_back(error.what());
  }
  return faults;
}

std::vector<std::string> verify_run(const SearchSetup& setup, const RunStore& store) {
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(setup.algorithm, setup.space, setup.problem, guidance_of(setup));
  return verify_run(setup, *algorithm, store);
}

}  // namespace evonas::search
