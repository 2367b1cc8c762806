#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace evonas::yaml {

/// Where text came from: its name in messages, and the folder that relative paths in it count from.
struct Origin {
  std::string name;
  std::filesystem::path folder;
};

/// A line of a file (from 1), or the command line (line 0).
struct Place {
  std::shared_ptr<const Origin> origin;
  int line = 0;

  /// "search.yaml:12" or "--set budget.seconds=0".
  std::string to_string() const;
};

/// One thing that is wrong with a file.
struct Fault {
  Place place;
  std::string path;  ///< "evaluation.accuracy.train.epochs"; empty for the file as a whole
  std::string message;

  /// "search.yaml:12: evaluation.accuracy.train.epochs: must be at least 1, not 0".
  std::string to_string() const;
};

/// A YAML file that cannot be used. The text has one line a fault, by line of the file.
class YamlError : public std::runtime_error {
 public:
  explicit YamlError(std::vector<Fault> faults);

  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

}  // namespace evonas::yaml
