#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "search/run_record.hpp"

namespace evonas::search {

/// What the search does after an observer has been told.
enum class Verdict { Continue, Stop };

/// Is told how a search goes. All display lives in observers; the search itself prints nothing.
/// Called from one thread at a time, but not always from the same one. What a run store already
/// holds is told again when a run is continued, so that an observer that decides sees the same.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Before everything else where a run is continued: the evaluations that need not be made again.
  virtual void on_resume(std::uint64_t /*evaluations*/) {}
  /// A generation of `size` evaluations begins.
  virtual void on_generation_begin(std::uint64_t /*generation*/, std::size_t /*size*/) {}
  /// A source begins with `size` architectures of the generation. In an asynchronous search only
  /// the source that takes long is told of, once a generation.
  virtual void on_source_begin(const std::string& /*source*/, std::size_t /*size*/) {}
  /// A source has reported on the evaluation `index`; it is stored.
  virtual void on_outcome(const std::string& /*source*/, std::uint64_t /*index*/,
                          const evaluation::Outcome& /*outcome*/) {}
  /// Nothing more is to be found out about one architecture: all sources have reported, or one has
  /// failed.
  virtual void on_evaluation(const EvaluationRecord& /*record*/) {}
  /// The algorithm begins to fit predictors, or has done so (Algorithm::watch_fits()). A run that
  /// is continued fits again what it has fitted before.
  virtual void on_fit(bool /*begins*/) {}
  virtual Verdict on_generation_end(const GenerationRecord& /*record*/) {
    return Verdict::Continue;
  }
};

}  // namespace evonas::search
