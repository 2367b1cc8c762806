#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/run/log.hpp"
#include "evaluation/evaluator.hpp"
#include "search/driver.hpp"
#include "search/observer.hpp"

namespace evonas::cli {

/// "0:07", "12:34", "1:02:03".
std::string format_duration(double seconds);

/// Tells how a search goes: on a terminal one line with the time that is left, elsewhere a line a
/// generation (at most about one a second), and every evaluation in the log file.
class Progress final : public search::Observer {
 public:
  Progress(Log& log, const search::SearchSetup& setup,
           std::map<std::string, evaluation::Metric> metrics);

  void on_resume(std::uint64_t evaluations) override;
  void on_generation_begin(std::uint64_t generation, std::size_t size) override;
  void on_source_begin(const std::string& source, std::size_t size) override;
  void on_outcome(const std::string& source, std::uint64_t index,
                  const evaluation::Outcome& outcome) override;
  void on_evaluation(const search::EvaluationRecord& record) override;
  void on_fit(bool begins) override;
  search::Verdict on_generation_end(const search::GenerationRecord& record) override;

 private:
  using Clock = std::chrono::steady_clock;

  std::string value_text(const std::string& metric, double value) const;
  std::string generation_text(const search::GenerationRecord& record) const;
  std::string time_text() const;
  void draw();

  Log& log_;
  search::Problem problem_;
  search::Budget budget_;
  std::map<std::string, evaluation::Metric> metrics_;
  std::size_t sources_;
  bool screens_;

  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_draw_{};
  Clock::time_point last_line_{};
  std::uint64_t stored_ = 0;       ///< evaluations that a continued run need not make again
  std::uint64_t evaluations_ = 0;  ///< finished
  std::uint64_t screenings_ = 0;   ///< finished
  std::uint64_t outcomes_ = 0;     ///< of this session, of all sources
  double training_seconds_ = 0.0;  ///< that all finished evaluations took
  double session_training_seconds_ = 0.0;
  std::uint64_t generation_ = 0;
  std::string source_;
  std::size_t source_size_ = 0;
  std::size_t source_done_ = 0;
  bool fits_ = false;  ///< predictors are being fitted
  std::string state_;  ///< after the last generation
};

}  // namespace evonas::cli
