#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evonas::predictor {

/// What sentences about operations and devices mean to a language model: a vector of the same width
/// for each name, so that a predictor can be asked about names that it has never met.
/// Immutable; safe from many threads.
class Descriptions {
 public:
  /// Reads a table as tools/describe_operations.py writes it: lines that begin with '#' are
  /// comments; every other line is a name, the sentence and the numbers, between tabulators,
  /// numbers between blanks. Throws PredictorError naming `place` and the line.
  static Descriptions parse(std::string_view text, const std::string& place);

  /// Numbers of each vector.
  std::size_t width() const { return width_; }
  std::size_t size() const { return entries_.size(); }

  /// The vector of a name: its own, else that of the longest name that stands in it (a space's
  /// "my_sep_conv_3x3" is a sep_conv_3x3), else zeros.
  std::vector<float> vector_of(std::string_view name) const;
  /// The sentence that this vector stands for; empty for zeros.
  std::string text_of(std::string_view name) const;

 private:
  struct Entry {
    std::string text;
    std::vector<float> numbers;
  };
  const Entry* find(std::string_view name) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::size_t width_ = 0;
};

/// The table that evonas carries: operations of networks, words of its spaces' cells, and devices,
/// which are named "device:raspi4".
std::shared_ptr<const Descriptions> carried_descriptions();

/// What stands before the name of a device where it is an operation of a graph.
inline constexpr std::string_view kDevicePrefix = "device:";
/// What stands before the names of its attributes that are numbers of the hardware,
/// "hardware.cores": real, in deviations from the mean of all devices.
inline constexpr std::string_view kHardwarePrefix = "hardware.";

}  // namespace evonas::predictor
