#include "cli/run/label_file.hpp"

#include <utility>

#include <fmt/format.h>

namespace evonas::cli {
LabelFile::LabelFile(const std::filesystem::path& file)
    : csv_(file, {"architecture", "repeat", "accuracy", "loss", "test_accuracy", "train_loss",
                  "seconds", "failure"}) {
  for (const std::vector<std::string>& row : csv_.rows()) {
    Label label;
    label.architecture = row[0];
    label.repeat = number_of<std::int64_t>(file, row[1]);
    label.failure = row[7];
    if (label.failure.empty()) {
      label.accuracy = number_of<double>(file, row[2]);
      label.loss = number_of<double>(file, row[3]);
      label.test_accuracy = number_of<double>(file, row[4]);
      label.train_loss = number_of<double>(file, row[5]);
      label.seconds = number_of<double>(file, row[6]);
    }
    labels_.push_back(std::move(label));
  }
}

void LabelFile::append(Label label) {
  std::vector<std::string> row = {label.architecture, std::to_string(label.repeat)};
  if (label.failure.empty()) {
    row.insert(row.end(),
               {fmt::format("{:.4f}", label.accuracy), fmt::format("{:.6f}", label.loss),
                fmt::format("{:.4f}", label.test_accuracy), fmt::format("{:.6f}", label.train_loss),
                fmt::format("{:.3f}", label.seconds), ""});
  } else {
    row.insert(row.end(), {"", "", "", "", "", label.failure});
  }
  csv_.append(std::move(row));
  labels_.push_back(std::move(label));
}

}  // namespace evonas::cli
