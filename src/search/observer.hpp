#pragma once

#include <cstdint>

#include "search/run_record.hpp"

namespace evonas::search {

/// What the search does after an observer has been told.
enum class Verdict { Continue, Stop };

/// Is told how a search goes. All display lives in observers; the search itself prints nothing.
/// Called from one thread at a time.
class Observer {
 public:
  virtual ~Observer() = default;

  /// A generation of `size` evaluations begins.
  virtual void on_generation_begin(std::uint64_t /*generation*/, std::size_t /*size*/) {}
  /// All sources have reported on one architecture.
  virtual void on_evaluation(const EvaluationRecord& /*record*/) {}
  virtual Verdict on_generation_end(const GenerationRecord& /*record*/) {
    return Verdict::Continue;
  }
};

}  // namespace evonas::search
