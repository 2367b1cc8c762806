#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "predictor/predictor.hpp"

namespace evonas::cli {

/// Keeps a long fit on its way in a file beside that of the predictor, FILE.unfinished.
class UnfinishedFit final : public predictor::FitKeeper {
 public:
  /// Of a fit that writes `file` in the end; `fit` tells it from all others: what it learns, with
  /// which options and seed. It is kept every so many minutes; 0: never. Throws FileError, and
  /// PredictorError for an unfinished fit that is another one or damaged.
  UnfinishedFit(const std::filesystem::path& file, std::string fit, double minutes);

  /// The points of its learning curve that had been told when it was kept, and those that are told
  /// from now on.
  std::vector<predictor::LearningPoint>& curve() { return curve_; }
  /// Whether there is something to go on from.
  bool exists() const;
  const std::filesystem::path& file() const { return file_; }
  /// Why it could not be kept the last time; empty where it could.
  const std::string& fault() const { return fault_; }
  /// The fit has been finished: forgets it.
  void remove();

  nlohmann::json kept() override { return kept_; }
  bool is_due() override;
  void keep(const nlohmann::json& state) override;

 private:
  using Clock = std::chrono::steady_clock;

  std::filesystem::path file_;
  std::string fit_;
  std::chrono::duration<double> period_;
  bool keeps_;
  Clock::time_point last_ = Clock::now();
  std::vector<predictor::LearningPoint> curve_;
  nlohmann::json kept_;
  std::string fault_;
};

}  // namespace evonas::cli
