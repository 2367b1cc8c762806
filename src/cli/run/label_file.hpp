#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/run/appended_csv.hpp"

namespace evonas::cli {

/// One training of a table under construction.
struct Label {
  std::string architecture;  ///< in the space's notation
  std::int64_t repeat = 1;   ///< 1 for the first training of the network
  double accuracy = 0.0;     ///< on the validation split, in percent
  double loss = 0.0;         ///< on the validation split
  double test_accuracy = 0.0;
  double train_loss = 0.0;
  double seconds = 0.0;  ///< as TrainingResult has them
  std::string failure;   ///< why there are no numbers; empty where there are
};

/// The trainings of a table under construction, safe on disk as they end. Throws as AppendedCsv
/// does.
class LabelFile {
 public:
  explicit LabelFile(const std::filesystem::path& file);

  const std::vector<Label>& labels() const { return labels_; }
  void append(Label label);

 private:
  AppendedCsv csv_;
  std::vector<Label> labels_;
};

}  // namespace evonas::cli
